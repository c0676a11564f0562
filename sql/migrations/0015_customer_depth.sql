-- Customers in depth: keys that find duplicates, claims to a customer, merges, tags, completeness, plans, attachments,
-- comments, escalation, search by letters and digits.

ALTER TABLE customer
  ADD COLUMN IF NOT EXISTS name_key VARCHAR(255) COLLATE utf8mb4_bin NOT NULL DEFAULT '' COMMENT 'company_key of the name',
  ADD COLUMN IF NOT EXISTS initials VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'pinyin_initials of name_key',
  ADD COLUMN IF NOT EXISTS tag_ids VARCHAR(400) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'tags, ascending ids, comma separated; kept with record_tag',
  ADD COLUMN IF NOT EXISTS completeness INT NOT NULL DEFAULT 0 COMMENT '0…100: how much is known, docs/formulas.md',
  ADD COLUMN IF NOT EXISTS is_at_risk BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'an escalation step said so; a follow-up clears it',
  ADD INDEX IF NOT EXISTS customer_name_key (name_key),
  ADD INDEX IF NOT EXISTS customer_completeness (completeness, id);

CREATE TABLE IF NOT EXISTS customer_initial (
  gram CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'three neighbouring letters of the initials, $ at the end',
  customer_id BIGINT NOT NULL,
  PRIMARY KEY (gram, customer_id)
) COMMENT 'Finds customers by any letters of their initials';

CREATE TABLE IF NOT EXISTS phone_digits (
  object VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'customer contact',
  record_id BIGINT NOT NULL,
  field VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'which of its numbers',
  customer_id BIGINT NOT NULL COMMENT 'itself, or the contact''s',
  digits VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'phone_key without +',
  reversed VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin AS (REVERSE(digits)) PERSISTENT COMMENT 'finds by the last digits',
  PRIMARY KEY (object, record_id, field),
  KEY phone_digits_forward (digits, object),
  KEY phone_digits_backward (reversed, object),
  KEY phone_digits_customer (customer_id)
) COMMENT 'Finds customers and contacts by digits of their numbers';

CREATE TABLE IF NOT EXISTS duplicate_rule (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  object VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'customer contact',
  fields VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'field names, comma separated',
  method VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'exact normalised phone',
  action VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'block warn review',
  is_active BOOLEAN NOT NULL DEFAULT TRUE,
  revision INT NOT NULL DEFAULT 1 COMMENT 'grows when other keys are needed; keys of older ones are dropped by the job',
  built_revision INT NOT NULL DEFAULT 0 COMMENT 'revision whose keys all records have',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL COMMENT 'the job drops its keys, then the row',
  CONSTRAINT duplicate_rule_object CHECK (object IN ('customer', 'contact')),
  CONSTRAINT duplicate_rule_method CHECK (method IN ('exact', 'normalised', 'phone')),
  CONSTRAINT duplicate_rule_action CHECK (action IN ('block', 'warn', 'review'))
) COMMENT 'When two records are the same one';

CREATE TABLE IF NOT EXISTS record_key (
  rule_id BIGINT NOT NULL,
  revision INT NOT NULL,
  key_hash CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'first half of the SHA-256 of the key text, hex',
  slot BIGINT NOT NULL COMMENT '0: the one holder; record_id: a further one that was let in; -record_id: in the recycle bin',
  record_id BIGINT NOT NULL,
  PRIMARY KEY (rule_id, revision, key_hash, slot),
  KEY record_key_record (record_id, rule_id),
  CONSTRAINT record_key_rule_fk FOREIGN KEY (rule_id) REFERENCES duplicate_rule (id)
) COMMENT 'Keys of live records: whoever holds slot 0 of a key keeps others out, however many save at once';

CREATE TABLE IF NOT EXISTS conflict_claim (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id BIGINT NOT NULL COMMENT 'the contested one',
  claimant_id BIGINT NOT NULL,
  owner_id BIGINT NULL COMMENT 'whose it was when the claim was filed',
  duplicate_id BIGINT NULL COMMENT 'customer the claimant made beside it, under a rule with action review',
  claimed_name VARCHAR(255) NOT NULL COMMENT 'as the claimant knows it',
  reason VARCHAR(500) NOT NULL,
  evidence VARCHAR(4000) NULL,
  first_contact_at DATETIME(3) NULL COMMENT 'as the claimant says',
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'open' COMMENT 'open accepted rejected withdrawn',
  outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of accepted: transfer share',
  decision_reason VARCHAR(500) NULL,
  decided_at DATETIME(3) NULL,
  decided_by_id BIGINT NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  open_customer_id BIGINT AS (IF(status = 'open', customer_id, NULL)) PERSISTENT COMMENT 'one open claim a claimant and customer',
  UNIQUE KEY conflict_claim_open (open_customer_id, claimant_id),
  KEY conflict_claim_claimant (claimant_id, id),
  KEY conflict_claim_customer (customer_id, id),
  KEY conflict_claim_status (status, id),
  CONSTRAINT conflict_claim_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE,
  CONSTRAINT conflict_claim_duplicate_fk FOREIGN KEY (duplicate_id) REFERENCES customer (id) ON DELETE SET NULL,
  CONSTRAINT conflict_claim_claimant_fk FOREIGN KEY (claimant_id) REFERENCES `user` (id),
  CONSTRAINT conflict_claim_status_word CHECK (status IN ('open', 'accepted', 'rejected', 'withdrawn'))
) COMMENT 'Claims to a customer that somebody else holds (撞单)';

