-- Numbers of contracts, payments and refunds.

CREATE TABLE IF NOT EXISTS number_sequence (
  name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'contract payment refund',
  period VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'yyyymm',
  last_number BIGINT NOT NULL,
  PRIMARY KEY (name, period)
) COMMENT 'Last number given out; gaps are harmless';
