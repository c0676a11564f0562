-- Between which intervals those of a batch lie: its figures are read as one stretch of the table. Kept when the batch has
-- ended, for no other interval comes by it later.
ALTER TABLE assignment_batch
  ADD COLUMN IF NOT EXISTS first_interval_id BIGINT NULL COMMENT 'smallest assignment.id that came by it; NULL: none, or not ended',
  ADD COLUMN IF NOT EXISTS last_interval_id BIGINT NULL COMMENT 'largest';
UPDATE assignment_batch b
  JOIN (SELECT batch_id, MIN(id) AS first_id, MAX(id) AS last_id FROM assignment WHERE batch_id IS NOT NULL GROUP BY batch_id) a
    ON a.batch_id = b.id
  SET b.first_interval_id = a.first_id, b.last_interval_id = a.last_id
  WHERE b.finished_at IS NOT NULL;
