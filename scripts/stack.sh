#!/usr/bin/env bash
# One whole program in one folder: a private MariaDB, `dabiao serve` and nginx, in the foreground until TERM, INT or HUP.
#
#   scripts/stack.sh --var DIR --port N [--binary FILE] [--www DIR] [--fast] [--demo yes|no] [--quiet]
#
# What dies is started again, as a service manager would; what dies five times in a minute ends the program. Nothing
# outlives this script: each service gets TERM from the kernel when its parent dies, even by KILL.
# As root, MariaDB runs as `mysql`, the workers and nginx as `www-data`; otherwise everything runs as the user.
# --fast trades durability for speed (tests). When all is up, DIR/stack.json says how to reach it. With a file DIR/forget
# the folder is removed at the end.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

VAR="" PORT=8080 BINARY="$ROOT/build/release/dabiao" WWW="$ROOT/frontend/dist" FAST=no DEMO=yes QUIET=no
while [ $# -gt 0 ]; do
    case $1 in
    --var) VAR=$2 && shift ;;
    --port) PORT=$2 && shift ;;
    --binary) BINARY=$2 && shift ;;
    --www) WWW=$2 && shift ;;
    --demo) DEMO=$2 && shift ;;
    --fast) FAST=yes ;;
    --quiet) QUIET=yes ;;
    *) die "stack.sh does not know $1" ;;
    esac
    shift
done
[ -n "$VAR" ] || die "stack.sh needs --var DIR"
BINARY=$(realpath -m "$BINARY") WWW=$(realpath -m "$WWW")
PUBLIC_URL=${DABIAO_PUBLIC_URL:-http://127.0.0.1:$PORT}

DB_USER=$(id -un) APP_USER=$DB_USER
if is_root; then
    DB_USER=mysql APP_USER=www-data
fi

declare -A PIDS=()   # service → process
declare -A DEATHS=() # service → times of its last deaths, in seconds, separated by blanks

ON_TERMINAL=no
if [ -t 1 ]; then
    ON_TERMINAL=yes
fi

# The terminal may be gone by the time this speaks; the work goes on.
tell() {
    if [ "$QUIET" = no ]; then
        say "$@" 2>/dev/null || true
    fi
}

# --- folders ------------------------------------------------------------------------------------------------------

# Whether a user can reach a folder (some parent may be closed to it, as /root is).
reaches() {
    local user=$1 path=$2
    if ! is_root; then
        return 0
    fi
    setpriv --reuid="$user" --regid="$user" --clear-groups test -x "$path"
}

# The data folder. Below a home closed to the service users it becomes a link to a folder of its own in /var/lib.
make_var() {
    local elsewhere
    if [ -L "$VAR" ] && [ ! -d "$VAR" ]; then
        rm "$VAR" # it leads to a folder that is gone
    fi
    VAR=$(readlink -f "$VAR")
    mkdir -p "$VAR" 2>/dev/null || die "the folder $VAR cannot be made; choose another with DABIAO_VAR"
    [ -w "$VAR" ] || die "the folder $VAR is not writable for $(id -un); choose another with DABIAO_VAR"
    if ! reaches "$APP_USER" "$VAR/." || ! reaches "$DB_USER" "$VAR/."; then
        rmdir "$VAR" 2>/dev/null ||
            die "$VAR is closed to the users $DB_USER and $APP_USER; choose another folder with DABIAO_VAR"
        mkdir -p /var/lib/dabiao
        elsewhere=$(mktemp -d /var/lib/dabiao/XXXXXX)
        chmod 755 "$elsewhere"
        ln -s "$elsewhere" "$VAR"
        tell "$(dirname "$VAR") is closed to other users: the data is in $elsewhere, $VAR leads there"
    fi
    VAR=$(cd "$VAR" && pwd -P)
    cd "$VAR" # the service users may not be able to read the folder this was started from
}

# A folder for one of the service users.
own_folder() {
    local user=$1 mode=$2 path=$3
    mkdir -p "$path"
    if is_root; then
        chown "$user:www-data" "$path"
    fi
    chmod "$mode" "$path"
}

# Unix sockets have short names (107 bytes): in a deep folder, `run` leads to a short one.
make_run_folder() {
    RUN=$VAR/run
    if [ "${#RUN}" -gt 80 ]; then
        if [ ! -d "$RUN/." ]; then
            rm -f "$RUN"
            ln -s "$(mktemp -d /tmp/dabiao-XXXXXX)" "$RUN"
        fi
        RUN=$(readlink "$RUN")
    fi
    mkdir -p "$RUN"
    chmod 755 "$RUN"
    own_folder "$DB_USER" 750 "$RUN/db"
    own_folder "$APP_USER" 750 "$RUN/app"
}

make_folders() {
    make_run_folder
    mkdir -p "$VAR/log" "$VAR/mariadb"
    own_folder "$DB_USER" 700 "$VAR/mariadb/tmp"
    own_folder "$APP_USER" 750 "$VAR/files"
    own_folder "$APP_USER" 750 "$VAR/nginx"
    own_folder "$APP_USER" 750 "$VAR/nginx/tmp"
    own_folder "$APP_USER" 750 "$VAR/nginx/run"
    own_folder "$APP_USER" 750 "$VAR/secrets"
    touch "$VAR/log/mariadb.log"
    if is_root; then
        chown mysql "$VAR/log/mariadb.log"
    fi
    DB_SOCKET=$RUN/db/mysql.sock
}

# Only one program a folder. The services inherit the lock, so it is free only when all of an earlier one are gone.
take_lock() {
    exec 9>>"$VAR/lock"
    if flock -n 9; then
        return
    fi
    check_not_running "$VAR"
    tell "Waiting for the services of an earlier start to end …"
    flock -w 40 9 || die "services of an earlier start still run from $VAR; stop them first"
}

check_machine() {
    local first_port name
    if ! [[ $PORT =~ ^[0-9]{1,5}$ ]] || [ "$PORT" -lt 1 ] || [ "$PORT" -gt 65535 ]; then
        die "DABIAO_PORT must be a number from 1 to 65535, not '$PORT'"
    fi
    first_port=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null || echo 1024)
    [ "$PORT" -ge "$first_port" ] || die "ports below $first_port are not for ordinary programs; choose another with DABIAO_PORT"
    check_port "$PORT"
    check_space "$VAR"
    for name in mariadbd mariadb-install-db mariadb nginx curl setpriv flock; do
        command -v "$name" >/dev/null || die "the program $name is missing; 'scripts/install.sh run' installs it"
    done
}

