-- The pairs of characters that customers and opportunities are found by.
DELETE FROM search_gram;
INSERT INTO search_gram (object, gram, record_id)
SELECT 'customer', SUBSTRING(c.name, s.seq, 2), c.id FROM customer c JOIN seq_1_to_20 s ON s.seq < CHAR_LENGTH(c.name)
WHERE LOCATE(SUBSTRING(c.name, s.seq, 2), c.name COLLATE utf8mb4_bin) = s.seq
UNION ALL
SELECT 'opportunity', SUBSTRING(o.name, s.seq, 2), o.id FROM opportunity o JOIN seq_1_to_20 s ON s.seq < CHAR_LENGTH(o.name)
WHERE LOCATE(SUBSTRING(o.name, s.seq, 2), o.name COLLATE utf8mb4_bin) = s.seq;
