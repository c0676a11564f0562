-- English papers have the amount in words too, where they still are as they came.

UPDATE print_template SET body = REPLACE(body, '## Total: {{amount}}\n', '## Total: {{amount}}\nIn words: {{amount_words}}\n'), version = version + 1
  WHERE id = 2 AND object = 'quote' AND language = 'en' AND body LIKE '%## Total: {{amount}}\n%' AND body NOT LIKE '%amount_words%';
UPDATE print_template SET body = REPLACE(body, 'Total price: {{amount}}\n', 'Total price: {{amount}} (in words: {{amount_words}})\n'), version = version + 1
  WHERE id = 4 AND object = 'contract' AND language = 'en' AND body LIKE '%Total price: {{amount}}\n%' AND body NOT LIKE '%amount_words%';
UPDATE print_template SET body = REPLACE(body, '## Amount: {{amount}}\n', '## Amount: {{amount}}\nIn words: {{amount_words}}\n'), version = version + 1
  WHERE id = 6 AND object = 'payment' AND language = 'en' AND body LIKE '%## Amount: {{amount}}\n%' AND body NOT LIKE '%amount_words%';
