-- What the numbers of contracts, payments and refunds look like, and when they begin again at 1.

CREATE TABLE IF NOT EXISTS number_pattern (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  object VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'kind of record: contract payment refund quote invoice',
  pattern VARCHAR(60) NOT NULL COMMENT 'text with {YYYY} {YY} {MM} {DD} and one {0000}',
  restarts VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'month' COMMENT 'when the running number begins at 1 again: month year never',
  version INT NOT NULL DEFAULT 1,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  UNIQUE KEY number_pattern_object (object),
  CONSTRAINT number_pattern_restarts CHECK (restarts IN ('month', 'year', 'never'))
) COMMENT 'How numbers are given out';

INSERT IGNORE INTO number_pattern (id, object, pattern, restarts, updated_at) VALUES
  (1, 'contract', 'HT{YYYY}{MM}-{0000}', 'month', UTC_TIMESTAMP(3)),
  (2, 'payment', 'HK{YYYY}{MM}-{0000}', 'month', UTC_TIMESTAMP(3)),
  (3, 'refund', 'TK{YYYY}{MM}-{0000}', 'month', UTC_TIMESTAMP(3)),
  (4, 'quote', 'BJ{YYYY}{MM}-{0000}', 'month', UTC_TIMESTAMP(3)),
  (5, 'invoice', 'FP{YYYY}{MM}-{0000}', 'month', UTC_TIMESTAMP(3));

INSERT IGNORE INTO role_permission (role_id, permission)
  SELECT r.id, p.permission FROM role r JOIN (
    SELECT 'operations' AS code, 'number_pattern.edit' AS permission UNION ALL SELECT 'finance', 'number_pattern.edit') p ON p.code = r.code;
UPDATE company SET org_epoch = org_epoch + 1;
