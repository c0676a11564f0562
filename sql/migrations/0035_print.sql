-- Printing quotes, contracts and receipts: templates, the company's seal, and who printed what.

CREATE TABLE IF NOT EXISTS print_template (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  object VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'contract quote payment',
  language VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'zh-CN en',
  body MEDIUMTEXT NOT NULL COMMENT 'text with placeholders; never HTML',
  is_active BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'offered when printing',
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  KEY print_template_updated (updated_at, id),
  CONSTRAINT print_template_object CHECK (object IN ('contract', 'quote', 'payment')),
  CONSTRAINT print_template_language CHECK (language IN ('zh-CN', 'en'))
) COMMENT 'What quotes, contracts and receipts look like on paper';

CREATE TABLE IF NOT EXISTS seal (
  id TINYINT NOT NULL PRIMARY KEY COMMENT 'always 1',
  image MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'data URL of a PNG or JPEG picture',
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  CONSTRAINT seal_one CHECK (id = 1)
) COMMENT 'Picture of the company''s seal';

CREATE TABLE IF NOT EXISTS print_log (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  object VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  record_id BIGINT NOT NULL,
  record_version INT NOT NULL COMMENT 'as it was printed',
  template_id BIGINT NOT NULL,
  template_name VARCHAR(100) NOT NULL COMMENT 'at that time',
  with_prices BOOLEAN NOT NULL,
  printed_at DATETIME(3) NOT NULL, printed_by_id BIGINT NOT NULL,
  KEY print_log_record (object, record_id, id),
  CONSTRAINT print_log_user_fk FOREIGN KEY (printed_by_id) REFERENCES `user` (id)
) COMMENT 'Who printed what, append-only';

INSERT IGNORE INTO print_template (id, name, object, language, body, created_at, updated_at) VALUES
(1, '标准报价单', 'quote', 'zh-CN', '# 报价单\n编号：{{number}} || 日期：{{date}}\n客户：{{customer_name}} || 有效期至：{{valid_until}}\n\n感谢您的询价，现就以下产品和服务报价如下：\n\n{{lines name quantity price amount}}\n\n整单优惠：{{discount}} || 税额（{{tax_rate}}）：{{tax}}\n## 合计：{{amount}}\n大写：{{amount_words}}\n\n{{remark}}\n\n报价单位：{{company}} || {{seal}}\n报价人：{{owner_name}}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)),
(2, 'Standard quote', 'quote', 'en', '# Quotation\nNo.: {{number}} || Date: {{date}}\nTo: {{customer_name}} || Valid until: {{valid_until}}\n\nThank you for your enquiry. We are pleased to offer:\n\n{{lines name quantity price amount}}\n\nDiscount: {{discount}} || Tax ({{tax_rate}}): {{tax}}\n## Total: {{amount}}\n\n{{remark}}\n\n{{company}} || {{seal}}\n{{owner_name}}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)),
(3, '标准合同', 'contract', 'zh-CN', '# {{name}}\n合同编号：{{number}} || 签订日期：{{signed_on}}\n\n甲方：{{customer_name}}\n乙方：{{company}}\n\n甲乙双方经友好协商，就以下内容达成一致：\n## 一、产品和服务\n{{lines name quantity price amount}}\n整单优惠：{{discount}} || 税额（{{tax_rate}}）：{{tax}}\n合同总价：{{amount}}（大写：{{amount_words}}）\n## 二、期限\n自 {{starts_on}} 起至 {{ends_on}} 止。\n## 三、其他\n{{remark}}\n---\n甲方（盖章）： || 乙方（盖章）：{{seal}}\n日期： || 日期：{{signed_on}}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)),
(4, 'Standard contract', 'contract', 'en', '# {{name}}\nContract no.: {{number}} || Signed: {{signed_on}}\n\nCustomer: {{customer_name}}\nSupplier: {{company}}\n\nThe parties agree as follows:\n## 1. Products and services\n{{lines name quantity price amount}}\nDiscount: {{discount}} || Tax ({{tax_rate}}): {{tax}}\nTotal price: {{amount}}\n## 2. Term\nFrom {{starts_on}} to {{ends_on}}.\n## 3. Further terms\n{{remark}}\n---\nCustomer: || Supplier: {{seal}}\nDate: || Date: {{signed_on}}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)),
(5, '收款收据', 'payment', 'zh-CN', '# 收据\n编号：{{number}} || 日期：{{received_on}}\n\n今收到：{{customer_name}}\n款项：合同 {{contract_name}}\n## 金额：{{amount}}\n大写：{{amount_words}}\n\n{{remark}}\n\n收款单位：{{company}} || {{seal}}\n经手人：{{owner_name}}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)),
(6, 'Receipt', 'payment', 'en', '# Receipt\nNo.: {{number}} || Date: {{received_on}}\n\nReceived from: {{customer_name}}\nFor: contract {{contract_name}}\n## Amount: {{amount}}\n\n{{remark}}\n\n{{company}} || {{seal}}\n{{owner_name}}', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3));

INSERT IGNORE INTO role_permission (role_id, permission)
  SELECT r.id, 'print_template.edit' FROM role r WHERE r.code IN ('operations');
UPDATE company SET org_epoch = org_epoch + 1;
