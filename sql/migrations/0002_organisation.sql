-- Departments, people, roles, and the organisation as of a date.

CREATE TABLE IF NOT EXISTS department (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  code VARCHAR(64) COLLATE utf8mb4_bin NULL COMMENT 'key for import',
  parent_id BIGINT NULL COMMENT 'NULL: top of the tree',
  manager_id BIGINT NULL COMMENT 'head of the department (user.id)',
  sort_order INT NOT NULL DEFAULT 0,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  UNIQUE KEY department_code (code),
  KEY department_parent (parent_id),
  CONSTRAINT department_parent_fk FOREIGN KEY (parent_id) REFERENCES department (id)
) COMMENT 'Department tree';

CREATE TABLE IF NOT EXISTS department_path (
  ancestor_id BIGINT NOT NULL,
  descendant_id BIGINT NOT NULL,
  depth INT NOT NULL COMMENT '0 for itself',
  PRIMARY KEY (ancestor_id, descendant_id),
  KEY department_path_descendant (descendant_id, depth),
  CONSTRAINT department_path_ancestor_fk FOREIGN KEY (ancestor_id) REFERENCES department (id) ON DELETE CASCADE,
  CONSTRAINT department_path_descendant_fk FOREIGN KEY (descendant_id) REFERENCES department (id) ON DELETE CASCADE
) COMMENT 'Closure of the tree, kept with it';

CREATE TABLE IF NOT EXISTS `user` (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  login VARCHAR(100) COLLATE utf8mb4_bin NOT NULL COMMENT 'name to sign in with, lower case',
  name VARCHAR(100) NOT NULL COMMENT 'shown everywhere',
  email VARCHAR(255) NULL,
  phone VARCHAR(32) NULL,
  employee_number VARCHAR(64) COLLATE utf8mb4_bin NULL COMMENT 'key for import',
  title VARCHAR(100) NULL,
  department_id BIGINT NOT NULL COMMENT 'current; history in user_assignment',
  manager_id BIGINT NULL COMMENT 'current direct manager; history in user_assignment',
  status VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'active' COMMENT 'active disabled',
  locale VARCHAR(10) CHARACTER SET ascii NOT NULL DEFAULT 'zh-CN',
  joined_on DATE NULL,
  left_on DATE NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  deleted_at DATETIME(3) NULL,
  UNIQUE KEY user_login (login),
  UNIQUE KEY user_employee_number (employee_number),
  KEY user_department (department_id),
  KEY user_manager (manager_id),
  CONSTRAINT user_department_fk FOREIGN KEY (department_id) REFERENCES department (id),
  CONSTRAINT user_manager_fk FOREIGN KEY (manager_id) REFERENCES `user` (id),
  CONSTRAINT user_status CHECK (status IN ('active', 'disabled'))
) COMMENT 'People who sign in';

CREATE TABLE IF NOT EXISTS user_assignment (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  user_id BIGINT NOT NULL,
  department_id BIGINT NOT NULL,
  manager_id BIGINT NULL,
  valid_from DATE NOT NULL COMMENT 'first day; 1000-01-01 for the first interval',
  valid_to DATE NULL COMMENT 'first day after; NULL: open',
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  UNIQUE KEY user_assignment_from (user_id, valid_from),
  KEY user_assignment_department (department_id, valid_from),
  CONSTRAINT user_assignment_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id),
  CONSTRAINT user_assignment_department_fk FOREIGN KEY (department_id) REFERENCES department (id),
  CONSTRAINT user_assignment_order CHECK (valid_to IS NULL OR valid_to > valid_from)
) COMMENT 'Which department and manager a person had on which day; intervals of one person meet without gap or overlap';

