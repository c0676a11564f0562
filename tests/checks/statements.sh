#!/usr/bin/env bash
# Every statement of the program fits the schema that the migrations make: a renamed column fails here.
set -euo pipefail
cd "$(dirname "$0")/../.."

export DABIAO_SQL_DIR=$PWD/sql
# shellcheck disable=SC2016 # expanded by the inner shell
output=$(tests/with-mariadb.sh - sh -c '"$1" migrate && "$1" check-sql' _ "build/${MODE:-release}/dabiao" 2>&1) || {
    grep -v '^{' <<<"$output" || true
    exit 1
}
