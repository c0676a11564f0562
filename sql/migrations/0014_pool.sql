-- Public pools: who may see and take the customers that nobody holds, by which rules they come back, and what happened.

CREATE TABLE IF NOT EXISTS pool (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  description VARCHAR(1000) NULL,
  is_default BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'takes what no route matches',
  is_active BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'customers may be claimed and come in',
  distribution VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'claim' COMMENT 'claim assign round_robin load weight',
  claims_per_day INT NULL COMMENT 'claims of one person a business day; NULL: no limit',
  views_per_day INT NULL COMMENT 'customers one person may open a business day; NULL: no limit',
  former_owner_days INT NULL COMMENT 'days after which a former owner may claim again',
  fresh_hours INT NULL COMMENT 'hours after entering during which nobody may claim',
  fresh_former_hours INT NULL COMMENT 'the same for the former owner',
  refund_returns BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'returning on the same day gives the claim back',
  auto_per_day INT NULL COMMENT 'customers one member is given a business day; NULL: no limit',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  default_mark TINYINT AS (IF(is_default AND deleted_at IS NULL, 1, NULL)) PERSISTENT COMMENT 'one default pool',
  UNIQUE KEY pool_is_default (default_mark),
  KEY pool_updated (updated_at, id),
  CONSTRAINT pool_distribution CHECK (distribution IN ('claim', 'assign', 'round_robin', 'load', 'weight'))
) COMMENT 'Places for customers that nobody holds';

CREATE TABLE IF NOT EXISTS pool_member (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pool_id BIGINT NOT NULL,
  user_id BIGINT NULL COMMENT 'this person',
  department_id BIGINT NULL COMMENT 'or the people of this department and those below',
  role_id BIGINT NULL COMMENT 'or whoever has this role',
  is_admin BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'assigns, moves and deletes',
  weight INT NOT NULL DEFAULT 1 COMMENT 'share in the distribution by weight; 0: gets none',
  KEY pool_member_pool (pool_id),
  KEY pool_member_user (user_id, pool_id),
  KEY pool_member_department (department_id, pool_id),
  KEY pool_member_role (role_id, pool_id),
  CONSTRAINT pool_member_pool_fk FOREIGN KEY (pool_id) REFERENCES pool (id) ON DELETE CASCADE,
  CONSTRAINT pool_member_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE,
  CONSTRAINT pool_member_department_fk FOREIGN KEY (department_id) REFERENCES department (id) ON DELETE CASCADE,
  CONSTRAINT pool_member_role_fk FOREIGN KEY (role_id) REFERENCES role (id) ON DELETE CASCADE,
  CONSTRAINT pool_member_subject CHECK ((user_id IS NOT NULL) + (department_id IS NOT NULL) + (role_id IS NOT NULL) = 1),
  CONSTRAINT pool_member_weight CHECK (weight >= 0)
) COMMENT 'Who belongs to a pool';

CREATE TABLE IF NOT EXISTS pool_field (
  pool_id BIGINT NOT NULL,
  field VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of a customer',
  access VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'hidden masked',
  PRIMARY KEY (pool_id, field),
  CONSTRAINT pool_field_pool_fk FOREIGN KEY (pool_id) REFERENCES pool (id) ON DELETE CASCADE,
  CONSTRAINT pool_field_access CHECK (access IN ('hidden', 'masked'))
) COMMENT 'Closed until a customer is claimed';

CREATE TABLE IF NOT EXISTS pool_reason (
  pool_id BIGINT NOT NULL,
  position INT NOT NULL,
  reason VARCHAR(100) NOT NULL,
  PRIMARY KEY (pool_id, position),
  CONSTRAINT pool_reason_pool_fk FOREIGN KEY (pool_id) REFERENCES pool (id) ON DELETE CASCADE
) COMMENT 'Reasons one may give for a return; none: any words';

CREATE TABLE IF NOT EXISTS pool_route (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  priority INT NOT NULL DEFAULT 100 COMMENT 'the smallest that matches wins',
  region_id BIGINT NULL COMMENT 'this region and those below; NULL: any or none',
  customer_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'NULL: any',
  source VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'NULL: any or none',
  pool_id BIGINT NOT NULL,
  is_active BOOLEAN NOT NULL DEFAULT TRUE,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  KEY pool_route_priority (priority, id),
  CONSTRAINT pool_route_region_fk FOREIGN KEY (region_id) REFERENCES region (id),
  CONSTRAINT pool_route_pool_fk FOREIGN KEY (pool_id) REFERENCES pool (id)
) COMMENT 'Which customers go to which pool';

