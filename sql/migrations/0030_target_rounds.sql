-- Planning rounds: what is asked of whom, how far each target is agreed, and everything that was said on the way there.
-- The numbers themselves stay in target_value; a plan says who may move them now.

CREATE TABLE IF NOT EXISTS target_round (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  fiscal_year SMALLINT NOT NULL COMMENT 'calendar year in which the fiscal year begins',
  deadline_on DATE NOT NULL COMMENT 'last day to answer',
  state ENUM('open', 'locked') NOT NULL DEFAULT 'open' COMMENT 'locked: what is agreed moves by agreed changes only',
  note VARCHAR(1000) NULL COMMENT 'shown to everybody who takes part',
  reminded_on DATE NULL COMMENT 'when people were reminded last',
  locked_at DATETIME(3) NULL,
  locked_by_id BIGINT NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  UNIQUE KEY target_round_year (fiscal_year)
) COMMENT 'One planning round a fiscal year';

CREATE TABLE IF NOT EXISTS target_ask (
  round_id BIGINT NOT NULL,
  measure VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'a measure with a row takes part in the round',
  department_id BIGINT NOT NULL COMMENT 'with everything below it; the top department is the company',
  amount BIGINT NULL COMMENT 'minor units or count; NULL: asked for no longer',
  version INT NOT NULL DEFAULT 1,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  PRIMARY KEY (round_id, measure, department_id),
  KEY target_ask_department (department_id),
  CONSTRAINT target_ask_round_fk FOREIGN KEY (round_id) REFERENCES target_round (id),
  CONSTRAINT target_ask_department_fk FOREIGN KEY (department_id) REFERENCES department (id),
  CONSTRAINT target_ask_amount CHECK (amount BETWEEN 0 AND 1000000000000000)
) COMMENT 'What the company needs of a department in the year';

CREATE TABLE IF NOT EXISTS target_plan (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  round_id BIGINT NOT NULL,
  measure VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject_kind ENUM('user', 'department') NOT NULL,
  subject_id BIGINT NOT NULL COMMENT 'user.id or department.id',
  state ENUM('draft', 'submitted', 'returned', 'agreed', 'locked') NOT NULL DEFAULT 'draft',
  number INT NOT NULL DEFAULT 0 COMMENT 'of its newest version',
  signed_by_id BIGINT NULL COMMENT 'who promised it',
  signed_at DATETIME(3) NULL,
  agreed_by_id BIGINT NULL COMMENT 'who agreed to it',
  agreed_at DATETIME(3) NULL,
  counter_number INT NULL COMMENT 'returned: the version that was offered instead',
  change_number INT NULL COMMENT 'locked: the version that waits for the other side',
  change_by_owner BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'which side proposed it',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  UNIQUE KEY target_plan_subject (round_id, measure, subject_kind, subject_id),
  CONSTRAINT target_plan_round_fk FOREIGN KEY (round_id) REFERENCES target_round (id)
) COMMENT 'How far the target of a person or department for one measure is agreed; no row: draft';

CREATE TABLE IF NOT EXISTS target_plan_version (
  plan_id BIGINT NOT NULL,
  number INT NOT NULL COMMENT '1, 2, 3 …',
  kind ENUM('submitted', 'counter', 'change') NOT NULL,
  content LONGTEXT NOT NULL COMMENT 'JSON {level: [twelve amounts]}',
  effective_on DATE NOT NULL COMMENT 'first month that it changes',
  reason VARCHAR(1000) NULL,
  agreed_at DATETIME(3) NULL COMMENT 'since when it is in force; NULL: it never was',
  created_at DATETIME(3) NOT NULL,
  created_by_id BIGINT NOT NULL,
  PRIMARY KEY (plan_id, number),
  CONSTRAINT target_plan_version_plan_fk FOREIGN KEY (plan_id) REFERENCES target_plan (id) ON DELETE CASCADE,
  CONSTRAINT target_plan_version_content CHECK (JSON_VALID(content))
) COMMENT 'Every version that one side put before the other; never changed';

CREATE TABLE IF NOT EXISTS target_plan_event (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  plan_id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'comment submitted withdrawn returned agreed accepted change change_agreed change_declined',
  text VARCHAR(1000) NULL COMMENT 'what was said',
  number INT NULL COMMENT 'version it is about',
  created_at DATETIME(3) NOT NULL,
  created_by_id BIGINT NOT NULL,
  KEY target_plan_event_plan (plan_id, id),
  CONSTRAINT target_plan_event_plan_fk FOREIGN KEY (plan_id) REFERENCES target_plan (id) ON DELETE CASCADE
) COMMENT 'The thread of a target';

INSERT IGNORE INTO role_permission (role_id, permission)
  SELECT r.id, p.permission FROM role r JOIN (
    SELECT 'operations' AS code, 'target.round' AS permission UNION ALL SELECT 'operations', 'target.agree'
    UNION ALL SELECT 'executive', 'target.round' UNION ALL SELECT 'executive', 'target.agree'
    UNION ALL SELECT 'manager', 'target.agree' UNION ALL SELECT 'manager', 'target.commit'
    UNION ALL SELECT 'sales', 'target.commit') p ON p.code = r.code;
UPDATE company SET org_epoch = org_epoch + 1;
