-- Who held which customer when, as owners.sql has it; customers 9, 19, 29 … were another person's for half a year. What
-- came of each is filled in by the program (`dabiao doctor --repair`).
DELETE FROM assignment;
INSERT INTO assignment (customer_id, name, owner_id, department_id, started_at, started_on, ended_at, ended_on, start_cause, end_cause,
  from_owner_id, to_owner_id, outcome, customer_type, customer_level, customer_source, region_id, created_at, updated_at)
SELECT c.id, c.name, u.id, u.department_id, c.created_at, DATE(c.created_at + INTERVAL 8 HOUR), c.held_since, DATE(c.held_since + INTERVAL 8 HOUR),
  'import', 'transfer', NULL, c.owner_id, 'transferred', c.customer_type, c.level, c.source, c.region_id, c.created_at, c.held_since
FROM customer c JOIN `user` u ON u.id = 2 + CRC32(CONCAT('w', c.id)) MOD 1999
WHERE c.id MOD 10 = 9
UNION ALL
SELECT c.id, c.name, c.owner_id, c.department_id, c.held_since, DATE(c.held_since + INTERVAL 8 HOUR), NULL, NULL,
  IF(c.id MOD 10 = 9, 'transfer', 'import'), NULL, IF(c.id MOD 10 = 9, 2 + CRC32(CONCAT('w', c.id)) MOD 1999, NULL), NULL, 'open',
  c.customer_type, c.level, c.source, c.region_id, c.held_since, c.held_since
FROM customer c WHERE c.owner_id IS NOT NULL;
