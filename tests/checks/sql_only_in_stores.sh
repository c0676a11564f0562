#!/usr/bin/env bash
# SQL stands in *_store.c, and in the few platform files that make SQL from tables of fields; nowhere else. In stores the
# keywords are upper-case, and no text is printed into a statement: values are bound, parts come from platform/query.h.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Who else may hold SQL: the connection and the migrations, and the compilers of filters and scopes.
builders='app/platform/(db|db_[a-z]+|tx|migrate|query|filter_sql|scope)\.c'
verbs='(SELECT|INSERT (IGNORE )?INTO|REPLACE INTO|UPDATE [a-z_`]+|DELETE FROM|ALTER TABLE|CREATE TABLE|DROP TABLE)'
faults=0

complain() {
    if [ -n "$2" ]; then
        echo "$1"
        printf '%s\n' "$2"
        faults=1
    fi
}

mapfile -t files < <(find app -name '*.[ch]' | sort)
code=$(perl tests/checks/code.pl "${files[@]}")
outside=$(grep -vE "^($builders|[^:]*_store\.c):" <<<"$code" || true)
stores=$(grep -E '^[^:]*_store\.c:' <<<"$code" || true)

complain "SQL outside a store:" \
    "$(grep -E "\"[^\"]*\b$verbs( |\")|\b(STATEMENT|STATEMENT_ROWS)\(" <<<"$outside" | grep -vE ':#define ' || true)"
complain "A statement is run outside a store (db_one, db_many, db_each, db_exec, db_query, db_run, db_bulk):" \
    "$(grep -E '\bdb_(one|many|each|exec|exec_result|query|query_each|run|bulk|script)\(' <<<"$outside" || true)"
complain "SQL keywords are upper-case:" \
    "$(grep -E '"[^"]*\b(select .* from|insert into|update [a-z_]+ set|delete from|order by|group by|left join)\b' <<<"$stores" || true)"
complain "Values are bound, not printed into SQL:" \
    "$(grep -E "(str_format|buf_format|printf)\(.*\"[^\"]*\b($verbs|WHERE|VALUES|SET|FROM|JOIN) [^\"]*%" <<<"$stores" || true)"
exit "$faults"
