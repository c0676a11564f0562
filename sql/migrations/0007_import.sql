-- Imports: a file, its mapping, what became of each row, and what to take back on a roll-back.

CREATE TABLE IF NOT EXISTS import_batch (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'object name, or target',
  file_name VARCHAR(255) NOT NULL COMMENT 'as uploaded',
  path VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'below data_dir',
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'uploaded' COMMENT 'uploaded running checked done rolled_back',
  format LONGTEXT NOT NULL COMMENT 'JSON: kind, encoding, delimiter, sheets, columns with samples',
  mapping LONGTEXT NULL COMMENT 'JSON',
  header_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the headings: finds the remembered mapping',
  dry_run BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'the last run changed nothing',
  row_count BIGINT NOT NULL DEFAULT 0 COMMENT 'rows read by the last run',
  done_row BIGINT NOT NULL DEFAULT 0 COMMENT 'last row of the committed chunks: where a killed run goes on',
  created_count BIGINT NOT NULL DEFAULT 0,
  updated_count BIGINT NOT NULL DEFAULT 0,
  skipped_count BIGINT NOT NULL DEFAULT 0,
  failed_count BIGINT NOT NULL DEFAULT 0,
  job_id BIGINT NULL COMMENT 'last job',
  created_by_id BIGINT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  KEY import_batch_user (created_by_id, id),
  KEY import_batch_header (kind, header_hash, id)
) COMMENT 'Imports';

CREATE TABLE IF NOT EXISTS import_fault (
  batch_id BIGINT NOT NULL,
  source_row BIGINT NOT NULL COMMENT 'as in a spreadsheet, from 1',
  cells LONGTEXT NOT NULL COMMENT 'JSON list: the row as it was',
  errors LONGTEXT NOT NULL COMMENT 'JSON list of {field, column, code, message}',
  PRIMARY KEY (batch_id, source_row),
  CONSTRAINT import_fault_batch_fk FOREIGN KEY (batch_id) REFERENCES import_batch (id) ON DELETE CASCADE
) COMMENT 'Rows that were refused';

CREATE TABLE IF NOT EXISTS import_record (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  batch_id BIGINT NOT NULL,
  source_row BIGINT NOT NULL,
  object VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  record_id BIGINT NOT NULL,
  action VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'created updated',
  version INT NOT NULL COMMENT 'of the record after the import: changed since when it differs',
  before_values LONGTEXT NULL COMMENT 'JSON of the changed fields before',
  KEY import_record_batch (batch_id, id),
  CONSTRAINT import_record_batch_fk FOREIGN KEY (batch_id) REFERENCES import_batch (id) ON DELETE CASCADE
) COMMENT 'Records an import made or changed';
