-- Fields that administrators add to records, and how forms are laid out.

CREATE TABLE IF NOT EXISTS custom_field (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  object VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'kind of record',
  name VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'API name and column of the object''s table',
  kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'text, integer, select, …',
  label_zh VARCHAR(60) NOT NULL,
  label_en VARCHAR(60) NOT NULL,
  help_zh VARCHAR(500) NULL,
  help_en VARCHAR(500) NULL,
  is_required BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'asked where it is visible',
  is_unique BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'has a unique key',
  is_indexed BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'has, or shall have, an index',
  index_state VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'none' COMMENT 'none, building, ready, failed',
  default_value TEXT NULL COMMENT 'JSON',
  min_value BIGINT NULL COMMENT 'in units of the value',
  max_value BIGINT NULL COMMENT 'in units of the value',
  scale TINYINT NULL COMMENT 'digits behind the point',
  max_length INT NULL COMMENT 'characters',
  pattern VARCHAR(300) NULL COMMENT 'what a text must match',
  visible_if TEXT NULL COMMENT 'filter language over the record',
  readonly_if TEXT NULL COMMENT 'filter language over the record',
  ref VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'object a reference leads to',
  formula TEXT NULL,
  result VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'what a formula gives',
  rollup TEXT NULL COMMENT 'JSON: object, via, function, field, filter',
  is_stored BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'has a column; false: computed when read',
  column_type VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'SQL type of its column',
  number_pattern VARCHAR(60) NULL COMMENT 'serial numbers',
  restarts VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'serial numbers: month, year, never',
  period VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'of the last serial number',
  last_number BIGINT NOT NULL DEFAULT 0 COMMENT 'the last serial number of the period',
  in_list BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'a default column',
  is_maskable BOOLEAN NOT NULL DEFAULT FALSE,
  sort_order INT NOT NULL DEFAULT 0,
  job_id BIGINT NULL COMMENT 'the last job about its index',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL COMMENT 'the column and its values stay until they are purged',
  UNIQUE KEY custom_field_name (object, name)
) COMMENT 'Fields that administrators add to records';

CREATE TABLE IF NOT EXISTS custom_option (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  field_id BIGINT NOT NULL,
  value VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'never changes',
  label_zh VARCHAR(60) NOT NULL,
  label_en VARCHAR(60) NOT NULL,
  is_active BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'may be chosen',
  sort_order INT NOT NULL,
  UNIQUE KEY custom_option_value (field_id, value),
  CONSTRAINT custom_option_field_fk FOREIGN KEY (field_id) REFERENCES custom_field (id) ON DELETE CASCADE
) COMMENT 'What may be chosen in a field';

CREATE TABLE IF NOT EXISTS record_choice (
  field_id BIGINT NOT NULL,
  value VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  record_id BIGINT NOT NULL,
  PRIMARY KEY (field_id, value, record_id),
  KEY record_choice_record (field_id, record_id),
  CONSTRAINT record_choice_field_fk FOREIGN KEY (field_id) REFERENCES custom_field (id) ON DELETE CASCADE
) COMMENT 'Index of fields with several choices; the record''s own column is what counts';

CREATE TABLE IF NOT EXISTS layout (
  object VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY COMMENT 'kind of record',
  body TEXT NOT NULL COMMENT 'JSON: sections, hidden',
  version INT NOT NULL DEFAULT 1,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL
) COMMENT 'How forms are laid out; none: derived from the fields';
