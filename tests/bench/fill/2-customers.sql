-- Follow-ups, customers, and the pairs of characters they are found by.

-- Sum and owner of things are functions of a number, so that tables can be filled in any order.
INSERT INTO follow_up (id, customer_id, method, content, followed_at, owner_id, department_id, created_at, created_by_id, updated_at, updated_by_id)
SELECT f.id, f.customer_id, ELT(1 + f.dice MOD 5, 'call', 'visit', 'message', 'email', 'meeting'),
  ELT(1 + f.dice MOD 6, '电话沟通采购计划，客户下周给答复。', '上门拜访，演示了新产品，反馈良好。', '发送报价单，等待客户确认。',
      '客户预算未批，下月再联系。', '与技术负责人讨论方案细节。', '确认合同条款，准备签约。'),
  f.at, u.id, u.department_id, f.at, u.id, f.at, u.id
FROM (SELECT seq AS id, CRC32(CONCAT('f', seq)) AS dice,
        @begin + INTERVAL FLOOR(@seconds * seq / @follow_ups) SECOND AS at,
        1 + CRC32(CONCAT('c', seq)) MOD GREATEST(1, FLOOR(seq * @customers / @follow_ups)) AS customer_id
      FROM seq_1_to_3000000 WHERE seq <= @follow_ups) f
JOIN `user` u ON u.id = 2 + CRC32(CONCAT('o', f.customer_id)) MOD 1999;

-- One in ten is in nobody's hands.
INSERT INTO customer (id, name, code, customer_type, level, source, industry, region_id, address, phone, employee_count,
  annual_revenue_minor, founded_year, last_follow_up_at, owner_id, department_id, created_at, created_by_id, updated_at, updated_by_id)
SELECT c.id,
  CONCAT(SUBSTRING(@cities, 1 + 2 * (c.dice MOD 30), 2), SUBSTRING(@first, 1 + c.dice DIV 30 MOD 50, 1), SUBSTRING(@first, 1 + c.dice DIV 1500 MOD 50, 1),
         IF(c.dice MOD 3 = 0, SUBSTRING(@first, 1 + c.dice DIV 75000 MOD 50, 1), ''), SUBSTRING(@trades, 1 + 2 * (c.other MOD 20), 2),
         ELT(1 + c.other MOD 4, '有限公司', '股份有限公司', '集团', '有限责任公司')),
  CONCAT('C', c.id), IF(c.dice MOD 20 = 0, 'government', 'enterprise'), ELT(1 + c.dice MOD 4, 'a', 'b', 'c', 'd'),
  ELT(1 + c.other MOD 5, 'website', 'referral', 'exhibition', 'cold_call', 'partner'), SUBSTRING(@trades, 1 + 2 * (c.other MOD 20), 2),
  r.id, CONCAT('建设路', c.dice MOD 900, '号'), CONCAT('1380', LPAD(c.id, 7, '0')), c.dice MOD 3000, (c.other MOD 100000) * 100000,
  1980 + c.dice MOD 44, f.last_at, IF(c.id MOD 10 = 7, NULL, u.id), IF(c.id MOD 10 = 7, NULL, u.department_id),
  c.at, u.id, GREATEST(c.at, COALESCE(f.last_at, c.at)), u.id
FROM (SELECT seq AS id, CRC32(CONCAT('n', seq)) AS dice, CRC32(CONCAT('m', seq)) AS other,
        @begin + INTERVAL FLOOR(@seconds * seq / @customers) SECOND AS at
      FROM seq_1_to_1000000 WHERE seq <= @customers) c
JOIN `user` u ON u.id = 2 + CRC32(CONCAT('o', c.id)) MOD 1999
JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS number FROM region WHERE level = 3) r ON r.number = 1 + c.other MOD 2900
LEFT JOIN (SELECT customer_id, MAX(followed_at) AS last_at FROM follow_up GROUP BY customer_id) f ON f.customer_id = c.id;

INSERT INTO search_gram (object, gram, record_id)
SELECT 'customer', SUBSTRING(c.name, s.seq, 2), c.id FROM customer c JOIN seq_1_to_20 s ON s.seq < CHAR_LENGTH(c.name)
WHERE LOCATE(SUBSTRING(c.name, s.seq, 2), c.name COLLATE utf8mb4_bin) = s.seq;
