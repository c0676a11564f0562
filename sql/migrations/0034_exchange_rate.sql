-- Rates of exchange by day, and what documents of other currencies are worth in the company's.

CREATE TABLE IF NOT EXISTS exchange_rate (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(20) COLLATE utf8mb4_bin NOT NULL COMMENT 'currency and day, such as USD 2026-03-31',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  rate_on DATE NOT NULL COMMENT 'first day for which it holds; until the next one',
  rate_nano BIGINT NOT NULL COMMENT 'billionths of the company''s currency for one of this',
  remark VARCHAR(4000) NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  UNIQUE KEY exchange_rate_name (name),
  KEY exchange_rate_day (currency, rate_on),
  KEY exchange_rate_on (rate_on, id),
  KEY exchange_rate_updated (updated_at, id),
  CONSTRAINT exchange_rate_rate CHECK (rate_nano > 0)
) COMMENT 'What one of another currency is worth, by day';

-- Until now amounts were added as they stood: that is a rate of 1, and figures stay what they were.
ALTER TABLE contract
  ADD COLUMN IF NOT EXISTS rate_nano BIGINT NOT NULL DEFAULT 1000000000 COMMENT 'of the day it was signed, kept',
  ADD COLUMN IF NOT EXISTS base_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'amount in the company''s currency',
  ADD COLUMN IF NOT EXISTS base_margin_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'margin in the company''s currency',
  ADD COLUMN IF NOT EXISTS changed_base_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'part of base_minor that came by change orders',
  ADD COLUMN IF NOT EXISTS changed_base_margin_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'part of base_margin_minor that came by change orders';
UPDATE contract SET base_minor = amount_minor, base_margin_minor = amount_minor - tax_minor - cost_minor,
  changed_base_minor = changed_minor, changed_base_margin_minor = changed_profit_minor;
ALTER TABLE change_order
  ADD COLUMN IF NOT EXISTS base_delta_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'delta_minor in the company''s currency, at the contract''s rate',
  ADD COLUMN IF NOT EXISTS base_profit_delta_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'profit_delta_minor likewise';
UPDATE change_order SET base_delta_minor = delta_minor, base_profit_delta_minor = profit_delta_minor;
ALTER TABLE payment
  ADD COLUMN IF NOT EXISTS rate_nano BIGINT NOT NULL DEFAULT 1000000000 COMMENT 'of the day it was received, kept',
  ADD COLUMN IF NOT EXISTS base_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'amount in the company''s currency';
UPDATE payment SET base_minor = amount_minor;
ALTER TABLE refund
  ADD COLUMN IF NOT EXISTS rate_nano BIGINT NOT NULL DEFAULT 1000000000 COMMENT 'of the day it was given back, kept',
  ADD COLUMN IF NOT EXISTS base_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'amount in the company''s currency';
UPDATE refund SET base_minor = amount_minor;
ALTER TABLE invoice
  ADD COLUMN IF NOT EXISTS rate_nano BIGINT NOT NULL DEFAULT 1000000000 COMMENT 'of the day it was issued, kept',
  ADD COLUMN IF NOT EXISTS base_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'amount in the company''s currency';
UPDATE invoice SET base_minor = amount_minor;
ALTER TABLE quote
  ADD COLUMN IF NOT EXISTS rate_nano BIGINT NOT NULL DEFAULT 1000000000 COMMENT 'of the day it was made or sent, kept',
  ADD COLUMN IF NOT EXISTS base_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'amount in the company''s currency';
UPDATE quote SET base_minor = amount_minor;

INSERT IGNORE INTO role_permission (role_id, permission)
  SELECT r.id, 'exchange_rate.edit' FROM role r WHERE r.code IN ('operations', 'finance');
INSERT IGNORE INTO role_field (role_id, object, field, access)
  SELECT role_id, object, 'base_minor', access FROM role_field
  WHERE object IN ('contract', 'payment', 'refund', 'invoice', 'quote') AND field = 'amount_minor';
UPDATE company SET org_epoch = org_epoch + 1;
