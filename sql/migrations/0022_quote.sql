-- Price books, who may discount how much, and quotes with their versions.

CREATE TABLE IF NOT EXISTS price_book (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  is_active BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'offered for new quotes',
  remark VARCHAR(4000) NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  KEY price_book_updated (updated_at, id)
) COMMENT 'Prices of products for some departments';

CREATE TABLE IF NOT EXISTS price_book_entry (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  price_book_id BIGINT NOT NULL,
  line_number INT NOT NULL,
  product_id BIGINT NOT NULL,
  price_minor BIGINT NOT NULL,
  floor_minor BIGINT NULL COMMENT 'lowest price; NULL: none',
  from_on DATE NULL COMMENT 'first day; NULL: since ever',
  until_on DATE NULL COMMENT 'last day; NULL: for ever',
  KEY price_book_entry_book (price_book_id, product_id),
  KEY price_book_entry_product (product_id),
  CONSTRAINT price_book_entry_book_fk FOREIGN KEY (price_book_id) REFERENCES price_book (id) ON DELETE CASCADE,
  CONSTRAINT price_book_entry_product_fk FOREIGN KEY (product_id) REFERENCES product (id),
  CONSTRAINT price_book_entry_price CHECK (price_minor >= 0 AND (floor_minor IS NULL OR floor_minor BETWEEN 0 AND price_minor))
) COMMENT 'Prices of a price book';

CREATE TABLE IF NOT EXISTS price_book_department (
  price_book_id BIGINT NOT NULL,
  department_id BIGINT NOT NULL COMMENT 'and those below it',
  PRIMARY KEY (price_book_id, department_id),
  KEY price_book_department_department (department_id),
  CONSTRAINT price_book_department_book_fk FOREIGN KEY (price_book_id) REFERENCES price_book (id) ON DELETE CASCADE,
  CONSTRAINT price_book_department_department_fk FOREIGN KEY (department_id) REFERENCES department (id) ON DELETE CASCADE
) COMMENT 'Who may use a price book; no row: everybody';

CREATE TABLE IF NOT EXISTS discount_authority (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  role_id BIGINT NOT NULL,
  max_discount_ppm INT NOT NULL DEFAULT 0 COMMENT 'of the list price',
  may_go_below_floor BOOLEAN NOT NULL DEFAULT FALSE,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  KEY discount_authority_role (role_id),
  KEY discount_authority_updated (updated_at, id),
  CONSTRAINT discount_authority_role_fk FOREIGN KEY (role_id) REFERENCES role (id) ON DELETE CASCADE,
  CONSTRAINT discount_authority_ppm CHECK (max_discount_ppm BETWEEN 0 AND 1000000)
) COMMENT 'How much a role may take off the list price; the widest of a person''s roles counts';

CREATE TABLE IF NOT EXISTS quote (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number VARCHAR(64) COLLATE utf8mb4_bin NOT NULL,
  name VARCHAR(255) NOT NULL,
  customer_id BIGINT NOT NULL,
  opportunity_id BIGINT NULL,
  price_book_id BIGINT NULL COMMENT 'where list and floor prices come from; NULL: the products',
  status VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'draft' COMMENT 'draft sent accepted expired void',
  version_number INT NOT NULL DEFAULT 1 COMMENT 'grows when what was sent is changed',
  list_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'lines at list prices',
  amount_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'sum of the lines less the discount',
  discount_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'off the sum of the lines',
  discount_ppm INT NOT NULL DEFAULT 0 COMMENT '(list - amount) / list; 0 when not below the list',
  is_below_floor BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'some price is below its floor, or the discount makes it so',
  authority_state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'fine' COMMENT 'fine needs_approval approved',
  approved_by_id BIGINT NULL,
  approved_at DATETIME(3) NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  valid_until DATE NULL COMMENT 'last day',
  sent_at DATETIME(3) NULL COMMENT 'this version',
  contract_id BIGINT NULL COMMENT 'made from it',
  remark VARCHAR(4000) NULL,
  owner_id BIGINT NULL,
  department_id BIGINT NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  UNIQUE KEY quote_number (number),
  KEY quote_customer (customer_id),
  KEY quote_opportunity (opportunity_id),
  KEY quote_contract (contract_id),
  KEY quote_book (price_book_id),
  KEY quote_status (status, valid_until),
  KEY quote_valid (valid_until, id),
  KEY quote_updated (updated_at, id),
  KEY quote_owner (owner_id, updated_at, id),
  KEY quote_department (department_id, updated_at, id),
  CONSTRAINT quote_customer_fk FOREIGN KEY (customer_id) REFERENCES customer (id),
  CONSTRAINT quote_opportunity_fk FOREIGN KEY (opportunity_id) REFERENCES opportunity (id),
  CONSTRAINT quote_contract_fk FOREIGN KEY (contract_id) REFERENCES contract (id) ON DELETE SET NULL,
  CONSTRAINT quote_book_fk FOREIGN KEY (price_book_id) REFERENCES price_book (id),
  CONSTRAINT quote_approved_fk FOREIGN KEY (approved_by_id) REFERENCES `user` (id),
  CONSTRAINT quote_owner_fk FOREIGN KEY (owner_id) REFERENCES `user` (id),
  CONSTRAINT quote_department_fk FOREIGN KEY (department_id) REFERENCES department (id),
  CONSTRAINT quote_amount CHECK (amount_minor >= 0 AND discount_minor >= 0),
  CONSTRAINT quote_status_word CHECK (status IN ('draft', 'sent', 'accepted', 'expired', 'void')),
  CONSTRAINT quote_authority_word CHECK (authority_state IN ('fine', 'needs_approval', 'approved'))
) COMMENT 'Offers to customers';

