/* Rates of exchange by day. A document keeps the rate of its own business date; a later correction of the rate leaves
 * it (docs/adr/rates-kept.md). */
#include "rate_rules.h"

#include "engines/currency.h"
#include "money.h"
#include "platform/company.h"
#include "rate_store.h"

enum { RATE_MAX = 1000000 }; /* units of the company's currency for one */

static const struct field FIELDS[] = {
    {.name = "name",
     .zh = "名称",
     .en = "Name",
     .type = FIELD_TEXT,
     .max = 20,
     .flags = FIELD_READ_ONLY | FIELD_UNIQUE | FIELD_LABEL,
     .about = "currency and day: one rate each"},
    {.name = "currency",
     .zh = "币种",
     .en = "Currency",
     .type = FIELD_CURRENCY,
     .min = 3,
     .max = 3,
     .flags = FIELD_REQUIRED,
     .about = "another one than the company's"},
    {.name = "rate_on",
     .zh = "日期",
     .en = "Day",
     .type = FIELD_DATE,
     .flags = FIELD_REQUIRED | FIELD_SORTABLE,
     .about = "first day for which it holds; until the next rate of the currency"},
    {.name = "rate_nano",
     .zh = "汇率",
     .en = "Rate",
     .type = FIELD_INT,
     .scale = MONEY_RATE_DIGITS,
     .min = 1,
     .max = RATE_MAX * MONEY_RATE_ONE,
     .flags = FIELD_REQUIRED,
     .about = "billionths of the company's currency for one: 7123400000 is 7.1234"},
    OBJECT_REMARK_FIELD,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static enum err prepare_rate(struct request *request, struct record_change *change)
{
    struct str base;
    if (change->action == RECORD_DELETE || change->action == RECORD_RESTORE) {
        return OK;
    }
    struct str currency = change_after(change, "currency").text;
    struct date on = change_after(change, "rate_on").date;
    TRY(company_currency(request->db, request->arena, &base));
    if (str_eq(currency, base)) {
        error_field(request->error, STR("currency"), "base_currency", "This is the company's own currency.");
        return error_check_fields(request->error);
    }
    change_set(change, "name",
               V(str_format(request->arena, "%.*s %.*s", STR_ARG(currency), STR_ARG(date_format(request->arena, on)))));
    return OK;
}

const struct object EXCHANGE_RATE = {
    .name = "exchange_rate",
    .zh = "汇率",
    .en = "Exchange rate",
    .plural = "exchange-rates",
    .table = "exchange_rate",
    .fields = FIELDS,
    .view = PERMISSION_SIGNED_IN,
    .create = PERM_EXCHANGE_RATE_EDIT,
    .edit = PERM_EXCHANGE_RATE_EDIT,
    .remove = PERM_EXCHANGE_RATE_EDIT,
    .export = PERM_EXCHANGE_RATE_EDIT,
    .import = PERM_EXCHANGE_RATE_EDIT,
    .transfer = PERM_EXCHANGE_RATE_EDIT,
    .default_sort = "-rate_on",
    .flags = OBJECT_DIRECTORY,
    .prepare = prepare_rate,
};

enum err money_take_rate(struct request *request, struct record_change *change, struct date on, const char *dated_by)
{
    struct str base;
    int64_t rate = MONEY_RATE_ONE;
    struct str currency = change_after(change, "currency").text;
    TRY(company_currency(request->db, request->arena, &base));
    if (!str_eq(currency, base)) {
        enum err err = rate_store_find(request->db, request->arena, currency, on, &rate);
        if (err == ERR_NOT_FOUND) {
            error_field(request->error, str_from(dated_by), "no_rate",
                        "There is no rate of %.*s for %.*s or a day before: enter one first.", STR_ARG(currency),
                        STR_ARG(date_format(request->arena, on)));
            return error_check_fields(request->error);
        }
        TRY(err);
    }
    change_set(change, "rate_nano", V(rate));
    return OK;
}

enum err money_to_base(struct request *request, struct str currency, int64_t rate_nano, int64_t amount_minor,
                       int64_t *out)
{
    struct str base;
    TRY(company_currency(request->db, request->arena, &base));
    if (!currency_convert(amount_minor, currency_digits(currency), rate_nano, currency_digits(base), out)) {
        error_field(request->error, STR("amount_minor"), "too_large", "The amount is too large.");
    }
    return error_check_fields(request->error);
}

enum err money_set_base(struct request *request, struct record_change *change)
{
    int64_t base = 0;
    TRY(money_to_base(request, change_after(change, "currency").text, change_after(change, "rate_nano").integer,
                      change_after(change, "amount_minor").integer, &base));
    change_set(change, "base_minor", V(base));
    return OK;
}

enum err money_rate_and_base(struct request *request, struct record_change *change, const char *dated_by)
{
    struct value on = change_after(change, dated_by);
    bool dated = change->before == NULL || change_differs(change, dated_by) || change_differs(change, "currency");
    if (dated) {
        TRY(money_take_rate(request, change, on.type == VALUE_DATE ? on.date : request->today, dated_by));
    }
    return money_set_base(request, change);
}