# A log that has grown over the runs is set aside once.
start_log() {
    local log=$VAR/log/$1
    if [ -f "$log" ] && [ "$(stat -c %s "$log")" -gt 50000000 ]; then
        mv -f "$log" "$log.1"
    fi
    touch "$log"
}

# --- services -----------------------------------------------------------------------------------------------------

# Starts a service as a user in a process group of its own: Ctrl-C reaches this script alone, which stops them in order.
start_service() {
    local name=$1 user=$2 log=$3
    shift 3
    if is_root; then
        setsid setpriv --reuid="$user" --regid="$user" --init-groups --pdeathsig TERM "$@" >>"$log" 2>&1 &
    else
        setsid setpriv --pdeathsig TERM "$@" >>"$log" 2>&1 &
    fi
    PIDS[$name]=$!
    disown "$!" # its death is told by revive, not by the shell
}

# Runs a command as a user and waits for it; it does not outlive this script either.
as_user() {
    local user=$1
    shift
    if is_root; then
        setpriv --reuid="$user" --regid="$user" --init-groups --pdeathsig TERM "$@"
    else
        setpriv --pdeathsig TERM "$@"
    fi
}

# Runs the statements on standard input as the database's administrator.
admin_sql() {
    mariadb --no-defaults --socket="$DB_SOCKET" --user="$(id -un)" --batch --skip-column-names
}

# Ends with the last lines of a log: why a service did not come up.
die_with_log() {
    tail -n 5 "$2" >&2 || true
    die "$1; the log is $2"
}

