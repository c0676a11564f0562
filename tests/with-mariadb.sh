#!/usr/bin/env bash
# Runs a command against a private MariaDB: with-mariadb.sh FOLDER COMMAND…
#
# The server keeps its data in FOLDER, listens on a unix socket only, and ends with this script, whatever happens. The
# command finds it through DABIAO_DB_SOCKET, DABIAO_DB_USER and DABIAO_DB_NAME; DABIAO_TEST_DB_PID is its process.
# FOLDER is made when it is missing; data that is there already is used again. With "-" it is a temporary one.
set -euo pipefail

fail() {
    echo "with-mariadb: $*" >&2
    exit 70
}

[ $# -ge 2 ] || fail "usage: with-mariadb.sh FOLDER COMMAND…"
export PATH="$PATH:/usr/sbin:/sbin"
# A socket's path must stay below 108 bytes, so it gets a short folder of its own.
sockets=$(mktemp -d /tmp/dabiao-db.XXXXXX)
if [ "$1" = - ]; then
    folder=$sockets/files
    mkdir "$folder"
    chmod 755 "$sockets"
else
    mkdir -p "$1"
    folder=$(cd "$1" && pwd -P)
fi
shift
server=
run_as=(setpriv)

stop() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$server" ]; then
        kill -TERM "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$sockets"
    exit "$status"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

# The server refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
    id -u mysql >/dev/null 2>&1 || fail "the user mysql is missing; install mariadb-server"
    run_as=(setpriv --reuid=mysql --regid=mysql --clear-groups)
    chown mysql:mysql "$folder" "$sockets"
fi

cat >"$folder/my.cnf" <<CONF
[mariadbd]
datadir=$folder/data
socket=$sockets/db.sock
pid-file=$folder/db.pid
log-error=$folder/error.log
plugin-dir=/usr/lib/mysql/plugin
skip-networking
skip-name-resolve
skip-log-bin
performance_schema=OFF
character-set-server=utf8mb4
collation-server=utf8mb4_uca1400_ai_ci
max_allowed_packet=64M
innodb_flush_log_at_trx_commit=0
sync_binlog=0
innodb_flush_method=nosync
innodb_log_file_size=64M
innodb_buffer_pool_size=128M
CONF

if [ ! -d "$folder/data/mysql" ]; then
    "${run_as[@]}" --pdeathsig TERM mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal \
        --skip-test-db --skip-name-resolve --innodb-log-file-size=16M >"$folder/install.log" 2>&1 ||
        fail "the database could not be made, see $folder/install.log"
fi
# With a death signal, so that the server goes even when this script is killed.
"${run_as[@]}" --pdeathsig TERM mariadbd --defaults-file="$folder/my.cnf" 2>>"$folder/error.log" &
server=$!
for _ in $(seq 200); do
    if mariadb-admin --no-defaults --socket="$sockets/db.sock" --user=root --silent ping >/dev/null 2>&1; then
        break
    fi
    kill -0 "$server" 2>/dev/null || fail "MariaDB did not start, see $folder/error.log"
    sleep 0.05
done

export DABIAO_DB_SOCKET=$sockets/db.sock DABIAO_DB_USER=root DABIAO_DB_NAME=dabiao_test DABIAO_TEST_DB_PID=$server
mariadb --no-defaults --socket="$DABIAO_DB_SOCKET" --user=root --execute="CREATE DATABASE IF NOT EXISTS $DABIAO_DB_NAME
    CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci"
"$@"
