-- Changes of signed contracts, tax, renewals, and the cost of what is sold kept as it was that day.

CREATE TABLE IF NOT EXISTS change_order (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  contract_id BIGINT NOT NULL,
  change_number INT NOT NULL COMMENT 'which change of the contract it is, or would be: 1…',
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'draft' COMMENT 'draft effective',
  reason VARCHAR(255) NOT NULL,
  effective_on DATE NULL COMMENT 'business date of the change: its difference counts on that day',
  amount_before_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'of the contract',
  amount_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'of the contract after the change',
  delta_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'amount after less amount before',
  cost_before_minor BIGINT NOT NULL DEFAULT 0,
  cost_minor BIGINT NOT NULL DEFAULT 0,
  profit_delta_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'what the margin of the contract gains',
  discount_before_minor BIGINT NOT NULL DEFAULT 0,
  discount_minor BIGINT NOT NULL DEFAULT 0,
  tax_rate_before_ppm INT NOT NULL DEFAULT 0,
  tax_rate_ppm INT NOT NULL DEFAULT 0,
  ends_before_on DATE NULL,
  ends_on DATE NULL COMMENT 'last day of the contract after the change',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the contract',
  remark VARCHAR(4000) NULL,
  owner_id BIGINT NULL,
  department_id BIGINT NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  UNIQUE KEY change_order_number (number),
  KEY change_order_contract (contract_id, effective_on),
  KEY change_order_effective (effective_on, id),
  KEY change_order_updated (updated_at, id),
  KEY change_order_owner (owner_id, updated_at, id),
  KEY change_order_department (department_id, updated_at, id),
  CONSTRAINT change_order_contract_fk FOREIGN KEY (contract_id) REFERENCES contract (id) ON DELETE CASCADE,
  CONSTRAINT change_order_owner_fk FOREIGN KEY (owner_id) REFERENCES `user` (id),
  CONSTRAINT change_order_department_fk FOREIGN KEY (department_id) REFERENCES department (id),
  CONSTRAINT change_order_delta CHECK (delta_minor = amount_minor - amount_before_minor),
  CONSTRAINT change_order_day CHECK (status = 'draft' OR effective_on IS NOT NULL),
  CONSTRAINT change_order_status CHECK (status IN ('draft', 'effective'))
) COMMENT 'Changes of signed contracts: how it was and how it is, both kept';

CREATE TABLE IF NOT EXISTS change_order_line (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  change_order_id BIGINT NOT NULL,
  side VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'before after',
  line_number INT NOT NULL,
  product_id BIGINT NULL,
  name VARCHAR(255) NOT NULL COMMENT 'as sold',
  quantity_milli BIGINT NOT NULL COMMENT 'thousandths',
  unit_price_minor BIGINT NOT NULL,
  unit_cost_minor BIGINT NOT NULL DEFAULT 0,
  amount_minor BIGINT NOT NULL,
  cost_minor BIGINT NOT NULL,
  UNIQUE KEY change_order_line_number (change_order_id, side, line_number),
  KEY change_order_line_product (product_id),
  CONSTRAINT change_order_line_order_fk FOREIGN KEY (change_order_id) REFERENCES change_order (id) ON DELETE CASCADE,
  CONSTRAINT change_order_line_product_fk FOREIGN KEY (product_id) REFERENCES product (id),
  CONSTRAINT change_order_line_side CHECK (side IN ('before', 'after'))
) COMMENT 'Lines of a contract before and after a change';

ALTER TABLE contract
  ADD COLUMN IF NOT EXISTS tax_rate_ppm INT NOT NULL DEFAULT 0 COMMENT 'tax on top of the lines; 0: prices have it in them' AFTER discount_minor,
  ADD COLUMN IF NOT EXISTS tax_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'part of the amount' AFTER tax_rate_ppm,
  ADD COLUMN IF NOT EXISTS margin_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'amount less tax and cost' AFTER cost_minor,
  ADD COLUMN IF NOT EXISTS margin_ppm BIGINT NULL COMMENT 'of the amount without tax; NULL: that is 0' AFTER margin_minor,
  ADD COLUMN IF NOT EXISTS change_count INT NOT NULL DEFAULT 0 COMMENT 'change orders in effect',
  ADD COLUMN IF NOT EXISTS changed_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'part of the amount that came by change orders',
  ADD COLUMN IF NOT EXISTS changed_profit_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'part of the margin that came by change orders',
  ADD COLUMN IF NOT EXISTS renewal_on DATE NULL COMMENT 'by when it is to be renewed; ends_on unless given' AFTER ends_on,
  ADD COLUMN IF NOT EXISTS renewal_of_id BIGINT NULL COMMENT 'the contract that this one renews',
  ADD COLUMN IF NOT EXISTS renewed_by_id BIGINT NULL COMMENT 'the contract that renews it; follows from renewal_of_id',
  ADD COLUMN IF NOT EXISTS renewal_opportunity_id BIGINT NULL COMMENT 'opportunity made to renew it',
  ADD COLUMN IF NOT EXISTS renewal_told_days INT NULL COMMENT 'notice that went out last, days before',
  ADD COLUMN IF NOT EXISTS renewal_told_for DATE NULL COMMENT 'renewal_on at that time: another day begins anew',
  ADD INDEX IF NOT EXISTS contract_renewal (renewal_on, id),
  ADD INDEX IF NOT EXISTS contract_renewal_of (renewal_of_id),
  ADD INDEX IF NOT EXISTS contract_renewal_opportunity (renewal_opportunity_id),
  ADD INDEX IF NOT EXISTS contract_renewed_by (renewed_by_id),
  ADD CONSTRAINT contract_renewal_of_fk FOREIGN KEY IF NOT EXISTS (renewal_of_id) REFERENCES contract (id) ON DELETE SET NULL,
  ADD CONSTRAINT contract_renewed_by_fk FOREIGN KEY IF NOT EXISTS (renewed_by_id) REFERENCES contract (id) ON DELETE SET NULL,
  ADD CONSTRAINT contract_renewal_opportunity_fk FOREIGN KEY IF NOT EXISTS (renewal_opportunity_id) REFERENCES opportunity (id) ON DELETE SET NULL;
