-- One in ten is in nobody's hands. The newest follow-up is computed as in follow-ups.sql, which may run meanwhile.
DELETE FROM customer;
INSERT INTO customer (id, name, code, customer_type, level, source, industry, region_id, address, phone, employee_count,
  annual_revenue_minor, founded_year, last_follow_up_at, held_since, owner_id, department_id, created_at, created_by_id, updated_at, updated_by_id)
SELECT c.id,
  CONCAT(SUBSTRING(@cities, 1 + 2 * (c.dice MOD 30), 2), SUBSTRING(@first, 1 + c.dice DIV 30 MOD 50, 1), SUBSTRING(@first, 1 + c.dice DIV 1500 MOD 50, 1),
         IF(c.dice MOD 3 = 0, SUBSTRING(@first, 1 + c.dice DIV 75000 MOD 50, 1), ''), SUBSTRING(@trades, 1 + 2 * (c.other MOD 20), 2),
         ELT(1 + c.other MOD 4, '有限公司', '股份有限公司', '集团', '有限责任公司')),
  CONCAT('C', c.id), IF(c.dice MOD 20 = 0, 'government', 'enterprise'), ELT(1 + c.other DIV 64 MOD 4, 'a', 'b', 'c', 'd'),
  ELT(1 + c.other MOD 5, 'website', 'referral', 'exhibition', 'cold_call', 'partner'), SUBSTRING(@trades, 1 + 2 * (c.other MOD 20), 2),
  r.id, CONCAT('建设路', c.dice MOD 900, '号'), CONCAT('1380', LPAD(c.id, 7, '0')), c.dice MOD 3000, (c.other MOD 100000) * 100000,
  1980 + c.dice MOD 44, f.last_at, IF(c.id MOD 10 = 7, NULL, IF(c.id MOD 10 = 9, c.at + INTERVAL 180 DAY, c.at)),
  IF(c.id MOD 10 = 7, NULL, u.id), IF(c.id MOD 10 = 7, NULL, u.department_id),
  c.at, u.id, GREATEST(c.at, COALESCE(f.last_at, c.at)), u.id
FROM (SELECT seq AS id, CRC32(CONCAT('n', seq)) AS dice, CRC32(CONCAT('m', seq)) AS other,
        @begin + INTERVAL FLOOR(@seconds * seq / @customers) SECOND AS at
      FROM seq_1_to_1000000 WHERE seq <= @customers) c
JOIN `user` u ON u.id = 2 + CRC32(CONCAT('o', c.id)) MOD 1999
JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS number FROM region WHERE level = 3) r ON r.number = 1 + c.other MOD 2900
LEFT JOIN (SELECT 1 + CRC32(CONCAT('c', seq)) MOD GREATEST(1, FLOOR(seq * @customers / @follow_ups)) AS customer_id,
             MAX(@begin + INTERVAL FLOOR(@seconds * seq / @follow_ups) SECOND) AS last_at
           FROM seq_1_to_3000000 WHERE seq <= @follow_ups GROUP BY customer_id) f ON f.customer_id = c.id;