CREATE TABLE IF NOT EXISTS customer_merge (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  source_id BIGINT NOT NULL COMMENT 'the customer that went; its id leads to the survivor for ever',
  survivor_id BIGINT NOT NULL,
  final_id BIGINT NOT NULL COMMENT 'where the source is now: the survivor, or what that went into later',
  source_name VARCHAR(255) NOT NULL COMMENT 'as it was',
  reason VARCHAR(500) NULL,
  source_before LONGTEXT NOT NULL COMMENT 'JSON: what the merge changed in the source',
  survivor_before LONGTEXT NOT NULL COMMENT 'JSON: what the merge changed in the survivor, before and after',
  merged_at DATETIME(3) NOT NULL,
  merged_on DATE NOT NULL COMMENT 'the same as business date',
  merged_by_id BIGINT NULL,
  undone_at DATETIME(3) NULL,
  undone_by_id BIGINT NULL,
  standing_source_id BIGINT AS (IF(undone_at IS NULL, source_id, NULL)) PERSISTENT COMMENT 'a customer goes into one other only',
  UNIQUE KEY customer_merge_source (standing_source_id),
  KEY customer_merge_survivor (survivor_id, id),
  KEY customer_merge_final (final_id),
  CONSTRAINT customer_merge_source_fk FOREIGN KEY (source_id) REFERENCES customer (id),
  CONSTRAINT customer_merge_survivor_fk FOREIGN KEY (survivor_id) REFERENCES customer (id),
  CONSTRAINT customer_merge_final_fk FOREIGN KEY (final_id) REFERENCES customer (id)
) COMMENT 'Merges of two customers into one';

CREATE TABLE IF NOT EXISTS customer_merge_row (
  merge_id BIGINT NOT NULL,
  reference VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'table.column that named the source',
  row_id BIGINT NOT NULL COMMENT 'its row',
  detail LONGTEXT NULL COMMENT 'JSON of a row that was dropped because the survivor had the same',
  PRIMARY KEY (merge_id, reference, row_id),
  KEY customer_merge_row_row (reference, row_id),
  CONSTRAINT customer_merge_row_merge_fk FOREIGN KEY (merge_id) REFERENCES customer_merge (id) ON DELETE CASCADE
) COMMENT 'What a merge re-pointed: for its undo';

CREATE TABLE IF NOT EXISTS tag (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  object VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'customer' COMMENT 'on which records',
  name VARCHAR(50) NOT NULL,
  color VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'neutral' COMMENT 'tone of the dot',
  is_active BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'offered; those set already stay',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  UNIQUE KEY tag_name (object, name),
  KEY tag_updated (updated_at, id)
) COMMENT 'Words people stick on records';

CREATE TABLE IF NOT EXISTS record_tag (
  object VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tag_id BIGINT NOT NULL,
  record_id BIGINT NOT NULL,
  PRIMARY KEY (object, tag_id, record_id),
  KEY record_tag_record (object, record_id),
  CONSTRAINT record_tag_tag_fk FOREIGN KEY (tag_id) REFERENCES tag (id)
) COMMENT 'Which records have a tag; kept with the record''s tag_ids';

ALTER TABLE follow_up
  ADD COLUMN IF NOT EXISTS plan_status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of next_plan: open done cancelled; NULL without plan',
  ADD COLUMN IF NOT EXISTS plan_closed_at DATETIME(3) NULL COMMENT 'when it was done or cancelled',
  ADD COLUMN IF NOT EXISTS plan_follow_up_id BIGINT NULL COMMENT 'the follow-up that did it',
  ADD COLUMN IF NOT EXISTS plan_notice TINYINT NOT NULL DEFAULT 0 COMMENT '1: told when due, 2: told when overdue',
  ADD COLUMN IF NOT EXISTS attachment_count INT NOT NULL DEFAULT 0 COMMENT 'kept with attachment',
  ADD COLUMN IF NOT EXISTS comment_count INT NOT NULL DEFAULT 0 COMMENT 'kept with record_comment',
  ADD INDEX IF NOT EXISTS follow_up_plan (plan_status, next_plan_at, id),
  ADD INDEX IF NOT EXISTS follow_up_customer_plan (customer_id, plan_status, next_plan_at),
  ADD INDEX IF NOT EXISTS follow_up_plan_follow_up (plan_follow_up_id);

