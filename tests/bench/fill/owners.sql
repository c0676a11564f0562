-- Each record has an owner interval from the beginning. Customers 9, 19, 29 … were another person's until half a year later.
DELETE FROM ownership;
INSERT INTO ownership (object, record_id, owner_id, department_id, valid_from, reason, changed_at, changed_by_id)
SELECT 'customer', id, owner_id, department_id, '1000-01-01', NULL, created_at, owner_id FROM customer WHERE id MOD 10 <> 9
UNION ALL
SELECT 'customer', c.id, u.id, u.department_id, '1000-01-01', NULL, c.created_at, u.id
FROM customer c JOIN `user` u ON u.id = 2 + CRC32(CONCAT('w', c.id)) MOD 1999 WHERE c.id MOD 10 = 9
UNION ALL
SELECT 'customer', id, owner_id, department_id, DATE(created_at) + INTERVAL 180 DAY, '调整区域', created_at + INTERVAL 180 DAY, 1
FROM customer WHERE id MOD 10 = 9
UNION ALL SELECT 'follow_up', id, owner_id, department_id, '1000-01-01', NULL, created_at, owner_id FROM follow_up
UNION ALL SELECT 'opportunity', id, owner_id, department_id, '1000-01-01', NULL, created_at, owner_id FROM opportunity
UNION ALL SELECT 'contract', id, owner_id, department_id, '1000-01-01', NULL, created_at, owner_id FROM contract
UNION ALL SELECT 'payment', id, owner_id, department_id, '1000-01-01', NULL, created_at, owner_id FROM payment;