# Waits until a command succeeds, its service is gone, or the seconds are over.
#   wait_for SECONDS SERVICE COMMAND…
wait_for() {
    local until=$((SECONDS + $1)) name=$2
    shift 2
    while ! "$@" >/dev/null 2>&1; do
        if ! kill -0 "${PIDS[$name]}" 2>/dev/null || [ "$SECONDS" -ge "$until" ]; then
            return 1
        fi
        sleep 0.1
    done
}

write_database_settings() {
    local flush=1 method=O_DIRECT pool=256M sort=4M
    if [ "$FAST" = yes ]; then
        flush=2 method=nosync pool=128M # a killed server loses nothing, a killed machine may
    fi
    # Indexes of large tables are built in it: a server that was given memory has some for that.
    if [ -n "${DABIAO_DB_MEMORY:-}" ]; then
        sort=64M
    fi
    sed -e "s|@DIR@|$VAR/mariadb|g" -e "s|@SOCKET@|$DB_SOCKET|" -e "s|@LOG@|$VAR/log/mariadb.log|" \
        -e "s|@FLUSH@|$flush|" -e "s|@FLUSH_METHOD@|$method|" -e "s|@BUFFER_POOL@|${DABIAO_DB_MEMORY:-$pool}|" -e "s|@SORT_BUFFER@|$sort|" \
        -e "s|@REDO_LOG@|${DABIAO_DB_LOG:-64M}|" \
        "$ROOT/scripts/mariadb.cnf.in" >"$VAR/mariadb/my.cnf"
    chmod 644 "$VAR/mariadb/my.cnf"
}

install_database() {
    if [ -d "$VAR/mariadb/data" ]; then
        return
    fi
    tell "Making an empty database"
    rm -rf "$VAR/mariadb/new"
    own_folder "$DB_USER" 700 "$VAR/mariadb/new"
    as_user "$DB_USER" mariadb-install-db --no-defaults --datadir="$VAR/mariadb/new" --skip-test-db --skip-name-resolve \
        --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" --innodb-log-file-size=64M \
        >"$VAR/log/install-db.log" 2>&1 || die_with_log "the database could not be made" "$VAR/log/install-db.log"
    mv "$VAR/mariadb/new" "$VAR/mariadb/data" # only a complete one counts
}

start_database() {
    start_service mariadb "$DB_USER" "$VAR/log/mariadb.log" mariadbd --defaults-file="$VAR/mariadb/my.cnf"
}

database_answers() {
    admin_sql <<<'SELECT 1'
}

# The program's own database user. Its password is the content of secrets/db_password.
make_database_user() {
    local password
    password=$(cat "$VAR/secrets/db_password")
    admin_sql <<SQL
CREATE DATABASE IF NOT EXISTS dabiao CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci;
CREATE USER IF NOT EXISTS dabiao@localhost;
ALTER USER dabiao@localhost IDENTIFIED BY '$password';
GRANT ALL ON dabiao.* TO dabiao@localhost;
SQL
}

make_secret() {
    local file=$VAR/secrets/$1
    if [ ! -s "$file" ]; then
        head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$file"
    fi
    chmod 640 "$file"
    if is_root; then
        chown "root:$APP_USER" "$file"
    fi
}

# A copy of what runs, so that a build in the checkout does not touch it, and the service users can read it.
install_program() {
    [ -x "$BINARY" ] || die "the program $BINARY is not built yet; run 'make'"
    rm -rf "$VAR/program.new"
    mkdir -p "$VAR/program.new/www"
    cp "$BINARY" "$VAR/program.new/dabiao"
    cp -R "$ROOT/sql" "$VAR/program.new/sql"
    if [ -d "$WWW" ]; then
        cp -R "$WWW/." "$VAR/program.new/www/"
    fi
    chmod -R a+rX "$VAR/program.new"
    rm -rf "$VAR/program"
    mv "$VAR/program.new" "$VAR/program"
}

