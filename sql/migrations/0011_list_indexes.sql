-- Indexes of large lists: every sort has one, and the records below a parent are found and sorted without looking at each.
-- The latter end in deleted_at, so that the index alone answers.

ALTER TABLE customer
  ADD INDEX IF NOT EXISTS customer_last_follow_up (last_follow_up_at, id),
  ADD INDEX IF NOT EXISTS customer_next_plan (next_plan_at, id);

ALTER TABLE contact
  ADD INDEX IF NOT EXISTS contact_created (created_at, id),
  ADD INDEX IF NOT EXISTS contact_deleted (deleted_at),
  ADD INDEX IF NOT EXISTS contact_of_customer (customer_id, updated_at, id, deleted_at),
  DROP INDEX IF EXISTS contact_customer;

ALTER TABLE follow_up
  ADD INDEX IF NOT EXISTS follow_up_created (created_at, id),
  ADD INDEX IF NOT EXISTS follow_up_deleted (deleted_at),
  ADD INDEX IF NOT EXISTS follow_up_of_customer (customer_id, followed_at, id, deleted_at),
  DROP INDEX IF EXISTS follow_up_customer;

ALTER TABLE opportunity
  ADD INDEX IF NOT EXISTS opportunity_created (created_at, id),
  ADD INDEX IF NOT EXISTS opportunity_deleted (deleted_at),
  ADD INDEX IF NOT EXISTS opportunity_of_customer (customer_id, updated_at, id, deleted_at),
  DROP INDEX IF EXISTS opportunity_customer;

ALTER TABLE contract
  ADD INDEX IF NOT EXISTS contract_created (created_at, id),
  ADD INDEX IF NOT EXISTS contract_deleted (deleted_at),
  ADD INDEX IF NOT EXISTS contract_of_customer (customer_id, updated_at, id, deleted_at),
  DROP INDEX IF EXISTS contract_customer;

ALTER TABLE payment
  ADD INDEX IF NOT EXISTS payment_created (created_at, id),
  ADD INDEX IF NOT EXISTS payment_deleted (deleted_at),
  ADD INDEX IF NOT EXISTS payment_of_contract (contract_id, updated_at, id, deleted_at),
  DROP INDEX IF EXISTS payment_contract;

ALTER TABLE refund
  ADD INDEX IF NOT EXISTS refund_created (created_at, id),
  ADD INDEX IF NOT EXISTS refund_deleted (deleted_at),
  ADD INDEX IF NOT EXISTS refund_of_contract (contract_id, updated_at, id, deleted_at),
  DROP INDEX IF EXISTS refund_contract;
