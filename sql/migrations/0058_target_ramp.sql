-- What is expected of a newcomer is the company's to say.
CREATE TABLE IF NOT EXISTS target_setting (
  id TINYINT NOT NULL PRIMARY KEY,
  ramp_ppm VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'JSON list: millionths of a full month expected in the month of joining and those after it; then all',
  version INT NOT NULL DEFAULT 1,
  updated_at DATETIME(3) NULL, updated_by_id BIGINT NULL,
  CONSTRAINT target_setting_one CHECK (id = 1),
  CONSTRAINT target_setting_ramp CHECK (JSON_VALID(ramp_ppm))
) COMMENT 'Settings of targets: one row';
INSERT IGNORE INTO target_setting (id, ramp_ppm) VALUES (1, '[250000,500000,750000]');
