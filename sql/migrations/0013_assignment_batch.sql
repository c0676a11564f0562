-- Batches of assignments, what became of each customer in them, promises of a first follow-up and their steps.

ALTER TABLE company
  ADD COLUMN IF NOT EXISTS assignment_undo_hours INT NOT NULL DEFAULT 24 COMMENT 'how long a batch may be taken back';

CREATE TABLE IF NOT EXISTS sla_policy (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  touch_hours INT NOT NULL COMMENT 'working hours from the assignment to the first follow-up',
  remind_before_hours INT NULL COMMENT 'working hours before that: the holder is told',
  escalate_after_hours INT NULL COMMENT 'working hours after that: the manager is told',
  take_back_after_hours INT NULL COMMENT 'working hours after that: the customer is taken back',
  is_default BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'holds for batches that name none',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  KEY sla_policy_updated (updated_at, id),
  CONSTRAINT sla_policy_hours CHECK (touch_hours > 0)
) COMMENT 'Promises of a first follow-up';

CREATE TABLE IF NOT EXISTS sla_step (
  assignment_id BIGINT NOT NULL,
  step VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'remind escalate take_back',
  due_at DATETIME(3) NOT NULL COMMENT 'fixed when promised, whatever becomes of the calendar',
  done_at DATETIME(3) NULL COMMENT 'NULL: waits',
  result VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'told taken touched ended refused nobody',
  PRIMARY KEY (assignment_id, step),
  KEY sla_step_due (done_at, due_at),
  CONSTRAINT sla_step_assignment_fk FOREIGN KEY (assignment_id) REFERENCES assignment (id) ON DELETE CASCADE
) COMMENT 'What follows when a promise is not kept, each once';

CREATE TABLE IF NOT EXISTS assignment_batch (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(200) NOT NULL,
  strategy VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'one evenly weighted to_capacity round_robin map',
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'queued' COMMENT 'queued running done failed cancelled undoing undone',
  request LONGTEXT NOT NULL COMMENT 'JSON: what was asked for',
  pointer_key VARCHAR(64) NULL COMMENT 'assignment_pointer it took turns by',
  reason VARCHAR(500) NULL,
  expected_action_on DATE NULL,
  sla_policy_id BIGINT NULL,
  total_count INT NOT NULL DEFAULT 0 COMMENT 'items',
  done_count INT NOT NULL DEFAULT 0 COMMENT 'items that were decided',
  assigned_count INT NOT NULL DEFAULT 0,
  kept_count INT NOT NULL DEFAULT 0 COMMENT 'with whom they were before',
  refused_count INT NOT NULL DEFAULT 0 COMMENT 'with a reason',
  undone_count INT NOT NULL DEFAULT 0,
  undo_until DATETIME(3) NULL,
  undone_at DATETIME(3) NULL,
  finished_at DATETIME(3) NULL,
  job_id BIGINT NULL COMMENT 'last job',
  owner_id BIGINT NULL COMMENT 'who made it',
  department_id BIGINT NULL COMMENT 'of the maker on that day',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  KEY assignment_batch_created (created_at, id),
  KEY assignment_batch_owner (owner_id, created_at, id),
  KEY assignment_batch_department (department_id, created_at, id),
  KEY assignment_batch_pointer (pointer_key, id),
  CONSTRAINT assignment_batch_owner_fk FOREIGN KEY (owner_id) REFERENCES `user` (id),
  CONSTRAINT assignment_batch_department_fk FOREIGN KEY (department_id) REFERENCES department (id),
  CONSTRAINT assignment_batch_policy_fk FOREIGN KEY (sla_policy_id) REFERENCES sla_policy (id)
) COMMENT 'Batches of assignments';

CREATE TABLE IF NOT EXISTS assignment_batch_item (
  batch_id BIGINT NOT NULL,
  position INT NOT NULL COMMENT 'in the order of the selection, from 1',
  line VARCHAR(255) NULL COMMENT 'as written in the list',
  customer_id BIGINT NULL COMMENT 'NULL: not found by that line',
  name VARCHAR(255) NULL COMMENT 'of the customer when the batch was made',
  from_owner_id BIGINT NULL,
  from_pool_id BIGINT NULL,
  to_owner_id BIGINT NULL,
  rule INT NULL COMMENT 'of a map: which of its rules, from 0',
  result VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'pending assigned kept refused undone',
  code VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'why kept or refused, or not undone',
  detail VARCHAR(500) NULL COMMENT 'the same as a sentence',
  assignment_id BIGINT NULL COMMENT 'the interval it began',
  PRIMARY KEY (batch_id, position),
  KEY assignment_batch_item_result (batch_id, result, position),
  KEY assignment_batch_item_customer (customer_id),
  CONSTRAINT assignment_batch_item_batch_fk FOREIGN KEY (batch_id) REFERENCES assignment_batch (id) ON DELETE CASCADE
) COMMENT 'What became of each customer of a batch';

CREATE TABLE IF NOT EXISTS assignment_pointer (
  name VARCHAR(64) COLLATE utf8mb4_bin NOT NULL PRIMARY KEY COMMENT 'chosen by the users',
  user_id BIGINT NULL COMMENT 'whose turn it was last',
  updated_at DATETIME(3) NOT NULL
) COMMENT 'Turns that go on across batches';

CREATE TABLE IF NOT EXISTS assignment_list (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  user_id BIGINT NOT NULL COMMENT 'who uploaded it',
  file_name VARCHAR(255) NOT NULL,
  line_count INT NOT NULL,
  `lines` LONGTEXT NOT NULL COMMENT 'one a line',
  created_at DATETIME(3) NOT NULL,
  KEY assignment_list_created (created_at),
  CONSTRAINT assignment_list_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE
) COMMENT 'Uploaded lists of customers, kept for some days';

-- Roles that came with an earlier version.
INSERT IGNORE INTO role_permission (role_id, permission)
SELECT r.id, p.permission FROM role r JOIN (
  SELECT 'assignment_batch.view' AS permission UNION ALL SELECT 'assignment_batch.create' UNION ALL SELECT 'assignment_batch.export'
) p WHERE r.code IN ('operations', 'manager');
INSERT IGNORE INTO role_scope (role_id, object, scope)
SELECT s.role_id, 'assignment_batch', s.scope FROM role_scope s JOIN role r ON r.id = s.role_id
WHERE r.code IN ('operations', 'manager') AND s.object = 'assignment';
INSERT IGNORE INTO role_permission (role_id, permission)
SELECT r.id, 'sla_policy.edit' FROM role r WHERE r.code = 'operations';
