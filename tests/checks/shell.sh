#!/usr/bin/env bash
# Every shell script passes shellcheck.
set -euo pipefail
cd "$(dirname "$0")/../.."

mapfile -t scripts < <(git ls-files -co --exclude-standard | while read -r file; do
    if [ -f "$file" ] && head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh$'; then
        printf '%s\n' "$file"
    fi
done)
shellcheck -x "${scripts[@]}"
