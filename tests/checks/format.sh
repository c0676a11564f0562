#!/bin/bash
# C sources are as clang-format writes them: `make fmt` puts it right.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror
