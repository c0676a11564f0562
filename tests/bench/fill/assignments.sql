-- Who holds which customer and since when, as owners.sql has it.
DELETE FROM assignment;
INSERT INTO assignment (customer_id, name, owner_id, department_id, started_at, started_on, start_cause, customer_type, customer_level,
  customer_source, region_id, created_at, updated_at)
SELECT id, name, owner_id, department_id, held_since, DATE(held_since + INTERVAL 8 HOUR), 'import', customer_type, level, source, region_id,
  held_since, held_since
FROM customer WHERE owner_id IS NOT NULL;
