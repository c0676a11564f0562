-- The duplicate rules a company begins with give their keys to the customers that are there already, as new rules do.
INSERT IGNORE INTO job (kind, unique_key, input, run_after, created_at)
  SELECT 'duplicate_rule.build', CONCAT('duplicate_rule:', r.id), CONCAT('{"rule_id":', r.id, '}'), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
  FROM duplicate_rule r WHERE r.built_revision < r.revision AND r.deleted_at IS NULL;
