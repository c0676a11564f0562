ANALYZE TABLE customer, follow_up, opportunity, contract, payment, search_gram, ownership, assignment, metric_fact, metric_rollup,
  metric_department_rollup, target_value, target_total, target_year, stage_event, `user`, department, user_assignment;
UPDATE company SET org_epoch = org_epoch + 1 WHERE id = 1;
