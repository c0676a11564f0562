#!/usr/bin/env bash
# Forgets the data of `make run`: the database, files, secrets and logs in DABIAO_VAR (var).
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

VAR=$(cd "$ROOT" && realpath -ms "${DABIAO_VAR:-var}")
[ -d "$VAR" ] || die "there is nothing in $VAR"
[ -e "$VAR/dabiao.env" ] || die "$VAR holds no data of Dabiao; nothing was removed"
check_not_running "$VAR"
if [ -L "$VAR" ]; then
    rm -rf "$(readlink -f "$VAR")"
fi
rm -rf "$VAR"
say "$VAR is empty; the next 'make run' starts anew"
