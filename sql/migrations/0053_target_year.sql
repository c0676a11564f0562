-- Sums of targets by department and calendar year: a node of a planning round reads hundreds of rows instead of ten thousand.

CREATE TABLE IF NOT EXISTS target_year (
  measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits',
    'custom_1', 'custom_2', 'custom_3', 'custom_4', 'custom_5', 'custom_6', 'custom_7', 'custom_8', 'custom_9', 'custom_10',
    'custom_11', 'custom_12', 'custom_13', 'custom_14', 'custom_15', 'custom_16', 'custom_17', 'custom_18', 'custom_19', 'custom_20',
    'custom_21', 'custom_22', 'custom_23', 'custom_24', 'custom_25', 'custom_26', 'custom_27', 'custom_28', 'custom_29', 'custom_30',
    'custom_31', 'custom_32', 'custom_33', 'custom_34', 'custom_35', 'custom_36', 'custom_37', 'custom_38', 'custom_39', 'custom_40') NOT NULL,
  on_year SMALLINT NOT NULL COMMENT 'calendar year of the months',
  department_id BIGINT NOT NULL,
  level ENUM('base', 'stretch', 'challenge') NOT NULL,
  amount BIGINT NOT NULL COMMENT 'sum of target_value: the department''s own and its people''s',
  own_amount BIGINT NOT NULL COMMENT 'sum of the department''s own',
  PRIMARY KEY (measure, on_year, department_id, level)
) COMMENT 'Sums of target_total over the months of a year, changed with it; by calendar year, for the start of the fiscal year may change';

-- What is there already is summed up; a second run writes the same.
INSERT INTO target_year (measure, on_year, department_id, level, amount, own_amount)
SELECT measure, YEAR(month_on), department_id, level, SUM(amount), SUM(IF(subject_kind = 'department', amount, 0)) FROM target_value
GROUP BY measure, YEAR(month_on), department_id, level
ON DUPLICATE KEY UPDATE amount = VALUES(amount), own_amount = VALUES(own_amount);
