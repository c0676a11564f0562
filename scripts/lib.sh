#!/usr/bin/env bash
# What the scripts share: messages with times, one clear sentence before a failing exit, and where things are.
# Sourced, never run. Sets ROOT (the checkout) and nothing else outside its functions.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
export ROOT

# Below this the program does not start: a full disk in the middle of work is worse.
MIN_FREE_MB=300

# Times are told from the start of the first script, which may hand over to others.
export DABIAO_BEGAN=${DABIAO_BEGAN:-$EPOCHSECONDS}

# Only what the program needs is looked up in PATH; root's tools are often missing from an ordinary user's.
export PATH="$ROOT/.tools/bin:$PATH:/usr/sbin:/sbin"

# A line for the person who waits: seconds since the start, then the text.
say() {
    printf '[%4d s] %s\n' "$((EPOCHSECONDS - DABIAO_BEGAN))" "$*"
}

# One sentence on what is wrong, then a failing exit.
die() {
    printf 'dabiao: %s\n' "$*" >&2
    exit 1
}

# Runs a command with its output in a log file and says how long it took; on failure shows the end of that log.
#   step "Building the front end" LOGFILE COMMAND…
step() {
    local title=$1 log=$2 began=$SECONDS
    shift 2
    mkdir -p "$(dirname "$log")"
    say "$title …"
    if ! "$@" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        die "$title failed; the whole output is in $log"
    fi
    say "$title: done in $((SECONDS - began)) s"
}

# Free megabytes of the file system that will hold a path (which need not exist yet).
free_mb() {
    local path=$1
    while [ ! -e "$path" ]; do
        path=$(dirname "$path")
    done
    df -Pm "$path" | awk 'NR == 2 { print $4 }'
}

# Whether something listens on 127.0.0.1:PORT.
port_taken() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# The three things that are checked both before a build and at the start itself.
check_port() {
    if port_taken "$1"; then
        die "port $1 is taken by another program; choose another, for example: make run DABIAO_PORT=$((10#$1 + 10))"
    fi
}

check_space() {
    local free
    free=$(free_mb "$1")
    [ "$free" -ge "$MIN_FREE_MB" ] || die "only $free MB are free where $1 is; at least $MIN_FREE_MB MB are needed"
}

check_not_running() {
    local other
    other=$(cat "$1/stack.pid" 2>/dev/null || true)
    if [ -n "$other" ] && kill -0 "$other" 2>/dev/null; then
        die "Dabiao already runs from $1 (process $other); stop it first, or choose another folder with DABIAO_VAR"
    fi
}

is_root() {
    [ "$(id -u)" -eq 0 ]
}

# Whether the node in PATH can build the front end (Vite 8: 20.19 or 22.12 and later).
node_fits() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number);
                 process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)'
}
