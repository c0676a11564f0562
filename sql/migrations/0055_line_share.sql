-- What came for a contract, down to its lines.
ALTER TABLE contract_line
  ADD COLUMN IF NOT EXISTS total_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'part of the contract''s amount, discount and tax included; follows from the contract',
  ADD COLUMN IF NOT EXISTS tax_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'part of the contract''s tax, in total_minor',
  ADD COLUMN IF NOT EXISTS received_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'sum of its shares of allocations',
  ADD COLUMN IF NOT EXISTS refunded_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'what refunds took back from it';

CREATE TABLE IF NOT EXISTS allocation_line (
  allocation_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL COMMENT 'of the same contract',
  amount_minor BIGINT NOT NULL,
  PRIMARY KEY (allocation_id, line_id),
  KEY allocation_line_line (line_id),
  CONSTRAINT allocation_line_allocation_fk FOREIGN KEY (allocation_id) REFERENCES allocation (id) ON DELETE CASCADE,
  CONSTRAINT allocation_line_line_fk FOREIGN KEY (line_id) REFERENCES contract_line (id) ON DELETE CASCADE,
  CONSTRAINT allocation_line_amount CHECK (amount_minor > 0)
) COMMENT 'Which lines of the contract an allocation is for: adds up to it, unless the contract has no lines';

CREATE TABLE IF NOT EXISTS allocation_wish_line (
  payment_id BIGINT NOT NULL,
  position INT NOT NULL,
  line_id BIGINT NOT NULL COMMENT 'of the wish''s contract; goes with the line',
  amount_minor BIGINT NOT NULL,
  PRIMARY KEY (payment_id, position, line_id),
  KEY allocation_wish_line_line (line_id),
  CONSTRAINT allocation_wish_line_wish_fk FOREIGN KEY (payment_id, position) REFERENCES allocation_wish (payment_id, position) ON DELETE CASCADE,
  CONSTRAINT allocation_wish_line_line_fk FOREIGN KEY (line_id) REFERENCES contract_line (id) ON DELETE CASCADE,
  CONSTRAINT allocation_wish_line_amount CHECK (amount_minor > 0)
) COMMENT 'Which lines somebody said a payment is for';

CREATE TABLE IF NOT EXISTS refund_line (
  refund_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL COMMENT 'of a contract that the payment is for; goes with the line',
  amount_minor BIGINT NOT NULL,
  PRIMARY KEY (refund_id, line_id),
  KEY refund_line_line (line_id),
  CONSTRAINT refund_line_refund_fk FOREIGN KEY (refund_id) REFERENCES refund (id) ON DELETE CASCADE,
  CONSTRAINT refund_line_line_fk FOREIGN KEY (line_id) REFERENCES contract_line (id) ON DELETE CASCADE,
  CONSTRAINT refund_line_amount CHECK (amount_minor > 0)
) COMMENT 'Which lines somebody said a refund takes back from';

-- Lines and allocations that exist already get their figures by the job that brings all contracts in line.
INSERT IGNORE INTO job (kind, unique_key, input, run_after, created_at)
  SELECT 'money.allocate', 'money.lines', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM DUAL WHERE EXISTS (SELECT 1 FROM contract_line);
