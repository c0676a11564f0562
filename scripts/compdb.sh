#!/usr/bin/env bash
# compile_commands.json on standard output: scripts/compdb.sh FLAGS… -- SOURCES…
set -euo pipefail

flags=()
while [ "$1" != -- ]; do
    flags+=("$1")
    shift
done
shift
first=yes
printf '['
for source in "$@"; do
    [ "$first" = yes ] || printf ','
    first=no
    printf '\n{"directory": "%s", "file": "%s", "command": "gcc %s -c %s"}' "$PWD" "$source" "${flags[*]}" "$source"
done
printf '\n]\n'