# Settings of this folder, for the services and for scripts/dabiao. Variables of the environment come before them.
write_settings() {
    cat >"$VAR/dabiao.env" <<SETTINGS
# Written at each start by scripts/stack.sh; the environment comes before these values.
DABIAO_DB_SOCKET=$DB_SOCKET
DABIAO_DB_NAME=dabiao
DABIAO_DB_USER=dabiao
DABIAO_DB_PASSWORD_FILE=$VAR/secrets/db_password
DABIAO_JWT_KEY_FILE=$VAR/secrets/jwt_key
DABIAO_FCGI_SOCKET=$RUN/app/api.sock
DABIAO_EVENTS_SOCKET=$RUN/app/events.sock
DABIAO_METRICS_SOCKET=$RUN/app/metrics.sock
DABIAO_DATA_DIR=$VAR/files
DABIAO_SQL_DIR=$VAR/program/sql
DABIAO_PUBLIC_URL=$PUBLIC_URL
DABIAO_SECURE_COOKIES=false
SETTINGS
    export DABIAO_CONFIG_FILE=$VAR/dabiao.env
}

dabiao() {
    as_user "$APP_USER" "$VAR/program/dabiao" "$@"
}

migrate() {
    local log=$VAR/log/migrate.log
    if ! dabiao migrate >"$log" 2>&1; then
        grep -v '^{' "$log" | tail -n 3 >&2 # its own sentence: a newer database, a failed migration
        exit 1
    fi
}

fill_demo() {
    local log=$VAR/log/demo.log
    if [ "$DEMO" = no ] || [ -e "$VAR/demo-accounts.txt" ]; then
        return
    fi
    tell "Filling the demo company"
    dabiao demo >"$VAR/demo-accounts.new" 2>"$log" || die_with_log "the demo company could not be filled" "$log"
    mv "$VAR/demo-accounts.new" "$VAR/demo-accounts.txt"
}

start_program() {
    start_service dabiao "$APP_USER" "$VAR/log/dabiao.log" "$VAR/program/dabiao" serve
}

write_nginx_settings() {
    local per_minute=30 burst=30
    if [ "$FAST" = yes ]; then
        per_minute=60000 burst=1000
    fi
    LISTEN=127.0.0.1:$PORT API_SOCKET=$RUN/app/api.sock EVENTS_SOCKET=$RUN/app/events.sock \
        WWW=$VAR/program/www FILES=$VAR/files SIGN_IN_PER_MINUTE=${DABIAO_SIGN_IN_PER_MINUTE:-$per_minute} \
        SIGN_IN_BURST=${DABIAO_SIGN_IN_BURST:-$burst} "$ROOT/nginx/render.sh" "$VAR/nginx"
}

start_nginx() {
    rm -f "$RUN/app/events.sock" # nginx refuses a socket that an earlier one left behind
    start_service nginx "$APP_USER" "$VAR/log/nginx.log" nginx -p "$VAR/nginx/" -c conf/nginx.conf -e stderr
}

# --- the life of the stack ----------------------------------------------------------------------------------------

# Asks a service to end and waits; past the seconds its whole process group is killed.
stop_service() {
    local name=$1 until=$((SECONDS + $2)) pid=${PIDS[$1]:-}
    if [ -z "$pid" ]; then
        return 0 # a bare return would repeat the status from before the trap
    fi
    kill -TERM "$pid" 2>/dev/null || true
    while kill -0 "$pid" 2>/dev/null && [ "$SECONDS" -lt "$until" ]; do
        sleep 0.05
    done
    kill -KILL -- "-$pid" 2>/dev/null || true
    unset "PIDS[$name]"
}

stop_all() {
    local status=$?
    trap '' INT TERM HUP
    trap - EXIT
    if [ "${#PIDS[@]}" -gt 0 ]; then
        tell "Stopping …"
        stop_service nginx 5
        stop_service dabiao 15
        stop_service mariadb 60
        tell "Stopped; everything is in $VAR"
    fi
    rm -f "$VAR/stack.json" "$VAR/stack.pid"
    if [ -L "$VAR/run" ]; then
        rm -rf "$RUN" "$VAR/run"
    fi
    if [ -e "$VAR/forget" ]; then # whoever started this is gone and asked for it
        cd / && rm -rf "$VAR"
    fi
    exit "$status"
}

