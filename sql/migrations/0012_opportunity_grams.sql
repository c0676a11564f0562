-- Opportunities are found by any two characters of their name, as customers are: folded as by gram_fold (full width and
-- capitals by this table, white space removed).

CREATE OR REPLACE TABLE gram_folding (
  plain CHAR(1) COLLATE utf8mb4_bin NOT NULL PRIMARY KEY COMMENT 'as written',
  folded CHAR(1) COLLATE utf8mb4_bin NOT NULL COMMENT 'as searched'
) COMMENT 'Only while the migration runs';

INSERT INTO gram_folding (plain, folded)
WITH RECURSIVE ascii (code) AS (SELECT 33 UNION ALL SELECT code + 1 FROM ascii WHERE code < 126)
SELECT CONVERT(UNHEX(HEX(CHAR(code))) USING utf8mb4), CONVERT(UNHEX(HEX(CHAR(code + 32))) USING utf8mb4) FROM ascii WHERE code BETWEEN 65 AND 90
UNION ALL
SELECT CONVERT(UNHEX(CONCAT('EF', HEX(48256 + (code - 32) + IF(code - 32 > 63, 192, 0)))) USING utf8mb4),
  CONVERT(UNHEX(HEX(CHAR(IF(code BETWEEN 65 AND 90, code + 32, code)))) USING utf8mb4) FROM ascii;

INSERT IGNORE INTO search_gram (object, gram, record_id)
WITH RECURSIVE place (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM place WHERE number < 255),
named (id, name) AS (SELECT id, REGEXP_REPLACE(name, '[ \t\n\r\\x{3000}\\x{A0}]', '') FROM opportunity)
SELECT 'opportunity', CONCAT(COALESCE(a.folded, SUBSTRING(n.name, p.number, 1)), COALESCE(b.folded, SUBSTRING(n.name, p.number + 1, 1))), n.id
FROM named n
JOIN place p ON p.number < GREATEST(2, CHAR_LENGTH(n.name))
LEFT JOIN gram_folding a ON a.plain = SUBSTRING(n.name, p.number, 1)
LEFT JOIN gram_folding b ON b.plain = SUBSTRING(n.name, p.number + 1, 1)
WHERE n.name <> '';

DROP TABLE gram_folding;
