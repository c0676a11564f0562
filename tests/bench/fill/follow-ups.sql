-- Sum and owner of things are functions of a number, so that tables can be filled in any order.
DELETE FROM follow_up;
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
