-- Pipelines in depth: departments, gates, the guide of each stage with its marks, reasons of closing, tasks.

ALTER TABLE pipeline
  ADD COLUMN IF NOT EXISTS allow_skip BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'a forward move may pass over open stages',
  ADD COLUMN IF NOT EXISTS allow_back BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'to an earlier stage, or open again';

CREATE TABLE IF NOT EXISTS pipeline_department (
  pipeline_id BIGINT NOT NULL,
  department_id BIGINT NOT NULL COMMENT 'with those below',
  PRIMARY KEY (pipeline_id, department_id),
  KEY pipeline_department_department (department_id, pipeline_id),
  CONSTRAINT pipeline_department_pipeline_fk FOREIGN KEY (pipeline_id) REFERENCES pipeline (id),
  CONSTRAINT pipeline_department_department_fk FOREIGN KEY (department_id) REFERENCES department (id)
) COMMENT 'Whose new opportunities a pipeline takes; no row: everybody''s';

ALTER TABLE stage
  ADD COLUMN IF NOT EXISTS usual_days INT NULL COMMENT 'without activity: later it counts as resting',
  ADD COLUMN IF NOT EXISTS longest_days INT NULL COMMENT 'in the stage: longer is overdue',
  ADD COLUMN IF NOT EXISTS required_fields VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'fields of the opportunity, comma separated';

CREATE TABLE IF NOT EXISTS stage_role (
  stage_id BIGINT NOT NULL,
  role_id BIGINT NOT NULL,
  direction VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'enter leave',
  PRIMARY KEY (stage_id, direction, role_id),
  KEY stage_role_role (role_id),
  CONSTRAINT stage_role_stage_fk FOREIGN KEY (stage_id) REFERENCES stage (id),
  CONSTRAINT stage_role_role_fk FOREIGN KEY (role_id) REFERENCES role (id),
  CONSTRAINT stage_role_direction CHECK (direction IN ('enter', 'leave'))
) COMMENT 'Who may move opportunities into or out of a stage; no row: everybody';

CREATE TABLE IF NOT EXISTS guide_item (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  stage_id BIGINT NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ask deliver confirm: can be ticked; script template objection: to read',
  title VARCHAR(200) NOT NULL,
  body TEXT NULL,
  is_mandatory BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'the stage is not left forward without it',
  needs_file BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'done with a file only',
  sort_order INT NOT NULL DEFAULT 0,
  deleted_at DATETIME(3) NULL,
  KEY guide_item_stage (stage_id, sort_order),
  CONSTRAINT guide_item_stage_fk FOREIGN KEY (stage_id) REFERENCES stage (id),
  CONSTRAINT guide_item_kind CHECK (kind IN ('ask', 'deliver', 'confirm', 'script', 'template', 'objection'))
) COMMENT 'What to do, and to read, in a stage';

CREATE TABLE IF NOT EXISTS guide_plan (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  stage_id BIGINT NOT NULL,
  name VARCHAR(200) NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'other' COMMENT 'of the task: call visit meeting email quote other',
  days_after INT NOT NULL DEFAULT 0 COMMENT 'working days',
  sort_order INT NOT NULL DEFAULT 0,
  deleted_at DATETIME(3) NULL,
  KEY guide_plan_stage (stage_id, sort_order),
  CONSTRAINT guide_plan_stage_fk FOREIGN KEY (stage_id) REFERENCES stage (id)
) COMMENT 'Tasks that a stage makes by one click';

CREATE TABLE IF NOT EXISTS guide_mark (
  opportunity_id BIGINT NOT NULL,
  item_id BIGINT NOT NULL,
  done_at DATETIME(3) NULL COMMENT 'NULL: taken back, or only a note',
  done_by_id BIGINT NULL,
  note VARCHAR(1000) NULL,
  PRIMARY KEY (opportunity_id, item_id),
  KEY guide_mark_item (item_id),
  CONSTRAINT guide_mark_opportunity_fk FOREIGN KEY (opportunity_id) REFERENCES opportunity (id) ON DELETE CASCADE,
  CONSTRAINT guide_mark_item_fk FOREIGN KEY (item_id) REFERENCES guide_item (id)
) COMMENT 'Guide items done for an opportunity';

CREATE TABLE IF NOT EXISTS close_reason (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  code VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'not_recorded: of lost deals that were imported without a reason',
  kind VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'won lost',
  name VARCHAR(100) NOT NULL,
  needs_competitor BOOLEAN NOT NULL DEFAULT FALSE,
  needs_note BOOLEAN NOT NULL DEFAULT FALSE,
  is_active BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'can be chosen',
  sort_order INT NOT NULL DEFAULT 0,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL COMMENT 'its name stays with the deals that have it',
  UNIQUE KEY close_reason_code (code),
  CONSTRAINT close_reason_kind CHECK (kind IN ('won', 'lost'))
) COMMENT 'Why deals are won and lost';

