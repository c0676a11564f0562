-- What change orders do to figures counts on their own day.

ALTER TABLE metric_fact
  MODIFY object ENUM('contract', 'payment', 'refund', 'customer', 'opportunity', 'follow_up', 'invoice', 'change_order') NOT NULL
    COMMENT 'struct object name of the record it was made from';