CREATE TABLE IF NOT EXISTS role (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(100) NOT NULL,
  code VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of built-in roles: admin operations manager sales finance executive',
  description VARCHAR(500) NULL,
  version INT NOT NULL DEFAULT 1,
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  updated_at DATETIME(3) NOT NULL, updated_by_id BIGINT NULL,
  UNIQUE KEY role_name (name),
  UNIQUE KEY role_code (code)
) COMMENT 'Named sets of rights; the role with code admin may do everything and cannot be changed';

CREATE TABLE IF NOT EXISTS role_permission (
  role_id BIGINT NOT NULL,
  permission VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'key of permissions.def',
  PRIMARY KEY (role_id, permission),
  CONSTRAINT role_permission_role_fk FOREIGN KEY (role_id) REFERENCES role (id) ON DELETE CASCADE
) COMMENT 'Action permissions';

CREATE TABLE IF NOT EXISTS role_scope (
  role_id BIGINT NOT NULL,
  object VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'struct object name, or target',
  scope VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'none own own_and_subordinates department department_and_below chosen_departments all',
  PRIMARY KEY (role_id, object),
  CONSTRAINT role_scope_role_fk FOREIGN KEY (role_id) REFERENCES role (id) ON DELETE CASCADE
) COMMENT 'On which records; no row: none';

CREATE TABLE IF NOT EXISTS role_scope_department (
  role_id BIGINT NOT NULL,
  object VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  department_id BIGINT NOT NULL,
  PRIMARY KEY (role_id, object, department_id),
  CONSTRAINT role_scope_department_fk FOREIGN KEY (role_id, object) REFERENCES role_scope (role_id, object) ON DELETE CASCADE,
  CONSTRAINT role_scope_department_department_fk FOREIGN KEY (department_id) REFERENCES department (id) ON DELETE CASCADE
) COMMENT 'Departments of scope chosen_departments, those below included';

CREATE TABLE IF NOT EXISTS role_field (
  role_id BIGINT NOT NULL,
  object VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  field VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  access VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'hidden masked read edit',
  PRIMARY KEY (role_id, object, field),
  CONSTRAINT role_field_role_fk FOREIGN KEY (role_id) REFERENCES role (id) ON DELETE CASCADE
) COMMENT 'Field permissions; no row: edit';

CREATE TABLE IF NOT EXISTS user_role (
  user_id BIGINT NOT NULL,
  role_id BIGINT NOT NULL,
  PRIMARY KEY (user_id, role_id),
  KEY user_role_role (role_id),
  CONSTRAINT user_role_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE,
  CONSTRAINT user_role_role_fk FOREIGN KEY (role_id) REFERENCES role (id)
) COMMENT 'Roles of a person; rights and scopes are united';

CREATE TABLE IF NOT EXISTS record_share (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  object VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  record_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL COMMENT 'with whom',
  can_edit BOOLEAN NOT NULL DEFAULT FALSE,
  cascade_to VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'child objects shared along, comma separated',
  until_on DATE NULL COMMENT 'last day; NULL: open end',
  created_at DATETIME(3) NOT NULL, created_by_id BIGINT NULL,
  UNIQUE KEY record_share_once (object, record_id, user_id),
  KEY record_share_user (user_id, object),
  CONSTRAINT record_share_user_fk FOREIGN KEY (user_id) REFERENCES `user` (id) ON DELETE CASCADE
) COMMENT 'Records shared with a colleague';

CREATE TABLE IF NOT EXISTS ownership (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  object VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  record_id BIGINT NOT NULL,
  owner_id BIGINT NULL COMMENT 'NULL: nobody (pool)',
  department_id BIGINT NULL COMMENT 'of the owner when the interval began',
  valid_from DATE NOT NULL COMMENT 'first day; 1000-01-01 for the first interval',
  reason VARCHAR(500) NULL,
  changed_at DATETIME(3) NOT NULL,
  changed_by_id BIGINT NULL,
  KEY ownership_record (object, record_id, valid_from, id),
  KEY ownership_owner (owner_id, object, valid_from)
) COMMENT 'Owner history: the owner on a day is the last row with valid_from on or before it (highest id wins within a day)';
