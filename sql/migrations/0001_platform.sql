-- What every part stands on: the company, jobs, idempotent answers, audit, files.

CREATE TABLE IF NOT EXISTS company (
  id TINYINT NOT NULL PRIMARY KEY COMMENT 'always 1',
  name VARCHAR(255) NOT NULL COMMENT 'shown in the shell and on documents',
  time_zone VARCHAR(64) NOT NULL COMMENT 'IANA zone of business dates',
  currency CHAR(3) NOT NULL COMMENT 'ISO 4217 base currency',
  fiscal_year_start_month TINYINT NOT NULL DEFAULT 1 COMMENT '1…12',
  org_epoch BIGINT NOT NULL DEFAULT 1 COMMENT 'grows with every change of departments, users, roles: invalidates caches',
  version INT NOT NULL DEFAULT 1 COMMENT 'optimistic lock',
  updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  CONSTRAINT company_single CHECK (id = 1),
  CONSTRAINT company_fiscal_month CHECK (fiscal_year_start_month BETWEEN 1 AND 12)
) COMMENT 'The one company of this installation';

CREATE TABLE IF NOT EXISTS idempotency_key (
  user_id BIGINT NOT NULL COMMENT 'who sent it; 0 before sign-in',
  idempotency_key VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'header Idempotency-Key',
  request_hash BINARY(32) NOT NULL COMMENT 'of method, path and body',
  status SMALLINT NOT NULL DEFAULT 0 COMMENT 'HTTP status of the stored answer; 0 while the first request runs',
  answer MEDIUMTEXT NULL COMMENT 'stored body',
  created_at DATETIME(3) NOT NULL COMMENT 'kept 24 hours',
  PRIMARY KEY (user_id, idempotency_key),
  KEY idempotency_key_created (created_at)
) COMMENT 'Answers replayed to repeated POSTs';

CREATE TABLE IF NOT EXISTS job (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'struct job_kind name',
  user_id BIGINT NULL COMMENT 'who asked; NULL for the schedule',
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'queued' COMMENT 'queued running done failed cancelled',
  unique_key VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'set while unfinished: at most one such job',
  input LONGTEXT NOT NULL COMMENT 'JSON',
  result LONGTEXT NULL COMMENT 'small JSON for the user',
  result_file VARCHAR(255) NULL COMMENT 'below data_dir/jobs',
  result_name VARCHAR(255) NULL COMMENT 'file name offered to the user',
  error_code VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'wire code of the failure',
  error_detail VARCHAR(1000) NULL COMMENT 'sentence for the user',
  done BIGINT NOT NULL DEFAULT 0 COMMENT 'progress',
  total BIGINT NOT NULL DEFAULT 0 COMMENT 'progress; 0 when unknown',
  phase VARCHAR(64) NULL COMMENT 'what it is doing now',
  cancel_requested BOOLEAN NOT NULL DEFAULT FALSE,
  attempts INT NOT NULL DEFAULT 0,
  run_after DATETIME(3) NOT NULL COMMENT 'not before',
  lease_until DATETIME(3) NULL COMMENT 'a running job past this is taken again',
  worker VARCHAR(100) NULL COMMENT 'host and process that runs it',
  created_at DATETIME(3) NOT NULL,
  started_at DATETIME(3) NULL,
  finished_at DATETIME(3) NULL,
  UNIQUE KEY job_unique (unique_key),
  KEY job_due (status, run_after),
  KEY job_user (user_id, id)
) COMMENT 'Long work';

CREATE TABLE IF NOT EXISTS job_schedule (
  kind VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  next_at DATETIME(3) NOT NULL COMMENT 'when it is queued next',
  last_job_id BIGINT NULL
) COMMENT 'When scheduled kinds run next';

CREATE TABLE IF NOT EXISTS audit_entry (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  object VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'struct object name, or a subject such as session',
  record_id BIGINT NOT NULL,
  action VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'create update delete restore transfer sign_in …',
  version INT NULL COMMENT 'version the record has since',
  changes LONGTEXT NULL COMMENT 'JSON {field: [before, after]}',
  reason VARCHAR(500) NULL,
  user_id BIGINT NULL,
  address VARCHAR(64) NULL COMMENT 'client address',
  request_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL,
  at DATETIME(3) NOT NULL,
  KEY audit_record (object, record_id, id),
  KEY audit_user (user_id, id),
  KEY audit_at (at)
) COMMENT 'Who did what: append-only; also the change feed';

CREATE TABLE IF NOT EXISTS stored_file (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL COMMENT 'as uploaded',
  size_bytes BIGINT NOT NULL,
  sha256 BINARY(32) NOT NULL,
  path VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'below data_dir',
  created_by_id BIGINT NULL,
  created_at DATETIME(3) NOT NULL
) COMMENT 'Uploaded files';
