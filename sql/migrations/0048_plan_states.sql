-- A node of a planning round looks at the state of every plan of a measure: read from this index alone.

ALTER TABLE target_plan ADD KEY IF NOT EXISTS target_plan_states (round_id, measure, subject_kind, subject_id, state);
