-- Measures that people define: which records of a kind count, by which day, for whom and how much. They are places in the
-- words of `measure`: words added at the end of the list change no row.

CREATE TABLE IF NOT EXISTS custom_measure (
  id BIGINT NOT NULL PRIMARY KEY COMMENT '1…40: the n of custom_n, the word in measure',
  name_zh VARCHAR(60) NOT NULL,
  name_en VARCHAR(60) NOT NULL,
  object VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'struct object name of the records that count',
  unit VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'money: minor units; count; quantity: thousandths',
  definition MEDIUMTEXT NOT NULL COMMENT 'JSON: how, filter, date_field, owner_field, sum_field, product_ids, product_lines',
  definition_version INT NOT NULL DEFAULT 1 COMMENT 'raised when what counts changes',
  built_version INT NOT NULL DEFAULT 0 COMMENT 'of the definition by which all facts were made; lower: they are being made',
  is_active BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'may be given new targets',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  UNIQUE KEY custom_measure_zh (name_zh),
  UNIQUE KEY custom_measure_en (name_en),
  KEY custom_measure_object (object)
) COMMENT 'Measures that people defined; writers of such records hold their rows, so that no record is counted by two definitions';

ALTER TABLE metric_fact
  MODIFY object ENUM('contract', 'payment', 'refund', 'customer', 'opportunity', 'follow_up', 'invoice', 'change_order', 'contact', 'task', 'quote') NOT NULL COMMENT 'struct object name of the record it was made from',
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits',
    'custom_1', 'custom_2', 'custom_3', 'custom_4', 'custom_5', 'custom_6', 'custom_7', 'custom_8', 'custom_9', 'custom_10',
    'custom_11', 'custom_12', 'custom_13', 'custom_14', 'custom_15', 'custom_16', 'custom_17', 'custom_18', 'custom_19', 'custom_20',
    'custom_21', 'custom_22', 'custom_23', 'custom_24', 'custom_25', 'custom_26', 'custom_27', 'custom_28', 'custom_29', 'custom_30',
    'custom_31', 'custom_32', 'custom_33', 'custom_34', 'custom_35', 'custom_36', 'custom_37', 'custom_38', 'custom_39', 'custom_40') NOT NULL COMMENT 'what is measured';
ALTER TABLE metric_rollup
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits',
    'custom_1', 'custom_2', 'custom_3', 'custom_4', 'custom_5', 'custom_6', 'custom_7', 'custom_8', 'custom_9', 'custom_10',
    'custom_11', 'custom_12', 'custom_13', 'custom_14', 'custom_15', 'custom_16', 'custom_17', 'custom_18', 'custom_19', 'custom_20',
    'custom_21', 'custom_22', 'custom_23', 'custom_24', 'custom_25', 'custom_26', 'custom_27', 'custom_28', 'custom_29', 'custom_30',
    'custom_31', 'custom_32', 'custom_33', 'custom_34', 'custom_35', 'custom_36', 'custom_37', 'custom_38', 'custom_39', 'custom_40') NOT NULL;
ALTER TABLE metric_department_rollup
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits',
    'custom_1', 'custom_2', 'custom_3', 'custom_4', 'custom_5', 'custom_6', 'custom_7', 'custom_8', 'custom_9', 'custom_10',
    'custom_11', 'custom_12', 'custom_13', 'custom_14', 'custom_15', 'custom_16', 'custom_17', 'custom_18', 'custom_19', 'custom_20',
    'custom_21', 'custom_22', 'custom_23', 'custom_24', 'custom_25', 'custom_26', 'custom_27', 'custom_28', 'custom_29', 'custom_30',
    'custom_31', 'custom_32', 'custom_33', 'custom_34', 'custom_35', 'custom_36', 'custom_37', 'custom_38', 'custom_39', 'custom_40') NOT NULL;
ALTER TABLE target_sheet
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits',
    'custom_1', 'custom_2', 'custom_3', 'custom_4', 'custom_5', 'custom_6', 'custom_7', 'custom_8', 'custom_9', 'custom_10',
    'custom_11', 'custom_12', 'custom_13', 'custom_14', 'custom_15', 'custom_16', 'custom_17', 'custom_18', 'custom_19', 'custom_20',
    'custom_21', 'custom_22', 'custom_23', 'custom_24', 'custom_25', 'custom_26', 'custom_27', 'custom_28', 'custom_29', 'custom_30',
    'custom_31', 'custom_32', 'custom_33', 'custom_34', 'custom_35', 'custom_36', 'custom_37', 'custom_38', 'custom_39', 'custom_40') NOT NULL;
ALTER TABLE target_value
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits',
    'custom_1', 'custom_2', 'custom_3', 'custom_4', 'custom_5', 'custom_6', 'custom_7', 'custom_8', 'custom_9', 'custom_10',
    'custom_11', 'custom_12', 'custom_13', 'custom_14', 'custom_15', 'custom_16', 'custom_17', 'custom_18', 'custom_19', 'custom_20',
    'custom_21', 'custom_22', 'custom_23', 'custom_24', 'custom_25', 'custom_26', 'custom_27', 'custom_28', 'custom_29', 'custom_30',
    'custom_31', 'custom_32', 'custom_33', 'custom_34', 'custom_35', 'custom_36', 'custom_37', 'custom_38', 'custom_39', 'custom_40') NOT NULL;
ALTER TABLE target_total
  MODIFY measure ENUM('signed_amount', 'received_amount', 'gross_profit', 'new_customers', 'won_deals', 'follow_ups', 'invoiced_amount', 'visits',
    'custom_1', 'custom_2', 'custom_3', 'custom_4', 'custom_5', 'custom_6', 'custom_7', 'custom_8', 'custom_9', 'custom_10',
    'custom_11', 'custom_12', 'custom_13', 'custom_14', 'custom_15', 'custom_16', 'custom_17', 'custom_18', 'custom_19', 'custom_20',
    'custom_21', 'custom_22', 'custom_23', 'custom_24', 'custom_25', 'custom_26', 'custom_27', 'custom_28', 'custom_29', 'custom_30',
    'custom_31', 'custom_32', 'custom_33', 'custom_34', 'custom_35', 'custom_36', 'custom_37', 'custom_38', 'custom_39', 'custom_40') NOT NULL;

INSERT IGNORE INTO role_permission (role_id, permission)
  SELECT r.id, 'measure.edit' FROM role r WHERE r.code IN ('operations');
UPDATE company SET org_epoch = org_epoch + 1;
