-- Two more measures (what was invoiced, visits), and three levels of targets.

ALTER TABLE metric_fact
  MODIFY object ENUM('contract', 'payment', 'refund', 'customer', 'opportunity', 'follow_up', 'invoice') NOT NULL COMMENT 'struct object name of the record it was made from',
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits') NOT NULL COMMENT 'what is measured';
ALTER TABLE metric_rollup
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits') NOT NULL;
ALTER TABLE metric_department_rollup
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits') NOT NULL;
ALTER TABLE target_sheet
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits') NOT NULL;
ALTER TABLE target_value
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits') NOT NULL,
  MODIFY level ENUM('base', 'stretch', 'challenge') NOT NULL DEFAULT 'base' COMMENT 'base: what was promised; the others: what is aimed at beyond';
ALTER TABLE target_total
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits') NOT NULL,
  MODIFY level ENUM('base', 'stretch', 'challenge') NOT NULL DEFAULT 'base' COMMENT 'kind of target';

-- What is there already is counted by a job, in the background.
INSERT INTO job (kind, user_id, input, run_after, created_at)
SELECT 'metric.rebuild', NULL, '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM DUAL
WHERE EXISTS (SELECT 1 FROM invoice) OR EXISTS (SELECT 1 FROM follow_up WHERE method = 'visit');