CREATE TABLE IF NOT EXISTS attachment (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  object VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'customer follow_up conflict_claim',
  record_id BIGINT NOT NULL,
  name VARCHAR(255) NOT NULL COMMENT 'as uploaded',
  content_type VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'what the bytes are, whatever the name says',
  size_bytes BIGINT NOT NULL,
  sha256 BINARY(32) NOT NULL,
  path VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'below data_dir',
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  removed_at DATETIME(3) NULL COMMENT 'the file goes with the next sweep',
  KEY attachment_record (object, record_id, id),
  KEY attachment_removed (removed_at)
) COMMENT 'Files that belong to records';

CREATE TABLE IF NOT EXISTS record_comment (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  object VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'follow_up',
  record_id BIGINT NOT NULL,
  content VARCHAR(2000) NOT NULL,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NOT NULL,
  deleted_at DATETIME(3) NULL,
  KEY record_comment_record (object, record_id, id),
  CONSTRAINT record_comment_user_fk FOREIGN KEY (created_by_id) REFERENCES `user` (id)
) COMMENT 'What colleagues say to a record';

CREATE TABLE IF NOT EXISTS record_mention (
  object VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'follow_up record_comment',
  record_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  PRIMARY KEY (object, record_id, user_id),
  CONSTRAINT record_mention_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE
) COMMENT 'Who was called by @name';

CREATE TABLE IF NOT EXISTS escalation_step (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  days INT NOT NULL COMMENT 'without a follow-up, since the owner got the customer',
  day_kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'calendar' COMMENT 'calendar working',
  notify_owner BOOLEAN NOT NULL DEFAULT TRUE,
  notify_manager BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'of the owner',
  notify_department_head BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'of the customer''s department',
  notify_operations BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'whoever has that role',
  mark_risk BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'sets is_at_risk',
  filter TEXT NULL COMMENT 'filter language: customers it is about; NULL: all',
  is_active BOOLEAN NOT NULL DEFAULT TRUE,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  KEY escalation_step_updated (updated_at, id),
  CONSTRAINT escalation_step_days CHECK (days BETWEEN 1 AND 3650),
  CONSTRAINT escalation_step_day_kind CHECK (day_kind IN ('calendar', 'working'))
) COMMENT 'Who hears of customers that nobody follows up';

CREATE TABLE IF NOT EXISTS escalation_notice (
  customer_id BIGINT NOT NULL,
  step_id BIGINT NOT NULL,
  told_at DATETIME(3) NOT NULL,
  PRIMARY KEY (customer_id, step_id),
  KEY escalation_notice_step (step_id),
  CONSTRAINT escalation_notice_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE,
  CONSTRAINT escalation_notice_step_fk FOREIGN KEY (step_id) REFERENCES escalation_step (id) ON DELETE CASCADE
) COMMENT 'Steps a customer has passed since the last follow-up';

-- What is the same company is asked, not forbidden: a key without its legal form may stand for two bodies (a group and its
-- stock company). The same name and the same number together leave no doubt. docs/adr/duplicates.md
INSERT IGNORE INTO duplicate_rule (id, object, fields, method, action, created_at, updated_at) VALUES
  (1, 'customer', 'name', 'normalised', 'warn', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)),
  (2, 'customer', 'name,phone', 'normalised', 'block', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)),
  (3, 'contact', 'mobile', 'phone', 'warn', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3));

INSERT IGNORE INTO role_permission (role_id, permission)
  SELECT r.id, p.permission FROM role r JOIN (
    SELECT 'operations' AS code, 'duplicate_rule.edit' AS permission UNION ALL SELECT 'operations', 'customer.merge'
    UNION ALL SELECT 'operations', 'tag.edit' UNION ALL SELECT 'operations', 'escalation.edit'
    UNION ALL SELECT 'manager', 'customer.merge' UNION ALL SELECT 'manager', 'tag.edit') p ON p.code = r.code;
UPDATE company SET org_epoch = org_epoch + 1;

-- Plans whose time has passed were never marked: nobody is reminded of them now.
UPDATE follow_up SET plan_status = IF(next_plan_at >= UTC_TIMESTAMP(3), 'open', 'done') WHERE next_plan_at IS NOT NULL AND plan_status IS NULL;
UPDATE customer c SET c.next_plan_at = (
  SELECT MIN(f.next_plan_at) FROM follow_up f WHERE f.customer_id = c.id AND f.plan_status = 'open' AND f.deleted_at IS NULL)
WHERE c.next_plan_at < UTC_TIMESTAMP(3);

-- Customers that exist already get keys, letters and digits from a job; a new company has none.
INSERT IGNORE INTO job (kind, unique_key, input, run_after, created_at)
  SELECT 'customer.index', 'customer.index', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM DUAL WHERE EXISTS (SELECT 1 FROM customer);
