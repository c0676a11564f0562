-- Sums by department: the overview of a company reads hundreds of rows instead of tens of thousands.

CREATE TABLE IF NOT EXISTS metric_department_rollup (
  measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups') NOT NULL,
  month_on DATE NOT NULL COMMENT 'first day of the month',
  department_id BIGINT NOT NULL,
  amount BIGINT NOT NULL COMMENT 'sum of metric_rollup over the people, nobody included',
  fact_count BIGINT NOT NULL COMMENT 'likewise',
  PRIMARY KEY (measure, month_on, department_id)
) COMMENT 'Sums of facts of exactly this department, changed with metric_rollup';

CREATE TABLE IF NOT EXISTS target_total (
  measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups') NOT NULL,
  level ENUM('base') NOT NULL DEFAULT 'base' COMMENT 'kind of target',
  month_on DATE NOT NULL COMMENT 'first day of the month',
  department_id BIGINT NOT NULL,
  amount BIGINT NOT NULL COMMENT 'sum of target_value: the department''s own and its people''s',
  PRIMARY KEY (measure, level, month_on, department_id)
) COMMENT 'Sums of targets of exactly this department, changed with target_value';

-- What is there already is summed up; a second run writes the same.
INSERT INTO metric_department_rollup (measure, month_on, department_id, amount, fact_count)
SELECT measure, month_on, department_id, SUM(amount), SUM(fact_count) FROM metric_rollup GROUP BY measure, month_on, department_id
ON DUPLICATE KEY UPDATE amount = VALUES(amount), fact_count = VALUES(fact_count);

INSERT INTO target_total (measure, level, month_on, department_id, amount)
SELECT measure, level, month_on, department_id, SUM(amount) FROM target_value GROUP BY measure, level, month_on, department_id
ON DUPLICATE KEY UPDATE amount = VALUES(amount);