CREATE TABLE IF NOT EXISTS quote_line (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  quote_id BIGINT NOT NULL,
  line_number INT NOT NULL,
  product_id BIGINT NULL,
  name VARCHAR(255) NOT NULL COMMENT 'as offered',
  quantity_milli BIGINT NOT NULL COMMENT 'thousandths',
  list_price_minor BIGINT NOT NULL COMMENT 'of price book or product that day; else the price itself',
  floor_minor BIGINT NULL COMMENT 'lowest price that day',
  unit_price_minor BIGINT NOT NULL,
  amount_minor BIGINT NOT NULL COMMENT 'quantity × unit price, half away from zero',
  UNIQUE KEY quote_line_number (quote_id, line_number),
  KEY quote_line_product (product_id),
  CONSTRAINT quote_line_quote_fk FOREIGN KEY (quote_id) REFERENCES quote (id) ON DELETE CASCADE,
  CONSTRAINT quote_line_product_fk FOREIGN KEY (product_id) REFERENCES product (id),
  CONSTRAINT quote_line_quantity CHECK (quantity_milli > 0),
  CONSTRAINT quote_line_price CHECK (unit_price_minor >= 0)
) COMMENT 'Products of a quote';

CREATE TABLE IF NOT EXISTS quote_version (
  quote_id BIGINT NOT NULL,
  version_number INT NOT NULL,
  content LONGTEXT NOT NULL COMMENT 'JSON: the quote and its lines as they were sent',
  sent_at DATETIME(3) NULL COMMENT 'when it went out',
  replaced_at DATETIME(3) NOT NULL,
  replaced_by_id BIGINT NULL,
  PRIMARY KEY (quote_id, version_number),
  CONSTRAINT quote_version_quote_fk FOREIGN KEY (quote_id) REFERENCES quote (id) ON DELETE CASCADE
) COMMENT 'Versions that were sent and then changed';

INSERT IGNORE INTO role_permission (role_id, permission)
  SELECT r.id, p.permission FROM role r JOIN (
    SELECT 'operations' AS code, CONCAT('quote.', a.word) AS permission FROM (SELECT 'view' AS word UNION ALL SELECT 'create' UNION ALL SELECT 'edit'
      UNION ALL SELECT 'delete' UNION ALL SELECT 'export' UNION ALL SELECT 'import' UNION ALL SELECT 'transfer' UNION ALL SELECT 'approve') a
    UNION ALL SELECT 'manager', CONCAT('quote.', a.word) FROM (SELECT 'view' AS word UNION ALL SELECT 'create' UNION ALL SELECT 'edit'
      UNION ALL SELECT 'delete' UNION ALL SELECT 'export' UNION ALL SELECT 'transfer' UNION ALL SELECT 'approve') a
    UNION ALL SELECT 'sales', CONCAT('quote.', a.word) FROM (SELECT 'view' AS word UNION ALL SELECT 'create' UNION ALL SELECT 'edit') a
    UNION ALL SELECT 'finance', 'quote.view' UNION ALL SELECT 'executive', 'quote.view' UNION ALL SELECT 'executive', 'quote.export'
    UNION ALL SELECT 'executive', 'quote.approve'
    UNION ALL SELECT 'operations', 'price_book.edit' UNION ALL SELECT 'operations', 'discount_authority.edit') p ON p.code = r.code;
INSERT IGNORE INTO role_scope (role_id, object, scope)
  SELECT s.role_id, 'quote', s.scope FROM role_scope s JOIN role r ON r.id = s.role_id
  WHERE s.object = 'contract' AND r.code IN ('operations', 'manager', 'sales', 'finance', 'executive');
UPDATE company SET org_epoch = org_epoch + 1;
