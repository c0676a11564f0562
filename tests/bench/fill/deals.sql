-- Opportunities with their stages, contracts, payments.

-- Older than two months: won (45 of 100) or lost; younger: in one of the four open stages.
DELETE FROM opportunity;
INSERT INTO opportunity (id, code, name, customer_id, pipeline_id, stage_id, status, amount_minor, currency, base_minor, base_weighted_minor, win_probability_ppm, engaged_on,
  expected_close_on, closed_on, cycle_days, source, stage_entered_at, furthest_stage_id, last_activity_at, owner_id, department_id, created_at, created_by_id, updated_at, updated_by_id)
SELECT o.id, CONCAT('O', o.id), CONCAT(SUBSTRING(@trades, 1 + 2 * (o.dice MOD 20), 2), '采购项目', o.id), o.customer_id, g.pipeline_id, g.id,
  g.kind, (10 + o.dice MOD 5000) * 100000, 'CNY', (10 + o.dice MOD 5000) * 100000,
  ROUND((10 + o.dice MOD 5000) * 0.1 * g.win_probability_ppm), g.win_probability_ppm, DATE(o.at), DATE(o.at + INTERVAL 60 DAY),
  IF(g.kind = 'open', NULL, DATE(o.at + INTERVAL 20 + o.dice MOD 30 DAY)), IF(g.kind = 'open', NULL, 20 + o.dice MOD 30),
  'website', o.at + INTERVAL IF(g.kind = 'open', 1, 20 + o.dice MOD 30) DAY, IF(g.kind = 'lost', (SELECT MIN(id) FROM stage), g.id),
  IF(g.number = 1, o.at, o.at + INTERVAL IF(g.kind = 'open', 1, 20 + o.dice MOD 30) DAY), u.id, u.department_id,
  o.at, u.id, o.at + INTERVAL IF(g.kind = 'open', 1, 20 + o.dice MOD 30) DAY, u.id
FROM (SELECT seq AS id, CRC32(CONCAT('p', seq)) AS dice, @begin + INTERVAL FLOOR(@seconds * seq / @opportunities) SECOND AS at,
        1 + CRC32(CONCAT('q', seq)) MOD FLOOR(seq * @customers / @opportunities) AS customer_id
      FROM seq_1_to_500000 WHERE seq <= @opportunities) o
JOIN `user` u ON u.id = 2 + CRC32(CONCAT('o', o.customer_id)) MOD 1999
JOIN (SELECT id, pipeline_id, kind, win_probability_ppm, ROW_NUMBER() OVER (ORDER BY sort_order) AS number FROM stage WHERE deleted_at IS NULL) g
  ON g.number = CASE WHEN o.at > @until - INTERVAL 60 DAY THEN 1 + o.dice MOD 4 WHEN o.dice MOD 100 < 45 THEN 5 ELSE 6 END;
DELETE FROM stage_event;
INSERT INTO stage_event (opportunity_id, from_stage_id, to_stage_id, amount_minor, expected_close_on, seconds_in_stage, at, user_id)
SELECT o.id, NULL, (SELECT MIN(id) FROM stage), o.amount_minor, o.expected_close_on, NULL, o.created_at, o.owner_id FROM opportunity o
UNION ALL
SELECT o.id, (SELECT MIN(id) FROM stage), o.stage_id, o.amount_minor, o.expected_close_on,
  TIMESTAMPDIFF(SECOND, o.created_at, o.stage_entered_at), o.stage_entered_at, o.owner_id
FROM opportunity o WHERE o.stage_id <> (SELECT MIN(id) FROM stage);

-- A quarter of the sum comes with each payment; three or four payments for each signed contract. What was just filled
-- still counts as empty, and would be read anew for each row: hence ANALYZE.
ANALYZE TABLE opportunity;
DELETE FROM contract;
INSERT INTO contract (id, number, name, customer_id, opportunity_id, status, amount_minor, cost_minor, currency, signed_on, starts_on, ends_on,
  received_minor, owner_id, department_id, created_at, created_by_id, updated_at, updated_by_id)
SELECT s.seq, CONCAT('HT', LPAD(s.seq, 8, '0')), CONCAT(o.name, '合同'), o.customer_id, IF(o.status = 'won', o.id, NULL),
  IF(s.seq > @signed, 'draft', 'signed'), (50 + CRC32(CONCAT('a', s.seq)) MOD 9950) * 40000,
  (50 + CRC32(CONCAT('a', s.seq)) MOD 9950) * (24000 + CRC32(CONCAT('k', s.seq)) MOD 9000), 'CNY',
  IF(s.seq > @signed, NULL, COALESCE(o.closed_on, DATE(o.created_at))), DATE(o.created_at), DATE(o.created_at + INTERVAL 1 YEAR),
  IF(s.seq > @signed, 0, ((s.seq * @payments + @signed - 1) DIV @signed - ((s.seq - 1) * @payments + @signed - 1) DIV @signed)
                         * (50 + CRC32(CONCAT('a', s.seq)) MOD 9950) * 10000),
  o.owner_id, o.department_id, o.updated_at, o.owner_id, o.updated_at, o.owner_id
FROM seq_1_to_300000 s JOIN opportunity o ON o.id = s.seq * @opportunities DIV @contracts
WHERE s.seq <= @contracts;
UPDATE contract SET base_minor = amount_minor, base_margin_minor = amount_minor - cost_minor, margin_minor = amount_minor - cost_minor,
  margin_ppm = ROUND((amount_minor - cost_minor) * 1000000 / amount_minor), renewal_on = ends_on;
ANALYZE TABLE contract;
DELETE FROM payment;
INSERT INTO payment (id, number, contract_id, customer_id, amount_minor, base_minor, allocated_minor, currency, received_on, method, owner_id, department_id,
  created_at, created_by_id, updated_at, updated_by_id)
SELECT s.seq, CONCAT('HK', LPAD(s.seq, 8, '0')), c.id, c.customer_id, c.amount_minor DIV 4, c.amount_minor DIV 4, c.amount_minor DIV 4, 'CNY',
  LEAST(DATE(@until), c.signed_on + INTERVAL CRC32(CONCAT('d', s.seq)) MOD 90 DAY), 'transfer', c.owner_id, c.department_id,
  c.updated_at, c.owner_id, c.updated_at, c.owner_id
FROM seq_1_to_1000000 s JOIN contract c ON c.id = 1 + (s.seq - 1) * @signed DIV @payments
WHERE s.seq <= @payments;
DELETE FROM allocation;
INSERT INTO allocation (contract_id, payment_id, amount_minor) SELECT contract_id, id, amount_minor FROM payment;
