-- Opportunities of other currencies are worth something in the company's: columns of the board, the analysis and the
-- weighted pipeline add up. Those that have no rate yet count as they stood, at a rate of 1.

ALTER TABLE opportunity
  ADD COLUMN IF NOT EXISTS rate_nano BIGINT NOT NULL DEFAULT 1000000000 COMMENT 'of the day it was closed, or its amount was set; kept',
  ADD COLUMN IF NOT EXISTS base_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'amount in the company''s currency',
  ADD COLUMN IF NOT EXISTS base_weighted_minor BIGINT NOT NULL DEFAULT 0 COMMENT 'base_minor × win probability, half away from zero';
UPDATE opportunity o SET o.rate_nano = COALESCE((SELECT r.rate_nano FROM exchange_rate r WHERE r.currency = o.currency
    AND r.deleted_at IS NULL AND r.rate_on <= COALESCE(o.closed_on, CURRENT_DATE) ORDER BY r.rate_on DESC LIMIT 1), o.rate_nano)
  WHERE o.currency <> (SELECT currency FROM company WHERE id = 1);
-- Amounts are in minor units: a currency of no or of three digits shifts the point.
UPDATE opportunity o JOIN company c ON c.id = 1
  SET o.base_minor = IF(o.rate_nano = 1000000000, o.amount_minor, ROUND(CAST(o.amount_minor AS DECIMAL(30)) * o.rate_nano
    * CASE WHEN c.currency IN ('JPY', 'KRW', 'VND', 'CLP', 'ISK') THEN 1 WHEN c.currency IN ('KWD', 'BHD', 'OMR', 'TND') THEN 1000 ELSE 100 END
    / CASE WHEN o.currency IN ('JPY', 'KRW', 'VND', 'CLP', 'ISK') THEN 1 WHEN o.currency IN ('KWD', 'BHD', 'OMR', 'TND') THEN 1000 ELSE 100 END
    / 1000000000));
UPDATE opportunity SET base_weighted_minor = ROUND(CAST(base_minor AS DECIMAL(30)) * win_probability_ppm * 0.000001);

INSERT IGNORE INTO role_field (role_id, object, field, access)
  SELECT role_id, object, f.name, access FROM role_field JOIN (SELECT 'base_minor' AS name UNION ALL SELECT 'base_weighted_minor') f
  WHERE object = 'opportunity' AND field = 'amount_minor';
UPDATE company SET org_epoch = org_epoch + 1;
