-- Moves of many opportunities in a period are counted from the index alone.

ALTER TABLE stage_event
  ADD INDEX IF NOT EXISTS stage_event_flow (opportunity_id, at, cause, from_stage_id, to_stage_id, seconds_in_stage);