CREATE TABLE IF NOT EXISTS pool_rule (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  priority INT NOT NULL DEFAULT 100 COMMENT 'the smallest rule that takes a customer is the one told',
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'no_follow_up no_opportunity no_deal contract_ended',
  days INT NOT NULL COMMENT 'after the last act',
  working_days BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'the days are working days',
  covers TEXT NULL COMMENT 'filter language: customers it holds for; NULL: all',
  exempt_deal BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'customers with a deal stay',
  exempt_open_opportunity BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'customers with an open opportunity stay',
  pool_id BIGINT NULL COMMENT 'where they go; NULL: by the routes',
  warn_days INT NOT NULL DEFAULT 0 COMMENT 'days before on which the owner is told; 0: not at all',
  warn_manager BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'the owner''s manager is told too',
  is_active BOOLEAN NOT NULL DEFAULT TRUE,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  KEY pool_rule_priority (priority, id),
  CONSTRAINT pool_rule_pool_fk FOREIGN KEY (pool_id) REFERENCES pool (id),
  CONSTRAINT pool_rule_kind CHECK (kind IN ('no_follow_up', 'no_opportunity', 'no_deal', 'contract_ended')),
  CONSTRAINT pool_rule_days CHECK (days > 0)
) COMMENT 'When a customer that somebody holds goes back to a pool';

CREATE TABLE IF NOT EXISTS pool_protection (
  customer_id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'manual; approval: something of it waits for approval',
  until_on DATE NULL COMMENT 'last day it holds; NULL: until taken away',
  reason VARCHAR(500) NULL,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  PRIMARY KEY (customer_id, kind),
  CONSTRAINT pool_protection_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE
) COMMENT 'Customers that no rule takes';

CREATE TABLE IF NOT EXISTS pool_run (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL COMMENT 'shown',
  run_on DATE NOT NULL COMMENT 'business date it stands for',
  slot VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'nightly, or the job somebody started',
  status VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'planning' COMMENT 'planning running done undone',
  taken_count INT NOT NULL DEFAULT 0 COMMENT 'customers that went to a pool',
  skipped_count INT NOT NULL DEFAULT 0 COMMENT 'customers that were due and stayed',
  warned_count INT NOT NULL DEFAULT 0 COMMENT 'notices',
  started_at DATETIME(3) NOT NULL,
  finished_at DATETIME(3) NULL,
  undone_at DATETIME(3) NULL,
  undone_by_id BIGINT NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  UNIQUE KEY pool_run_slot (run_on, slot),
  KEY pool_run_started (started_at, id)
) COMMENT 'Runs of the recycle rules';

CREATE TABLE IF NOT EXISTS pool_run_item (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  run_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  name VARCHAR(255) NOT NULL COMMENT 'of the customer',
  owner_id BIGINT NOT NULL COMMENT 'who held it',
  department_id BIGINT NULL COMMENT 'of the holder',
  rule_id BIGINT NOT NULL,
  pool_id BIGINT NULL COMMENT 'where it went',
  last_act VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'held follow_up opportunity deal contract_end',
  last_act_at DATETIME(3) NOT NULL COMMENT 'when the clock began; of a dated act: noon of its day',
  days INT NOT NULL COMMENT 'of the rule',
  result VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'due taken undone, or why it stayed: deal open_opportunity protected approval no_pool changed; after an undo: moved_on over_capacity not_active',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  UNIQUE KEY pool_run_item_customer (run_id, customer_id),
  KEY pool_run_item_result (run_id, result, rule_id, id),
  KEY pool_run_item_owner (owner_id, created_at, id),
  KEY pool_run_item_department (department_id, created_at, id),
  KEY pool_run_item_created (created_at, id),
  CONSTRAINT pool_run_item_run_fk FOREIGN KEY (run_id) REFERENCES pool_run (id),
  CONSTRAINT pool_run_item_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE
) COMMENT 'What a run did with a customer and why';

