#!/usr/bin/env bash
# Builds what is out of date: `scripts/build.sh release|asan|debug [backend]`. The second word leaves out the front end.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

mode=$1
build() {
    local title=$1 log=$ROOT/build/log/$2.log
    shift 2
    if env -u MAKEFLAGS -u MAKELEVEL make -C "$ROOT" -q "$@" >/dev/null 2>&1; then
        return
    fi
    step "$title" "$log" env -u MAKEFLAGS -u MAKELEVEL make -C "$ROOT" -j"$(nproc)" "$@"
}

build "Building the back end ($mode)" "backend-$mode" MODE="$mode" all
if [ "${2:-}" != backend ]; then
    build "Fetching the front end's parts (npm)" npm npm-ci
    build "Building the front end" frontend frontend
fi
