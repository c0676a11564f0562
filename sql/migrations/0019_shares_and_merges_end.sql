-- Shares end when nobody holds the record any more; customers that went into another one may be removed for good.

CREATE TABLE IF NOT EXISTS record_share_ended (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  run_id BIGINT NOT NULL COMMENT 'pool_run.id: the run that took the record, whose undo opens it again',
  object VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  record_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL COMMENT 'with whom',
  can_edit BOOLEAN NOT NULL,
  cascade_to VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  until_on DATE NULL,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  KEY record_share_ended_record (object, record_id, run_id),
  CONSTRAINT record_share_ended_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE
) COMMENT 'Shares that a run ended: as they were in record_share';

-- What was shared of customers that lie in pools already.
INSERT INTO audit_entry (object, record_id, action, changes, request_id, at)
  SELECT s.object, s.record_id, 'unshare', CONCAT('{"shared_with_id":[', s.user_id, ',null]}'), 'migration-0019', UTC_TIMESTAMP(3)
  FROM record_share s JOIN customer c ON c.id = s.record_id AND c.pool_id IS NOT NULL WHERE s.object = 'customer';
DELETE s FROM record_share s JOIN customer c ON c.id = s.record_id AND c.pool_id IS NOT NULL WHERE s.object = 'customer';

-- A merge outlives the customer that went: its id leads to the survivor, and what came of it counts for who held it.
ALTER TABLE customer_merge DROP FOREIGN KEY IF EXISTS customer_merge_source_fk;
ALTER TABLE customer_merge DROP FOREIGN KEY IF EXISTS customer_merge_survivor_fk;
ALTER TABLE assignment DROP FOREIGN KEY IF EXISTS assignment_customer_fk;
ALTER TABLE pool_event DROP FOREIGN KEY IF EXISTS pool_event_customer_fk;
