#!/usr/bin/env bash
# Each header compiles alone and has a guard of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."

read -ra flags < <(pkg-config --cflags jansson expat libzip | tr '\n' ' '; mariadb_config --include)
mapfile -t headers < <(find app include tests/unit -name '*.h' | sort)
# shellcheck disable=SC2016 # expanded by the inner shell
faults=$(printf '%s\n' "${headers[@]}" | xargs -P 2 -I{} sh -c '
    header=$1
    shift
    printf "#include \"%s\"\n#include \"%s\"\n" "$header" "$header" |
        "${CC:-gcc}" -std=gnu11 -Wall -Wextra -Werror -D_GNU_SOURCE -I. -Iinclude "$@" -fsyntax-only -x c - 2>&1 || true
' _ {} "${flags[@]}")
guards=$(for header in "${headers[@]}"; do
    sed -nE 's/^#ifndef (DABIAO_[A-Z0-9_]+_H)$/\1/p' "$header" | head -n 1 | grep . || echo "NO_GUARD_IN $header"
done)
doubled=$(sort <<<"$guards" | uniq -d)
missing=$(grep NO_GUARD <<<"$guards" || true)
if [ -n "$faults$doubled$missing" ]; then
    echo "Headers that do not compile alone, have no guard DABIAO_…_H, or share one:"
    printf '%s\n' "$faults" "$doubled" "$missing" | grep .
    exit 1
fi