CREATE TABLE IF NOT EXISTS pool_event (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id BIGINT NOT NULL,
  name VARCHAR(255) NOT NULL COMMENT 'of the customer',
  pool_id BIGINT NOT NULL COMMENT 'pool it entered or left',
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'create import return recycle route move restore undo come in; claim assign auto transfer move delete go out',
  direction TINYINT NOT NULL COMMENT '1 came in, -1 went out',
  owner_id BIGINT NULL COMMENT 'who got it, or who held it before',
  department_id BIGINT NULL COMMENT 'of that person',
  at DATETIME(3) NOT NULL,
  happened_on DATE NOT NULL COMMENT 'the same as business date',
  entered_at DATETIME(3) NULL COMMENT 'going out: since when it lay there',
  entry_rule_id BIGINT NULL COMMENT 'going out: the rule that had brought it',
  waited_minutes BIGINT NULL COMMENT 'going out: how long it lay there',
  rule_id BIGINT NULL COMMENT 'coming in: the rule that took it',
  run_id BIGINT NULL COMMENT 'run in which it happened',
  reason VARCHAR(500) NULL,
  by_id BIGINT NULL COMMENT 'who did it; NULL: the program',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  KEY pool_event_customer (customer_id, id),
  KEY pool_event_pool (pool_id, at, id),
  KEY pool_event_owner (owner_id, happened_on, kind),
  KEY pool_event_owner_at (owner_id, at, id),
  KEY pool_event_department (department_id, at, id),
  KEY pool_event_at (at, id),
  CONSTRAINT pool_event_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE,
  CONSTRAINT pool_event_direction CHECK (direction IN (1, -1))
) COMMENT 'What came into pools and went out: append-only';

CREATE TABLE IF NOT EXISTS pool_claimer (
  user_id BIGINT NOT NULL PRIMARY KEY,
  CONSTRAINT pool_claimer_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE
) COMMENT 'Locked while somebody''s claims and views of the day are counted';

CREATE TABLE IF NOT EXISTS pool_view (
  user_id BIGINT NOT NULL,
  pool_id BIGINT NOT NULL,
  viewed_on DATE NOT NULL COMMENT 'business date',
  customer_id BIGINT NOT NULL,
  at DATETIME(3) NOT NULL COMMENT 'first time that day',
  PRIMARY KEY (user_id, pool_id, viewed_on, customer_id),
  KEY pool_view_customer (customer_id),
  CONSTRAINT pool_view_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE,
  CONSTRAINT pool_view_pool_fk FOREIGN KEY (pool_id) REFERENCES pool (id) ON DELETE CASCADE,
  CONSTRAINT pool_view_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE
) COMMENT 'Who opened which customer of a pool: append-only';

CREATE TABLE IF NOT EXISTS pool_warning (
  customer_id BIGINT NOT NULL,
  rule_id BIGINT NOT NULL,
  owner_id BIGINT NOT NULL COMMENT 'who was told',
  last_act_at DATETIME(3) NOT NULL COMMENT 'one notice for each beginning of the clock',
  warned_at DATETIME(3) NOT NULL,
  PRIMARY KEY (customer_id, rule_id, owner_id, last_act_at),
  KEY pool_warning_rule (rule_id, warned_at),
  CONSTRAINT pool_warning_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE,
  CONSTRAINT pool_warning_rule_fk FOREIGN KEY (rule_id) REFERENCES pool_rule (id) ON DELETE CASCADE
) COMMENT 'Notices before a customer goes back';

CREATE TABLE IF NOT EXISTS pool_pointer (
  pool_id BIGINT NOT NULL PRIMARY KEY,
  last_user_id BIGINT NULL COMMENT 'who was served last in turn',
  last_run_at DATETIME(3) NULL,
  note MEDIUMTEXT NULL COMMENT 'why somebody got nothing in the last distribution, as JSON',
  CONSTRAINT pool_pointer_pool_fk FOREIGN KEY (pool_id) REFERENCES pool (id) ON DELETE CASCADE
) COMMENT 'Where the automatic distribution stands';

ALTER TABLE customer
  ADD INDEX IF NOT EXISTS customer_pool_entered (pool_id, pool_entered_at, id);
ALTER TABLE customer
  ADD INDEX IF NOT EXISTS customer_entered (pool_entered_at, id),
  ADD INDEX IF NOT EXISTS customer_held (held_since, last_follow_up_at, id);