ALTER TABLE opportunity
  ADD COLUMN IF NOT EXISTS close_reason_id BIGINT NULL COMMENT 'why it was won or lost',
  ADD COLUMN IF NOT EXISTS competitor VARCHAR(255) NULL,
  ADD COLUMN IF NOT EXISTS close_note VARCHAR(4000) NULL,
  ADD COLUMN IF NOT EXISTS slip_count INT NOT NULL DEFAULT 0 COMMENT 'how often the expected close was put off while open',
  ADD COLUMN IF NOT EXISTS furthest_stage_id BIGINT NULL COMMENT 'furthest open or won stage it was ever in',
  ADD COLUMN IF NOT EXISTS last_activity_at DATETIME(3) NULL COMMENT 'follow-up about it, move, creation, task done',
  ADD COLUMN IF NOT EXISTS next_step VARCHAR(255) NULL COMMENT 'earliest open task',
  ADD COLUMN IF NOT EXISTS next_step_on DATE NULL COMMENT 'its day',
  ADD INDEX IF NOT EXISTS opportunity_next_step (next_step_on, id),
  ADD INDEX IF NOT EXISTS opportunity_board (pipeline_id, status, closed_on, stage_id),
  ADD INDEX IF NOT EXISTS opportunity_department_status (department_id, status, closed_on),
  ADD INDEX IF NOT EXISTS opportunity_reason (close_reason_id),
  ADD CONSTRAINT opportunity_reason_fk FOREIGN KEY IF NOT EXISTS (close_reason_id) REFERENCES close_reason (id);

ALTER TABLE stage_event
  ADD COLUMN IF NOT EXISTS cause VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'change' COMMENT 'change; mapping: its stage was removed';

ALTER TABLE attachment
  ADD COLUMN IF NOT EXISTS guide_item_id BIGINT NULL COMMENT 'of an opportunity: shows that this item is done';

CREATE TABLE IF NOT EXISTS task (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'other' COMMENT 'call visit meeting email quote other',
  due_on DATE NOT NULL,
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'open' COMMENT 'open done cancelled',
  done_at DATETIME(3) NULL,
  customer_id BIGINT NULL,
  opportunity_id BIGINT NULL,
  guide_plan_id BIGINT NULL COMMENT 'made from this line of the guide',
  remark VARCHAR(4000) NULL,
  owner_id BIGINT NULL,
  department_id BIGINT NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  open_plan_id BIGINT AS (IF(status = 'open' AND deleted_at IS NULL, guide_plan_id, NULL)) PERSISTENT COMMENT 'one open task a line and opportunity',
  UNIQUE KEY task_open_plan (opportunity_id, open_plan_id),
  KEY task_customer (customer_id, due_on, id),
  KEY task_opportunity (opportunity_id, status, due_on, id),
  KEY task_due (due_on, id),
  KEY task_created (created_at, id),
  KEY task_updated (updated_at, id),
  KEY task_deleted (deleted_at),
  KEY task_owner (owner_id, due_on, id),
  KEY task_department (department_id, due_on, id),
  CONSTRAINT task_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id),
  CONSTRAINT task_opportunity_fk FOREIGN KEY (opportunity_id) REFERENCES opportunity (id),
  CONSTRAINT task_plan_fk FOREIGN KEY (guide_plan_id) REFERENCES guide_plan (id),
  CONSTRAINT task_owner_fk FOREIGN KEY (owner_id) REFERENCES `user` (id),
  CONSTRAINT task_department_fk FOREIGN KEY (department_id) REFERENCES department (id),
  CONSTRAINT task_status CHECK (status IN ('open', 'done', 'cancelled'))
) COMMENT 'What somebody is going to do';

-- Opportunities that exist already.
UPDATE opportunity o SET
  o.furthest_stage_id = COALESCE(
    (SELECT s.id FROM stage_event e JOIN stage s ON s.id = e.to_stage_id AND s.kind <> 'lost' AND s.deleted_at IS NULL AND s.pipeline_id = o.pipeline_id
     WHERE e.opportunity_id = o.id ORDER BY s.kind = 'won' DESC, s.sort_order DESC, s.id DESC LIMIT 1),
    (SELECT s.id FROM stage s WHERE s.pipeline_id = o.pipeline_id AND s.kind = 'open' AND s.deleted_at IS NULL ORDER BY s.sort_order, s.id LIMIT 1)),
  o.last_activity_at = GREATEST(o.created_at,
    COALESCE((SELECT MAX(f.followed_at) FROM follow_up f WHERE f.opportunity_id = o.id AND f.deleted_at IS NULL), o.created_at),
    COALESCE((SELECT MAX(e.at) FROM stage_event e WHERE e.opportunity_id = o.id AND e.from_stage_id <> e.to_stage_id), o.created_at));

-- Roles that came with an earlier version.
INSERT IGNORE INTO role_permission (role_id, permission)
SELECT p.role_id, CONCAT('task.', SUBSTRING_INDEX(p.permission, '.', -1)) FROM role_permission p JOIN role r ON r.id = p.role_id
WHERE r.code IN ('operations', 'manager', 'sales', 'executive') AND p.permission IN ('follow_up.view', 'follow_up.create', 'follow_up.edit', 'follow_up.delete', 'follow_up.export');
INSERT IGNORE INTO role_permission (role_id, permission)
SELECT r.id, p.permission FROM role r JOIN (SELECT 'task.import' AS permission UNION ALL SELECT 'task.transfer') p WHERE r.code IN ('operations', 'manager');
INSERT IGNORE INTO role_scope (role_id, object, scope)
SELECT s.role_id, 'task', s.scope FROM role_scope s JOIN role r ON r.id = s.role_id
WHERE r.code IN ('operations', 'manager', 'sales', 'executive') AND s.object = 'follow_up';
