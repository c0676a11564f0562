#!/usr/bin/env bash
# `make run`: from a bare Debian 12 to the running program. Installs what is missing, builds, then hands over to
# stack.sh, which runs in the foreground until Ctrl-C.
#   DABIAO_PORT (8080)  DABIAO_VAR (var)  DABIAO_DEMO (yes; no: an empty company)
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

PORT=${DABIAO_PORT:-8080}
VAR=$(cd "$ROOT" && realpath -ms "${DABIAO_VAR:-var}")

# What would make the start fail in the end is told before minutes are spent on building.
if [ -n "${VAR##"$ROOT"/*}" ] && [ ! -d "$(dirname "$VAR")" ]; then
    die "the folder $(dirname "$VAR") does not exist; choose another with DABIAO_VAR"
fi
check_not_running "$VAR"
check_port "$PORT"
check_space "$VAR"

"$ROOT/scripts/install.sh" run
"$ROOT/scripts/build.sh" release
exec "$ROOT/scripts/stack.sh" --var "$VAR" --port "$PORT" --demo "${DABIAO_DEMO:-yes}"
