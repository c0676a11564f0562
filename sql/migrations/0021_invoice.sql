-- Invoices of contracts, and their reversal by red-letter invoices.

CREATE TABLE IF NOT EXISTS invoice (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  contract_id BIGINT NOT NULL,
  customer_id BIGINT NULL COMMENT 'of the contract',
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'vat_normal' COMMENT 'vat_special vat_normal electronic',
  title VARCHAR(255) NOT NULL COMMENT 'whom it is made out to',
  tax_number VARCHAR(32) NULL COMMENT 'of the buyer',
  amount_minor BIGINT NOT NULL COMMENT 'tax included; negative: red-letter',
  tax_rate_ppm INT NOT NULL DEFAULT 0,
  tax_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'amount × rate / (1 + rate), half away from zero',
  net_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'amount less tax',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the contract',
  issued_on DATE NOT NULL,
  red_of_id BIGINT NULL COMMENT 'the invoice that this one takes back',
  is_reversed BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'a red-letter invoice takes it back; follows from that one',
  remark VARCHAR(4000) NULL,
  owner_id BIGINT NULL,
  department_id BIGINT NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  UNIQUE KEY invoice_number (number),
  KEY invoice_contract (contract_id),
  KEY invoice_customer (customer_id),
  KEY invoice_red (red_of_id),
  KEY invoice_issued (issued_on, id),
  KEY invoice_updated (updated_at, id),
  KEY invoice_owner (owner_id, updated_at, id),
  KEY invoice_department (department_id, updated_at, id),
  CONSTRAINT invoice_contract_fk FOREIGN KEY (contract_id) REFERENCES contract (id),
  CONSTRAINT invoice_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id),
  CONSTRAINT invoice_red_fk FOREIGN KEY (red_of_id) REFERENCES invoice (id),
  CONSTRAINT invoice_owner_fk FOREIGN KEY (owner_id) REFERENCES `user` (id),
  CONSTRAINT invoice_department_fk FOREIGN KEY (department_id) REFERENCES department (id),
  CONSTRAINT invoice_amount CHECK (IF(red_of_id IS NULL, amount_minor > 0, amount_minor < 0)),
  CONSTRAINT invoice_parts CHECK (amount_minor = tax_minor + net_minor),
  CONSTRAINT invoice_rate CHECK (tax_rate_ppm BETWEEN 0 AND 1000000),
  CONSTRAINT invoice_kind CHECK (kind IN ('vat_special', 'vat_normal', 'electronic'))
) COMMENT 'Invoices of contracts; those taken back stand beside what takes them back';

ALTER TABLE contract
  ADD COLUMN IF NOT EXISTS invoiced_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'sum of its invoices, red-letter ones negative';

INSERT IGNORE INTO role_permission (role_id, permission)
  SELECT r.id, CONCAT('invoice.', p.action) FROM role r JOIN (
    SELECT 'operations' AS code, 'view' AS action UNION ALL SELECT 'operations', 'create' UNION ALL SELECT 'operations', 'edit'
    UNION ALL SELECT 'operations', 'delete' UNION ALL SELECT 'operations', 'export' UNION ALL SELECT 'operations', 'import'
    UNION ALL SELECT 'operations', 'transfer'
    UNION ALL SELECT 'manager', 'view' UNION ALL SELECT 'manager', 'export' UNION ALL SELECT 'sales', 'view'
    UNION ALL SELECT 'finance', 'view' UNION ALL SELECT 'finance', 'create' UNION ALL SELECT 'finance', 'edit'
    UNION ALL SELECT 'finance', 'delete' UNION ALL SELECT 'finance', 'export' UNION ALL SELECT 'finance', 'import'
    UNION ALL SELECT 'executive', 'view' UNION ALL SELECT 'executive', 'export') p ON p.code = r.code;
INSERT IGNORE INTO role_scope (role_id, object, scope)
  SELECT s.role_id, 'invoice', s.scope FROM role_scope s JOIN role r ON r.id = s.role_id
  WHERE s.object = 'contract' AND r.code IN ('operations', 'manager', 'sales', 'finance', 'executive');
UPDATE company SET org_epoch = org_epoch + 1;
