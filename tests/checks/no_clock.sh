#!/usr/bin/env bash
# Business code has one clock, req->now, so that a rule can be tested at any moment and a run gives the same result
# twice. Only the platform, and commands where they begin, look at the time. The same holds for SQL in features.
set -euo pipefail
cd "$(dirname "$0")/../.."

calls='(time|clock|clock_gettime|gettimeofday|timespec_get|localtime|localtime_r|gmtime|gmtime_r|mktime|strftime|tzset|instant_now)'
in_sql='(NOW|CURDATE|CURTIME|SYSDATE|UNIX_TIMESTAMP|UTC_TIMESTAMP|UTC_DATE|CURRENT_TIMESTAMP|CURRENT_DATE|LOCALTIME)'
faults=0

complain() {
    if [ -n "$2" ]; then
        echo "$1"
        printf '%s\n' "$2"
        faults=1
    fi
}

mapfile -t files < <(find app -name '*.c' -not -path 'app/platform/*' | sort)
code=$(perl tests/checks/code.pl "${files[@]}")
complain "The clock is read outside the platform; use req->now:" \
    "$(grep -vE '^[^:]*_command\.c:|^app/main\.c:' <<<"$code" | grep -E "(^|[^a-zA-Z0-9_.>])$calls\(" || true)"
complain "SQL asks the database for the time; pass req->now:" \
    "$(grep -E "\"[^\"]*\b$in_sql(\(|\b[^_])" <<<"$code" || true)"
complain "An engine calculates; it draws no random numbers of its own:" \
    "$(grep -E '^app/engines/' <<<"$code" | grep -E '\b(rand|random|srand|srandom|getrandom|randombytes_buf)\(' || true)"
exit "$faults"
