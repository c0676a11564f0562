-- Changes of targets that follow from somebody joining, leaving or moving to another department: which one a version
-- answers to, so that it is proposed once.
ALTER TABLE target_plan_version
  ADD COLUMN IF NOT EXISTS cause_kind ENUM('joined', 'moved', 'left') NULL COMMENT 'what it follows from; NULL: a decision',
  ADD COLUMN IF NOT EXISTS cause_on DATE NULL COMMENT 'first day here, first day there, last day';
