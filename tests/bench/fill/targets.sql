-- Every person and every department, every month of 2026, every measure.
CREATE TEMPORARY TABLE measure_size (measure VARCHAR(32), size BIGINT);
INSERT INTO measure_size VALUES ('signed_amount', 30000000), ('received_amount', 25000000), ('gross_profit', 9000000),
  ('new_customers', 15), ('won_deals', 4), ('follow_ups', 45);
DELETE FROM target_sheet;
INSERT INTO target_sheet (fiscal_year, measure, updated_at) SELECT 2026, measure, @begin FROM measure_size;
DELETE FROM target_value;
INSERT INTO target_value (measure, subject_kind, subject_id, month_on, department_id, amount, created_at, updated_at)
SELECT m.measure, 'user', a.user_id, '2026-01-01' + INTERVAL s.seq MONTH, a.department_id, m.size * (80 + a.user_id MOD 40) DIV 100, @begin, @begin
FROM user_assignment a JOIN seq_0_to_11 s JOIN measure_size m WHERE a.valid_to IS NULL AND a.user_id > 1
UNION ALL
SELECT m.measure, 'department', d.id, '2026-01-01' + INTERVAL s.seq MONTH, d.id, m.size, @begin, @begin
FROM department d JOIN seq_0_to_11 s JOIN measure_size m WHERE d.id > 1;
DELETE FROM target_total;
INSERT INTO target_total (measure, month_on, department_id, amount)
SELECT measure, month_on, department_id, SUM(amount) FROM target_value GROUP BY measure, month_on, department_id;
