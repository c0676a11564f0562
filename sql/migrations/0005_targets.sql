-- What counts (facts, and their sums), what was aimed at (targets), and the calendar of working days.

CREATE TABLE IF NOT EXISTS metric_fact (
  object ENUM('contract', 'payment', 'refund', 'customer', 'opportunity', 'follow_up') NOT NULL COMMENT 'struct object name of the record it was made from',
  record_id BIGINT NOT NULL COMMENT 'that record',
  measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups') NOT NULL COMMENT 'what is measured',
  fact_on DATE NOT NULL COMMENT 'business date of the event',
  user_id BIGINT NOT NULL COMMENT 'owner on that day; 0: nobody',
  department_id BIGINT NOT NULL COMMENT 'of that owner on that day; nobody: of the owner interval, else the top department',
  amount BIGINT NOT NULL COMMENT 'minor units, or a count; refunds negative',
  PRIMARY KEY (object, record_id, measure),
  KEY metric_fact_on (measure, fact_on),
  KEY metric_fact_user (measure, user_id, fact_on),
  KEY metric_fact_department (measure, department_id, fact_on),
  CONSTRAINT metric_fact_department_fk FOREIGN KEY (department_id) REFERENCES department (id)
) COMMENT 'One row a record and measure that counts; follows from the record and the histories, replaced when they change';

CREATE TABLE IF NOT EXISTS metric_rollup (
  measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups') NOT NULL,
  month_on DATE NOT NULL COMMENT 'first day of the month',
  department_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL COMMENT '0: nobody',
  amount BIGINT NOT NULL COMMENT 'sum of the facts',
  fact_count BIGINT NOT NULL COMMENT 'number of the facts; rows that fell to 0 stay and mean nothing',
  PRIMARY KEY (measure, month_on, department_id, user_id),
  KEY metric_rollup_user (user_id, measure, month_on)
) COMMENT 'Sums of metric_fact, changed by the exact difference in the transaction that changes the fact';

CREATE TABLE IF NOT EXISTS target_sheet (
  fiscal_year SMALLINT NOT NULL COMMENT 'calendar year in which the fiscal year begins',
  measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups') NOT NULL,
  version INT NOT NULL DEFAULT 1 COMMENT 'grows with every save',
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  PRIMARY KEY (fiscal_year, measure)
) COMMENT 'One year of one measure: locked while its cells are saved, so that a new cell is never entered twice';

CREATE TABLE IF NOT EXISTS target_value (
  measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups') NOT NULL,
  level ENUM('base') NOT NULL DEFAULT 'base' COMMENT 'kind of target',
  subject_kind ENUM('user', 'department') NOT NULL COMMENT 'department: its own, not shared out; may be negative',
  subject_id BIGINT NOT NULL COMMENT 'user.id or department.id',
  month_on DATE NOT NULL COMMENT 'first day of the month; the fiscal year is a range of months',
  department_id BIGINT NOT NULL COMMENT 'where it counts: the person''s department on month_on, or the department itself',
  amount BIGINT NOT NULL COMMENT 'minor units, or a count',
  version INT NOT NULL DEFAULT 1 COMMENT 'optimistic lock of the cell',
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  PRIMARY KEY (measure, level, subject_kind, subject_id, month_on),
  KEY target_value_month (measure, level, month_on, department_id, subject_kind, amount),
  KEY target_value_subject (subject_kind, subject_id, month_on),
  CONSTRAINT target_value_department_fk FOREIGN KEY (department_id) REFERENCES department (id),
  CONSTRAINT target_value_month CHECK (DAYOFMONTH(month_on) = 1),
  CONSTRAINT target_value_amount CHECK (amount BETWEEN -1000000000000000 AND 1000000000000000),
  CONSTRAINT target_value_user_amount CHECK (subject_kind <> 'user' OR amount >= 0)
) COMMENT 'Targets by month; every total is a sum of these rows';

CREATE TABLE IF NOT EXISTS workday (
  day DATE NOT NULL PRIMARY KEY,
  is_workday BOOLEAN NOT NULL COMMENT 'FALSE: public holiday on a weekday; TRUE: weekend worked instead'
) COMMENT 'Days that differ from Monday to Friday';