# Starts a dead service again, each time a second later, unless it died five times within a minute.
revive() {
    local name=$1 now=$SECONDS time count recent=""
    for time in ${DEATHS[$name]:-}; do
        if [ $((now - time)) -lt 60 ]; then
            recent="$recent $time"
        fi
    done
    DEATHS[$name]="$recent $now"
    count=$(wc -w <<<"${DEATHS[$name]}")
    if [ "$count" -ge 5 ]; then
        die_with_log "$name does not stay up" "$VAR/log/$name.log"
    fi
    tell "$name ended unexpectedly; starting it again"
    sleep "$((count - 1))"
    case $name in
    mariadb) start_database ;;
    dabiao) start_program ;;
    nginx) start_nginx ;;
    esac
}

# Watches the services until a signal comes, or the terminal it was started on has gone. Waiting is a read from a pipe
# that never gives anything.
watch_services() {
    local name pid
    exec 8<> <(:)
    while [ "$ON_TERMINAL" = no ] || [ -t 1 ]; do
        for name in "${!PIDS[@]}"; do
            pid=${PIDS[$name]}
            # The program does not start without its database, so that one comes first.
            if ! kill -0 "$pid" 2>/dev/null && { [ "$name" != dabiao ] || database_answers >/dev/null 2>&1; }; then
                kill -KILL -- "-$pid" 2>/dev/null || true # what an ended master left behind
                revive "$name"
            fi
        done
        read -r -t 0.5 -u 8 || true
    done
}

# How to reach the program and where its accounts are told.
welcome() {
    printf '\n  Dabiao 达标 is running:  %s\n\n' "$PUBLIC_URL"
    if [ -e "$VAR/demo-accounts.txt" ]; then
        sed 's/^/  /' "$VAR/demo-accounts.txt"
    else
        printf '  Make the first account with: scripts/dabiao create-admin NAME\n'
    fi
    printf '\n  Data and logs: %s   Ctrl-C stops everything.\n\n' "$VAR"
}

write_stack_file() {
    echo "$$" >"$VAR/stack.pid"
    cat >"$VAR/stack.json.new" <<JSON
{"url": "http://127.0.0.1:$PORT", "pid": $$, "var": "$VAR", "run": "$RUN", "binary": "$VAR/program/dabiao",
 "config": "$VAR/dabiao.env", "db_socket": "$DB_SOCKET", "db_admin": "$(id -un)", "app_user": "$APP_USER",
 "services": {"mariadb": ${PIDS[mariadb]}, "dabiao": ${PIDS[dabiao]}, "nginx": ${PIDS[nginx]}}}
JSON
    mv "$VAR/stack.json.new" "$VAR/stack.json"
}

main() {
    make_var
    take_lock
    check_machine
    echo "$$" >"$VAR/stack.pid"
    trap stop_all EXIT
    trap 'exit 0' INT TERM HUP # the services are stopped on the way out
    make_folders
    for name in mariadb.log dabiao.log nginx.log; do
        start_log "$name"
    done
    make_secret db_password
    make_secret jwt_key
    install_program
    write_settings
    write_database_settings
    write_nginx_settings

    install_database
    tell "Starting MariaDB"
    start_database
    wait_for 60 mariadb database_answers || die_with_log "MariaDB did not start" "$VAR/log/mariadb.log"
    make_database_user
    tell "Migrating the database"
    migrate
    fill_demo
    tell "Starting the workers and nginx"
    start_program
    start_nginx
    wait_for 10 nginx port_taken "$PORT" || die_with_log "nginx did not start" "$VAR/log/nginx.log"
    wait_for 30 dabiao curl -sf -o /dev/null "http://127.0.0.1:$PORT/readyz" ||
        die_with_log "the program did not become ready" "$VAR/log/dabiao.log"
    write_stack_file
    if [ "$QUIET" = no ]; then
        welcome
    fi
    watch_services
}

main
