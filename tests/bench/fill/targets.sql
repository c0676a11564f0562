-- Every person and every department, every month of 2026, all eight measures in three levels; a planning round in which each of them is
-- agreed and locked, with three versions and their thread.
CREATE TEMPORARY TABLE measure_size (measure VARCHAR(32), size BIGINT);
INSERT INTO measure_size VALUES ('signed_amount', 30000000), ('received_amount', 25000000), ('gross_profit', 9000000),
  ('new_customers', 15), ('won_deals', 4), ('follow_ups', 45), ('invoiced_amount', 24000000), ('visits', 12);
CREATE TEMPORARY TABLE level_size (level VARCHAR(16), percent BIGINT);
INSERT INTO level_size VALUES ('base', 100), ('stretch', 110), ('challenge', 125);
DELETE FROM target_sheet;
INSERT INTO target_sheet (fiscal_year, measure, updated_at) SELECT 2026, measure, @begin FROM measure_size;
DELETE FROM target_value;
INSERT INTO target_value (measure, level, subject_kind, subject_id, month_on, department_id, amount, created_at, updated_at)
SELECT m.measure, l.level, 'user', a.user_id, '2026-01-01' + INTERVAL s.seq MONTH, a.department_id, m.size * (80 + a.user_id MOD 40) * l.percent DIV 10000, @begin, @begin
FROM user_assignment a JOIN seq_0_to_11 s JOIN measure_size m JOIN level_size l WHERE a.valid_to IS NULL AND a.user_id > 1
UNION ALL
SELECT m.measure, l.level, 'department', d.id, '2026-01-01' + INTERVAL s.seq MONTH, d.id, m.size * l.percent DIV 100, @begin, @begin
FROM department d JOIN seq_0_to_11 s JOIN measure_size m JOIN level_size l WHERE d.id > 1;
DELETE FROM target_total;
INSERT INTO target_total (measure, level, month_on, department_id, amount)
SELECT measure, level, month_on, department_id, SUM(amount) FROM target_value GROUP BY measure, level, month_on, department_id;
DELETE FROM target_year;
INSERT INTO target_year (measure, on_year, department_id, level, amount, own_amount)
SELECT measure, YEAR(month_on), department_id, level, SUM(amount), SUM(IF(subject_kind = 'department', amount, 0)) FROM target_value
GROUP BY measure, YEAR(month_on), department_id, level;
DELETE FROM target_plan_event;
DELETE FROM target_plan_version;
DELETE FROM target_plan;
DELETE FROM target_ask;
DELETE FROM target_round;
INSERT INTO target_round (id, fiscal_year, deadline_on, state, locked_at, created_at, updated_at)
VALUES (1, 2026, '2026-01-31', 'locked', @begin, @begin, @begin);
INSERT INTO target_ask (round_id, measure, department_id, amount, updated_at)
SELECT 1, m.measure, d.id, m.size * 12, @begin FROM department d JOIN measure_size m;
INSERT INTO target_plan (round_id, measure, subject_kind, subject_id, state, number, signed_by_id, signed_at, agreed_by_id, agreed_at, created_at, updated_at)
SELECT 1, measure, subject_kind, subject_id, 'locked', 3, IF(subject_kind = 'user', subject_id, 1), @begin, 1, @begin, @begin, @begin
FROM target_value WHERE level = 'base' AND month_on = '2026-01-01';
INSERT INTO target_plan_version (plan_id, number, kind, content, effective_on, reason, agreed_at, created_at, created_by_id)
SELECT p.id, n.seq, ELT(n.seq, 'submitted', 'submitted', 'change'), c.content, IF(n.seq = 3, '2026-07-01', '2026-01-01'), 'new territory',
  IF(n.seq = 1, NULL, @begin), @begin, 1
FROM target_plan p JOIN seq_1_to_3 n JOIN (
  SELECT measure, subject_kind, subject_id, CONCAT('{', GROUP_CONCAT(CONCAT('"', level, '":[', amounts, ']') ORDER BY level), '}') AS content
  FROM (SELECT measure, subject_kind, subject_id, level, GROUP_CONCAT(amount ORDER BY month_on) AS amounts FROM target_value
    GROUP BY measure, subject_kind, subject_id, level) v
  GROUP BY measure, subject_kind, subject_id) c
  ON c.measure = p.measure AND c.subject_kind = p.subject_kind AND c.subject_id = p.subject_id;
INSERT INTO target_plan_event (plan_id, kind, number, created_at, created_by_id)
SELECT plan_id, ELT(number, 'submitted', 'submitted', 'change_agreed'), number, @begin, 1 FROM target_plan_version;
