-- Files that stand in custom fields of records.

ALTER TABLE attachment
  MODIFY object VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'customer follow_up opportunity conflict_claim; with a field any kind of record',
  MODIFY record_id BIGINT NOT NULL COMMENT '0: uploaded for a field, waits for its record',
  ADD COLUMN IF NOT EXISTS field_id BIGINT NULL COMMENT 'the custom field it stands in',
  ADD KEY IF NOT EXISTS attachment_field (field_id, record_id),
  ADD KEY IF NOT EXISTS attachment_creator (created_by_id, record_id),
  ADD CONSTRAINT attachment_field_fk FOREIGN KEY IF NOT EXISTS (field_id) REFERENCES custom_field (id) ON DELETE SET NULL;
