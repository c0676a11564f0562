#!/usr/bin/env bash
# 100,000 requests of many kinds against the release build with the demo company: no answer may be a 5xx or another than
# expected, no worker may end, pass 24 MB or grow. SOAK_REQUESTS says another number.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../scripts/lib.sh"

"$ROOT/scripts/install.sh" run
"$ROOT/scripts/build.sh" release backend
# No worker is replaced by the clock: growth would begin anew with each.
export DABIAO_WORKER_REQUESTS=100000000
exec setpriv --pdeathsig TERM node "$ROOT/tests/long/soak.mjs"
