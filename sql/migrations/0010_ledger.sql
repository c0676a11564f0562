-- Who held which customer when and what came of it; how many customers one may hold; the company's working hours.

ALTER TABLE company
  ADD COLUMN IF NOT EXISTS work_start_minute INT NOT NULL DEFAULT 540 COMMENT 'of the day: when working hours begin',
  ADD COLUMN IF NOT EXISTS work_end_minute INT NOT NULL DEFAULT 1080 COMMENT 'of the day: when they end';

ALTER TABLE customer
  ADD COLUMN IF NOT EXISTS pool_id BIGINT NULL COMMENT 'the pool it lies in; only while it has no owner' AFTER next_plan_at,
  ADD COLUMN IF NOT EXISTS pool_entered_at DATETIME(3) NULL COMMENT 'since when it lies there' AFTER pool_id,
  ADD COLUMN IF NOT EXISTS held_since DATETIME(3) NULL COMMENT 'when the present owner got it' AFTER pool_entered_at,
  ADD INDEX IF NOT EXISTS customer_pool (pool_id, updated_at, id);

CREATE TABLE IF NOT EXISTS assignment (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id BIGINT NOT NULL,
  name VARCHAR(255) NOT NULL COMMENT 'of the customer when it was assigned',
  owner_id BIGINT NOT NULL COMMENT 'who held it',
  department_id BIGINT NOT NULL COMMENT 'of the holder on that day',
  started_at DATETIME(3) NOT NULL,
  started_on DATE NOT NULL COMMENT 'the same as business date',
  ended_at DATETIME(3) NULL COMMENT 'NULL: holds it still',
  ended_on DATE NULL COMMENT 'the same as business date',
  start_cause VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'create import transfer handover claim assign auto undo conflict merge restore',
  end_cause VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of the next move: transfer handover claim assign auto return recycle undo conflict merge delete',
  batch_id BIGINT NULL COMMENT 'assignment_batch.id',
  from_owner_id BIGINT NULL COMMENT 'who held it before, without a stay in a pool between',
  from_pool_id BIGINT NULL COMMENT 'pool it came from',
  to_owner_id BIGINT NULL COMMENT 'who got it next',
  to_pool_id BIGINT NULL COMMENT 'pool it went to',
  reason VARCHAR(500) NULL COMMENT 'given when it was assigned',
  end_reason VARCHAR(500) NULL COMMENT 'given when it ended',
  customer_type VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'when it was assigned',
  customer_level VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'when it was assigned',
  customer_source VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'when it was assigned',
  region_id BIGINT NULL COMMENT 'when it was assigned',
  sla_policy_id BIGINT NULL COMMENT 'promise that holds for it',
  first_touch_due_at DATETIME(3) NULL COMMENT 'first follow-up promised by then',
  expected_action_on DATE NULL COMMENT 'something should happen by then',
  first_touch_at DATETIME(3) NULL COMMENT 'the holder''s first follow-up',
  response_minutes BIGINT NULL COMMENT 'working minutes from started_at to first_touch_at',
  last_touch_at DATETIME(3) NULL COMMENT 'the holder''s last follow-up',
  follow_up_count INT NOT NULL DEFAULT 0 COMMENT 'the holder''s follow-ups',
  opportunity_count INT NOT NULL DEFAULT 0 COMMENT 'opportunities created',
  opportunity_id BIGINT NULL COMMENT 'the one that moved last',
  stage_id BIGINT NULL COMMENT 'stage it moved to',
  contract_count INT NOT NULL DEFAULT 0 COMMENT 'contracts signed',
  ordered_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'their amounts',
  received_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'payments less refunds',
  won_on DATE NULL COMMENT 'first opportunity won',
  signed_on DATE NULL COMMENT 'first contract signed',
  deal_on DATE NULL COMMENT 'the earlier of both',
  days_to_deal INT NULL COMMENT 'deal_on - started_on',
  outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'open' COMMENT 'won with a deal; else open, or how it ended: recycled returned transferred deleted',
  open_customer_id BIGINT AS (IF(ended_at IS NULL, customer_id, NULL)) PERSISTENT COMMENT 'one open interval a customer',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  UNIQUE KEY assignment_open (open_customer_id),
  KEY assignment_customer (customer_id, started_at),
  KEY assignment_owner (owner_id, started_at, id),
  KEY assignment_department (department_id, started_at, id),
  KEY assignment_started (started_at, id),
  KEY assignment_batch (batch_id, started_at, id),
  KEY assignment_due (ended_at, first_touch_at, first_touch_due_at),
  CONSTRAINT assignment_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE,
  CONSTRAINT assignment_owner_fk FOREIGN KEY (owner_id) REFERENCES `user` (id),
  CONSTRAINT assignment_department_fk FOREIGN KEY (department_id) REFERENCES department (id),
  CONSTRAINT assignment_order CHECK (ended_at IS NULL OR ended_at >= started_at),
  CONSTRAINT assignment_outcome CHECK (outcome IN ('open', 'won', 'recycled', 'returned', 'transferred', 'deleted'))
) COMMENT 'Intervals in which a person held a customer: append-only but for their end and for what came of them';

CREATE TABLE IF NOT EXISTS holding_limit (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  user_id BIGINT NULL COMMENT 'for this person; all three NULL: for everybody',
  department_id BIGINT NULL COMMENT 'for the people of this department and those below',
  role_id BIGINT NULL COMMENT 'for whoever has this role',
  maximum INT NOT NULL COMMENT 'customers one may hold',
  uncounted TEXT NULL COMMENT 'filter language: customers that do not count',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  KEY holding_limit_updated (updated_at, id),
  CONSTRAINT holding_limit_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE,
  CONSTRAINT holding_limit_department_fk FOREIGN KEY (department_id) REFERENCES department (id) ON DELETE CASCADE,
  CONSTRAINT holding_limit_role_fk FOREIGN KEY (role_id) REFERENCES role (id) ON DELETE CASCADE,
  CONSTRAINT holding_limit_subject CHECK ((user_id IS NOT NULL) + (department_id IS NOT NULL) + (role_id IS NOT NULL) <= 1),
  CONSTRAINT holding_limit_maximum CHECK (maximum >= 0)
) COMMENT 'Holding capacity';

CREATE TABLE IF NOT EXISTS holder (
  user_id BIGINT NOT NULL PRIMARY KEY,
  CONSTRAINT holder_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE
) COMMENT 'Locked while somebody''s holding is counted against a limit';

-- Customers that have an owner already: held since the last change of owner.
INSERT IGNORE INTO assignment (customer_id, name, owner_id, department_id, started_at, started_on, start_cause, customer_type,
  customer_level, customer_source, region_id, created_at, updated_at)
SELECT c.id, c.name, c.owner_id, c.department_id, h.at, DATE(h.at), 'import', c.customer_type, c.level, c.source, c.region_id,
  UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
FROM customer c JOIN (
  SELECT c.id, COALESCE(MAX(IF(o.valid_from > '1000-01-01', o.changed_at, NULL)), c.created_at) AS at
  FROM customer c LEFT JOIN ownership o ON o.object = 'customer' AND o.record_id = c.id GROUP BY c.id, c.created_at
) h ON h.id = c.id
WHERE c.owner_id IS NOT NULL AND c.department_id IS NOT NULL AND c.deleted_at IS NULL;

UPDATE customer c JOIN assignment a ON a.open_customer_id = c.id SET c.held_since = a.started_at WHERE c.held_since IS NULL;
