-- Departments and people, beside the administrator and the top department.

DELETE FROM user_credential WHERE user_id > 1;
DELETE FROM user_role WHERE user_id > 1;
DELETE FROM user_assignment WHERE user_id > 1;
DELETE FROM `user` WHERE id > 1;
DELETE FROM department_path WHERE descendant_id > 1;
DELETE FROM department WHERE id > 1;

-- 300 departments in 8 levels: 1, 6, 20, 40, 60, 70, 60, 43.
CREATE TEMPORARY TABLE level_size (first_id INT, last_id INT, above_id INT, above_count INT);
INSERT INTO level_size VALUES (2, 7, 1, 1), (8, 27, 2, 6), (28, 67, 8, 20), (68, 127, 28, 40), (128, 197, 68, 60),
  (198, 257, 128, 70), (258, 300, 198, 60);
INSERT INTO department (id, name, code, parent_id, manager_id, sort_order, created_at, updated_at)
SELECT s.seq, CONCAT(SUBSTRING(@cities, 1 + 2 * (s.seq MOD 30), 2), '销售', s.seq, '部'), CONCAT('D', s.seq),
  l.above_id + (s.seq - l.first_id) MOD l.above_count, s.seq, s.seq, @begin, @begin
FROM seq_2_to_300 s JOIN level_size l ON s.seq BETWEEN l.first_id AND l.last_id;
INSERT INTO department_path (ancestor_id, descendant_id, depth)
WITH RECURSIVE path AS (
  SELECT parent_id AS ancestor_id, id AS descendant_id, 1 AS depth FROM department WHERE parent_id IS NOT NULL
  UNION ALL
  SELECT d.parent_id, p.descendant_id, p.depth + 1 FROM path p JOIN department d ON d.id = p.ancestor_id
  WHERE d.parent_id IS NOT NULL)
SELECT ancestor_id, descendant_id, depth FROM path
UNION ALL SELECT id, id, 0 FROM department WHERE id > 1;

-- 2,000 people: person n ≤ 300 leads department n; one in ten of the others came from another department this year.
INSERT INTO `user` (id, login, name, employee_number, department_id, manager_id, joined_on, created_at, updated_at)
SELECT s.seq, CONCAT('u', s.seq),
  CONCAT(SUBSTRING(@surnames, 1 + CRC32(CONCAT('s', s.seq)) MOD 20, 1), SUBSTRING(@given, 1 + CRC32(CONCAT('g', s.seq)) MOD 32, 1),
         SUBSTRING(@given, 1 + CRC32(CONCAT('h', s.seq)) MOD 32, 1)),
  CONCAT('E', s.seq), 2 + (s.seq - 2) MOD 299, IF(s.seq <= 300, NULLIF(d.parent_id, 1), d.id), DATE(@begin), @begin, @begin
FROM seq_2_to_2000 s JOIN department d ON d.id = 2 + (s.seq - 2) MOD 299;
INSERT INTO user_assignment (user_id, department_id, manager_id, valid_from, valid_to, created_at)
SELECT id, IF(id > 300 AND id MOD 10 = 0, 2 + (id * 7) MOD 299, department_id), manager_id, '1000-01-01',
  IF(id > 300 AND id MOD 10 = 0, '2026-01-01', NULL), @begin FROM `user` WHERE id > 1
UNION ALL
SELECT id, department_id, manager_id, '2026-01-01', NULL, @begin FROM `user` WHERE id > 300 AND id MOD 10 = 0;
INSERT INTO user_role (user_id, role_id)
SELECT u.id, r.id FROM `user` u JOIN role r ON r.code = IF(u.id <= 300, 'manager', 'sales') WHERE u.id > 1;
-- Some can sign in, with the administrator's password: a seller, heads of large and small departments, and of one alone.
INSERT INTO user_credential (user_id, password_hash, changed_at)
SELECT u.id, a.password_hash, a.changed_at FROM user_credential a JOIN `user` u ON u.id IN (2, 28, 300, 1000) WHERE a.user_id = 1;
