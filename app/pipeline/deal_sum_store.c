/* SQL of opportunities counted and summed by currency. */
#include "deal_sum_store.h"

enum { AT_CURRENCY, AT_COUNT, AT_AMOUNT, AT_WEIGHTED, AT_BASE, AT_BASE_WEIGHTED };

void deal_sum_columns(struct query *query)
{
    /* Decimals: sums, and an amount times a chance, need not fit into 64 bits. */
    query_sql(query, "t.currency, COUNT(*) AS deals, CAST(SUM(t.amount_minor) AS DECIMAL(30)) AS amount, "
                     "CAST(SUM(ROUND(CAST(t.amount_minor AS DECIMAL(30)) * t.win_probability_ppm * 0.000001)) "
                     "AS DECIMAL(30)) AS weighted, CAST(SUM(t.base_minor) AS DECIMAL(30)) AS base, "
                     "CAST(SUM(t.base_weighted_minor) AS DECIMAL(30)) AS base_weighted");
}

enum err deal_sum_read(struct request *request, const struct rows *rows, size_t i, size_t at, struct deal_sum *out)
{
    for (size_t c = AT_AMOUNT; c < DEAL_SUM_WIDTH; c++) {
        if (rows_get(rows, i, at + c).type != VALUE_INT) {
            return error_set(request->error, ERR_INVALID, "The amounts are too large to be added.");
        }
    }
    *out = (struct deal_sum){
        .currency = rows_get(rows, i, at + AT_CURRENCY).text,
        .count = rows_get(rows, i, at + AT_COUNT).integer,
        .amount_minor = rows_get(rows, i, at + AT_AMOUNT).integer,
        .weighted_minor = rows_get(rows, i, at + AT_WEIGHTED).integer,
        .base_minor = rows_get(rows, i, at + AT_BASE).integer,
        .base_weighted_minor = rows_get(rows, i, at + AT_BASE_WEIGHTED).integer,
    };
    return OK;
}
