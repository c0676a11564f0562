-- Open opportunities in any order, the earliest first too: among many that were closed long ago they stand together.
ALTER TABLE opportunity
  ADD INDEX IF NOT EXISTS opportunity_status_expected (status, expected_close_on),
  ADD INDEX IF NOT EXISTS opportunity_status_next_step (status, next_step_on),
  ADD INDEX IF NOT EXISTS opportunity_status_updated (status, updated_at),
  ADD INDEX IF NOT EXISTS opportunity_status_created (status, created_at);
