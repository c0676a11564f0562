#!/usr/bin/env bash
# What is printed from the program's own tables is fresh: .env.example, include/openapi.json.
set -euo pipefail
cd "$(dirname "$0")/../.."

program=build/${MODE:-release}/dabiao
compare() {
    local file=$1
    shift
    if ! "$@" | diff -u "$file" - >build/generated.diff; then
        head -n 30 build/generated.diff
        echo "$file is not what '$*' prints; run 'make gen'"
        exit 1
    fi
}
compare .env.example "$program" config --example
compare include/openapi.json "$program" routes --openapi
