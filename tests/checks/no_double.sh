#!/usr/bin/env bash
# Money, rates and counts are integers. No floating point in the program, except where a reason is given here.
set -euo pipefail
cd "$(dirname "$0")/../.."

allowed=(
    'app/engines/attain.c'      # statistics: probabilities
    'app/engines/forecast.c'    # statistics: probabilities and draws
    'app/engines/velocity.c'    # statistics: logarithms
    'app/engines/sheet_write.c' # the library of spreadsheets takes its cells as double
)

mapfile -t files < <(find app include -name '*.[ch]' | sort)
skip=$(printf '%s|' "${allowed[@]//./\\.}")
found=$(perl tests/checks/code.pl --no-strings "${files[@]}" | grep -vE "^(${skip%|}):" |
    grep -E '\b(double|float)\b|\b(strtod|strtof|atof|json_real|json_real_value|json_number_value|floor|ceil|round|lround|pow|sqrt)\(' |
    grep -vE ':[0-9]+: *#' || true)
if [ -n "$found" ]; then
    echo "Floating point near figures; use integers (money_*, ratio_ppm):"
    printf '%s\n' "$found"
    exit 1
fi
