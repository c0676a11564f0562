-- The board counts many opportunities, and the analysis many moves, from an index alone.
ALTER TABLE opportunity
  ADD INDEX IF NOT EXISTS opportunity_figures (pipeline_id, status, closed_on, stage_id, deleted_at, owner_id, department_id,
    customer_id, currency, amount_minor, win_probability_ppm, base_minor, base_weighted_minor, stage_entered_at),
  DROP INDEX IF EXISTS opportunity_board;
ALTER TABLE stage_event
  ADD INDEX IF NOT EXISTS stage_event_period (at, cause, from_stage_id, to_stage_id, seconds_in_stage, opportunity_id),
  DROP INDEX IF EXISTS stage_event_at;