UPDATE contract SET margin_minor = amount_minor - cost_minor,
  margin_ppm = IF(amount_minor = 0, NULL, ROUND((amount_minor - cost_minor) * 1000000 / amount_minor)), renewal_on = ends_on;

ALTER TABLE quote
  ADD COLUMN IF NOT EXISTS tax_rate_ppm INT NOT NULL DEFAULT 0 COMMENT 'tax on top of the lines; 0: prices have it in them' AFTER discount_ppm,
  ADD COLUMN IF NOT EXISTS tax_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'part of the amount' AFTER tax_rate_ppm,
  ADD COLUMN IF NOT EXISTS cost_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'sum of the lines' AFTER tax_minor,
  ADD COLUMN IF NOT EXISTS margin_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'amount less tax and cost' AFTER cost_minor,
  ADD COLUMN IF NOT EXISTS margin_ppm BIGINT NULL COMMENT 'of the amount without tax; NULL: that is 0' AFTER margin_minor;
ALTER TABLE quote_line
  ADD COLUMN IF NOT EXISTS unit_cost_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'standard cost that day',
  ADD COLUMN IF NOT EXISTS cost_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'quantity × unit cost, half away from zero';
-- Quotes written before had no cost of their own: today's is the best known.
UPDATE quote_line l JOIN product p ON p.id = l.product_id SET l.unit_cost_minor = p.cost_minor,
  l.cost_minor = ROUND(l.quantity_milli * p.cost_minor / 1000);
UPDATE quote q LEFT JOIN (SELECT quote_id, SUM(cost_minor) AS cost_minor FROM quote_line GROUP BY quote_id) l ON l.quote_id = q.id
  SET q.cost_minor = COALESCE(l.cost_minor, 0), q.margin_minor = q.amount_minor - COALESCE(l.cost_minor, 0),
  q.margin_ppm = IF(q.amount_minor = 0, NULL, ROUND((q.amount_minor - COALESCE(l.cost_minor, 0)) * 1000000 / q.amount_minor));

ALTER TABLE company
  ADD COLUMN IF NOT EXISTS renewal_notice_days VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '60,30,7'
    COMMENT 'days before renewal_on at which owner and head hear of it, largest first; empty: never';

INSERT IGNORE INTO number_pattern (id, object, pattern, restarts, updated_at) VALUES
  (6, 'change_order', 'BG{YYYY}{MM}-{0000}', 'month', UTC_TIMESTAMP(3));

INSERT IGNORE INTO role_permission (role_id, permission)
  SELECT r.id, CONCAT('change_order.', p.action) FROM role r JOIN (
    SELECT 'operations' AS code, 'view' AS action UNION ALL SELECT 'operations', 'create' UNION ALL SELECT 'operations', 'edit'
    UNION ALL SELECT 'operations', 'delete' UNION ALL SELECT 'operations', 'export' UNION ALL SELECT 'operations', 'import'
    UNION ALL SELECT 'operations', 'transfer'
    UNION ALL SELECT 'manager', 'view' UNION ALL SELECT 'manager', 'create' UNION ALL SELECT 'manager', 'edit'
    UNION ALL SELECT 'manager', 'delete' UNION ALL SELECT 'manager', 'export' UNION ALL SELECT 'manager', 'transfer'
    UNION ALL SELECT 'sales', 'view' UNION ALL SELECT 'sales', 'create' UNION ALL SELECT 'sales', 'edit'
    UNION ALL SELECT 'sales', 'delete'
    UNION ALL SELECT 'finance', 'view' UNION ALL SELECT 'finance', 'export'
    UNION ALL SELECT 'executive', 'view' UNION ALL SELECT 'executive', 'export') p ON p.code = r.code;
INSERT IGNORE INTO role_scope (role_id, object, scope)
  SELECT s.role_id, 'change_order', s.scope FROM role_scope s JOIN role r ON r.id = s.role_id
  WHERE s.object = 'contract' AND r.code IN ('operations', 'manager', 'sales', 'finance', 'executive');
-- What is closed of a contract is closed of its changes, and costs of quotes as well.
INSERT IGNORE INTO role_field (role_id, object, field, access)
  SELECT role_id, 'change_order', field, access FROM role_field
  WHERE object = 'contract' AND field IN ('amount_minor', 'cost_minor', 'discount_minor', 'ends_on');
INSERT IGNORE INTO role_field (role_id, object, field, access)
  SELECT role_id, 'quote', field, access FROM role_field WHERE object = 'contract' AND field = 'cost_minor';
UPDATE company SET org_epoch = org_epoch + 1;
