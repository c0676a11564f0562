-- Stages of removed pipelines are removed with them; the default pipeline is everybody's.

UPDATE stage s JOIN pipeline p ON p.id = s.pipeline_id
SET s.deleted_at = p.deleted_at
WHERE p.deleted_at IS NOT NULL AND s.deleted_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM opportunity o WHERE o.stage_id = s.id);

DELETE d FROM pipeline_department d JOIN pipeline p ON p.id = d.pipeline_id WHERE p.is_default;
