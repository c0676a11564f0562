-- Payment plans, and what payments are for.

CREATE TABLE IF NOT EXISTS installment (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  contract_id BIGINT NOT NULL,
  customer_id BIGINT NULL COMMENT 'of the contract',
  name VARCHAR(100) NOT NULL COMMENT 'down payment, acceptance …',
  due_on DATE NOT NULL COMMENT 'business date by which the money is to be there',
  amount_minor BIGINT NOT NULL,
  received_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'what payments are for it; follows from them',
  open_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'still to come; 0 when void',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the contract',
  status VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'pending' COMMENT 'pending partial paid overdue void; follows from the rest',
  is_void BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'no longer expected; a void contract has void installments as well',
  overdue_days INT NOT NULL DEFAULT 0 COMMENT 'since due_on, as of the last night or change; 0: not overdue',
  told_days INT NOT NULL DEFAULT 0 COMMENT 'step of the reminders that was told last: 1 7 15 30; 0: none',
  remark VARCHAR(4000) NULL,
  owner_id BIGINT NULL,
  department_id BIGINT NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  KEY installment_contract (contract_id, due_on, id),
  KEY installment_customer (customer_id),
  KEY installment_due (due_on, id),
  KEY installment_status (status, due_on, contract_id),
  KEY installment_updated (updated_at, id),
  KEY installment_owner (owner_id, updated_at, id),
  KEY installment_department (department_id, updated_at, id),
  CONSTRAINT installment_contract_fk FOREIGN KEY (contract_id) REFERENCES contract (id),
  CONSTRAINT installment_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id),
  CONSTRAINT installment_owner_fk FOREIGN KEY (owner_id) REFERENCES `user` (id),
  CONSTRAINT installment_department_fk FOREIGN KEY (department_id) REFERENCES department (id),
  CONSTRAINT installment_amount CHECK (amount_minor > 0),
  CONSTRAINT installment_status CHECK (status IN ('pending', 'partial', 'paid', 'overdue', 'void'))
) COMMENT 'Payment plans: what is to be paid when';

CREATE TABLE IF NOT EXISTS allocation_wish (
  payment_id BIGINT NOT NULL,
  position INT NOT NULL COMMENT 'order of the lines: a refund takes back from the last one',
  contract_id BIGINT NOT NULL COMMENT 'of the same customer',
  installment_id BIGINT NULL COMMENT 'NULL: its installments as they are due, then the contract as a whole',
  amount_minor BIGINT NOT NULL,
  before_minor BIGINT NOT NULL COMMENT 'sum of the lines in front',
  PRIMARY KEY (payment_id, position),
  KEY allocation_wish_contract (contract_id),
  KEY allocation_wish_installment (installment_id),
  CONSTRAINT allocation_wish_payment_fk FOREIGN KEY (payment_id) REFERENCES payment (id) ON DELETE CASCADE,
  CONSTRAINT allocation_wish_contract_fk FOREIGN KEY (contract_id) REFERENCES contract (id),
  CONSTRAINT allocation_wish_installment_fk FOREIGN KEY (installment_id) REFERENCES installment (id) ON DELETE SET NULL,
  CONSTRAINT allocation_wish_amount CHECK (amount_minor > 0)
) COMMENT 'What somebody said a payment is for';

CREATE TABLE IF NOT EXISTS allocation (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  contract_id BIGINT NOT NULL,
  payment_id BIGINT NOT NULL,
  installment_id BIGINT NULL COMMENT 'NULL: the contract beyond its plan',
  amount_minor BIGINT NOT NULL,
  KEY allocation_contract (contract_id, payment_id),
  KEY allocation_payment (payment_id),
  KEY allocation_installment (installment_id),
  CONSTRAINT allocation_contract_fk FOREIGN KEY (contract_id) REFERENCES contract (id) ON DELETE CASCADE,
  CONSTRAINT allocation_payment_fk FOREIGN KEY (payment_id) REFERENCES payment (id) ON DELETE CASCADE,
  CONSTRAINT allocation_installment_fk FOREIGN KEY (installment_id) REFERENCES installment (id) ON DELETE CASCADE,
  CONSTRAINT allocation_amount CHECK (amount_minor > 0)
) COMMENT 'What payments are for: follows from contracts, plans, payments, refunds and wishes';

ALTER TABLE payment
  ADD COLUMN IF NOT EXISTS allocated_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'sum of its allocations',
  ADD COLUMN IF NOT EXISTS prepaid_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'neither refunded nor allocated: the customer may use it',
  ADD COLUMN IF NOT EXISTS is_allocated_by_hand BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'by its wishes; else for its contract, as installments are due',
  ADD INDEX IF NOT EXISTS payment_prepaid (prepaid_minor, customer_id);
ALTER TABLE contract
  MODIFY COLUMN received_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'what payments are for it; follows from them',
  ADD COLUMN IF NOT EXISTS planned_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'sum of the installments that are not void',
  ADD COLUMN IF NOT EXISTS overdue_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'still to come of the overdue installments';

INSERT IGNORE INTO role_permission (role_id, permission)
  SELECT r.id, CONCAT('installment.', p.action) FROM role r JOIN (
    SELECT 'operations' AS code, 'view' AS action UNION ALL SELECT 'operations', 'create' UNION ALL SELECT 'operations', 'edit'
    UNION ALL SELECT 'operations', 'delete' UNION ALL SELECT 'operations', 'export' UNION ALL SELECT 'operations', 'import'
    UNION ALL SELECT 'operations', 'transfer'
    UNION ALL SELECT 'manager', 'view' UNION ALL SELECT 'manager', 'create' UNION ALL SELECT 'manager', 'edit'
    UNION ALL SELECT 'manager', 'delete' UNION ALL SELECT 'manager', 'export' UNION ALL SELECT 'manager', 'transfer'
    UNION ALL SELECT 'sales', 'view' UNION ALL SELECT 'sales', 'create' UNION ALL SELECT 'sales', 'edit'
    UNION ALL SELECT 'sales', 'delete'
    UNION ALL SELECT 'finance', 'view' UNION ALL SELECT 'finance', 'create' UNION ALL SELECT 'finance', 'edit'
    UNION ALL SELECT 'finance', 'delete' UNION ALL SELECT 'finance', 'export' UNION ALL SELECT 'finance', 'import'
    UNION ALL SELECT 'executive', 'view' UNION ALL SELECT 'executive', 'export') p ON p.code = r.code;
INSERT IGNORE INTO role_scope (role_id, object, scope)
  SELECT s.role_id, 'installment', s.scope FROM role_scope s JOIN role r ON r.id = s.role_id
  WHERE s.object = 'contract' AND r.code IN ('operations', 'manager', 'sales', 'finance', 'executive');
UPDATE company SET org_epoch = org_epoch + 1;

-- Payments that exist already are allocated by a job; a new company has none.
INSERT IGNORE INTO job (kind, unique_key, input, run_after, created_at)
  SELECT 'money.allocate', 'money.allocate', '{}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM DUAL WHERE EXISTS (SELECT 1 FROM payment);
