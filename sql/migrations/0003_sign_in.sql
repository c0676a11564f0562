-- Passwords, sessions, second step, lockout.

CREATE TABLE IF NOT EXISTS user_credential (
  user_id BIGINT NOT NULL PRIMARY KEY,
  password_hash VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'argon2id',
  must_change BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'first password: must be changed at sign-in',
  changed_at DATETIME(3) NOT NULL,
  totp_secret VARBINARY(64) NULL COMMENT 'set and confirmed: second step is on',
  totp_pending VARBINARY(64) NULL COMMENT 'offered, not confirmed',
  totp_last_step BIGINT NOT NULL DEFAULT 0 COMMENT 'last used 30 s step: no replay',
  CONSTRAINT user_credential_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE
) COMMENT 'How a person proves who they are';

CREATE TABLE IF NOT EXISTS user_session (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  user_id BIGINT NOT NULL,
  family BINARY(16) NOT NULL COMMENT 'chain of rotated refresh tokens; every token of it carries this',
  refresh_hash BINARY(32) NOT NULL COMMENT 'SHA-256 of the current refresh token',
  previous_hash BINARY(32) NULL COMMENT 'the token before: accepted for some seconds after the rotation, later its use revokes the session',
  rotated_at DATETIME(3) NOT NULL COMMENT 'last refresh',
  expires_at DATETIME(3) NOT NULL,
  revoked_at DATETIME(3) NULL,
  revoked_reason VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'sign_out reuse admin password_change disabled',
  address VARCHAR(64) NULL,
  user_agent VARCHAR(255) NULL,
  client VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'browser' COMMENT 'browser app',
  created_at DATETIME(3) NOT NULL,
  last_seen_at DATETIME(3) NOT NULL,
  UNIQUE KEY user_session_family (family),
  KEY user_session_user (user_id, revoked_at),
  CONSTRAINT user_session_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE
) COMMENT 'Signed-in devices';

CREATE TABLE IF NOT EXISTS sign_in_failure (
  subject VARCHAR(190) COLLATE utf8mb4_bin NOT NULL PRIMARY KEY COMMENT 'login:NAME or address:IP',
  failures INT NOT NULL,
  last_at DATETIME(3) NOT NULL,
  locked_until DATETIME(3) NULL
) COMMENT 'Lockout with back-off';
