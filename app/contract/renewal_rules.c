/* Renewals: owner and head of department hear of a contract that is to be renewed some days before, step by step, until
 * something renews it. A night that was missed is made up for: the step that has been reached is told once. */
#include "renewal_rules.h"

#include "contract.h"
#include "contract_store.h"
#include "line_rules.h"
#include "platform/audit.h"
#include "platform/notify.h"
#include "platform/object.h"
#include "platform/tx.h"
#include "renewal_store.h"

enum { CHUNK = 200, MONTHS_MAX = 1200 };

static struct value value_of(const struct value *values, const char *name)
{
    return values[object_field(&CONTRACT, name)];
}

/* ---- what renews a contract ---- */

/* The next term: as long as this one, in whole months where this one is. */
static void next_term(const struct value *values, struct opt_date *starts_out, struct opt_date *ends_out)
{
    struct value starts = value_of(values, "starts_on");
    struct value ends = value_of(values, "ends_on");
    *starts_out = (struct opt_date){0};
    *ends_out = (struct opt_date){0};
    if (ends.type != VALUE_DATE) {
        return;
    }
    struct date next = date_add_days(ends.date, 1);
    *starts_out = (struct opt_date){true, next};
    if (starts.type != VALUE_DATE) {
        return;
    }
    *ends_out = (struct opt_date){true, date_add_days(next, ends.date.days - starts.date.days)};
    for (int months = 1; months <= MONTHS_MAX && date_compare(date_add_months(starts.date, months), next) <= 0;
         months++) {
        if (date_compare(date_add_months(starts.date, months), next) == 0) {
            *ends_out = (struct opt_date){true, date_add_days(date_add_months(next, months), -1)};
        }
    }
}

static void take(struct request *request, json_t *body, const struct value *values, const char *name, const char *as)
{
    size_t index = object_field(&CONTRACT, name);
    if (values[index].type != VALUE_NULL) {
        json_object_set_new(body, as, field_json(&object_fields(&CONTRACT)[index], values[index], request->arena));
    }
}

/* Prices as they were agreed, costs as they are today. */
static enum err contract_body(struct request *request, int64_t id, const struct value *values, json_t **out)
{
    static const char *const taken[] = {"name",         "customer_id",    "currency",
                                        "tax_rate_ppm", "discount_minor", "owner_id"};
    struct contract_line *lines;
    struct opt_date starts;
    struct opt_date ends;
    size_t count;
    json_t *body = json_keep(request->arena, json_object());
    TRY(contract_store_lines(request->db, request->arena, id, &lines, &count));
    next_term(values, &starts, &ends);
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        take(request, body, values, taken[i], taken[i]);
    }
    json_object_set_new(body, "renewal_of_id", json_integer(id));
    json_object_set_new(body, "starts_on", json_opt_date(request->arena, starts));
    json_object_set_new(body, "ends_on", json_opt_date(request->arena, ends));
    if (count > 0) {
        json_object_set_new(body, "lines", contract_lines_body(lines, count, false));
    } else {
        take(request, body, values, "amount_minor", "amount_minor");
        take(request, body, values, "cost_minor", "cost_minor");
    }
    *out = body;
    return OK;
}

static json_t *opportunity_body(struct request *request, const struct value *values)
{
    json_t *body = json_keep(request->arena, json_object());
    struct str name = value_of(values, "name").text;
    const char *form = str_eq_c(request->language, "zh-CN") ? "%.*s 续签" : "%.*s, renewal";
    json_object_set_new(body, "name", json_str(str_format(request->arena, form, STR_ARG(name))));
    take(request, body, values, "customer_id", "customer_id");
    take(request, body, values, "owner_id", "owner_id");
    take(request, body, values, "amount_minor", "amount_minor");
    take(request, body, values, "currency", "currency");
    take(request, body, values, "renewal_on", "expected_close_on");
    return body;
}

static enum err check_renewable(struct request *request, const struct value *values, bool opportunity)
{
    bool contract_alive = false;
    bool opportunity_alive = false;
    struct value by = value_of(values, "renewed_by_id");
    struct value deal = value_of(values, "renewal_opportunity_id");
    struct str status = value_of(values, "status").text;
    TRY(renewal_store_alive(request->db, request->arena, opt_int_of(by), opt_int_of(deal), &contract_alive,
                            &opportunity_alive));
    if (!str_eq_c(status, "signed") && !str_eq_c(status, "completed")) {
        return error_set(request->error, ERR_CONFLICT, "Only a contract that was signed is renewed.");
    }
    if (contract_alive || (opportunity && opportunity_alive)) {
        return error_set(request->error, ERR_CONFLICT, "This contract is being renewed already.");
    }
    return OK;
}

enum err renewal_make(struct request *request, int64_t id, bool opportunity, int64_t *id_out)
{
    struct value *values;
    int64_t version;
    json_t *body;
    const struct object *object = opportunity ? object_find("opportunity") : &CONTRACT;
    /* Whoever owns the contract owns what comes of it. */
    const struct record_options options = {.unscoped = true, .reason = STR("renewal")};
    TRY(record_load(request, &CONTRACT, id, true, &values, &version));
    if (!identity_can(request->user, object->create)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(object->create));
    }
    TRY(check_renewable(request, values, opportunity));
    if (!opportunity) {
        TRY(contract_body(request, id, values, &body));
        return record_create(request, object, body, &options, id_out);
    }
    TRY(record_create(request, object, opportunity_body(request, values), &options, id_out));
    TRY(renewal_store_set_opportunity(request, id, *id_out));
    json_t *changes =
        json_keep(request->arena, json_pack("{s:[o,I]}", "renewal_opportunity_id", json_null(), (json_int_t)*id_out));
    return audit_write(request, CONTRACT.name, id, "update", version + 1, changes, STR("renewal"));
}

/* ---- when people hear of it ---- */

static size_t read_days(struct str text, int64_t days_out[RENEWAL_NOTICES_MAX])
{
    size_t count = 0;
    struct str part;
    while (text.len > 0 && count < RENEWAL_NOTICES_MAX) {
        if (!str_cut(&text, ',', &part)) {
            part = text;
            text.len = 0;
        }
        count += str_to_i64(part, &days_out[count]);
    }
    return count;
}

enum err renewal_notices(struct request *request, int64_t days_out[RENEWAL_NOTICES_MAX], size_t *count_out)
{
    struct str text;
    TRY(renewal_store_notices(request->db, request->arena, &text));
    *count_out = read_days(text, days_out);
    return OK;
}

enum err renewal_set_notices(struct request *request, const json_t *list)
{
    struct buf text;
    int64_t before = RENEWAL_DAYS_MAX + 1;
    size_t index;
    json_t *item;
    buf_init(&text, request->arena);
    json_array_foreach (list, index, item) {
        int64_t days = json_integer_value(item);
        struct str path = str_format(request->arena, "days.%zu", index);
        if (days < 1 || days > RENEWAL_DAYS_MAX) {
            error_field(request->error, path, days < 1 ? "too_small" : "too_large", "1 to %d days.", RENEWAL_DAYS_MAX);
        } else if (days >= before) {
            error_field(request->error, path, "not_descending", "Name the days from the largest to the smallest.");
        }
        before = days;
        buf_add_c(&text, index == 0 ? "" : ",");
        buf_add(&text, str_format(request->arena, "%lld", (long long)days));
    }
    TRY(error_check_fields(request->error));
    TRY(renewal_store_set_notices(request->db, request->arena, buf_str(&text)));
    json_t *changes =
        json_keep(request->arena, json_pack("{s:[n,o]}", "renewal_notice_days", json_str(buf_str(&text))));
    return audit_write(request, "company", 1, "update", 0, changes, (struct str){0});
}

/* The job on its way. */
struct night {
    struct job *job;                   /* whose run */
    struct arena *arena;               /* memory of the chunk */
    struct error error;                /* of the chunk */
    struct request request;            /* as the company */
    int64_t days[RENEWAL_NOTICES_MAX]; /* the company's notices */
    size_t day_count;                  /* in `days` */
    int64_t after;                     /* contract done last */
    int64_t reached;                   /* last contract of the chunk: a transaction may run again */
    size_t found;                      /* in the chunk */
    int64_t told;                      /* of the chunk */
};

/* The smallest notice that is reached. */
static int64_t step_of(const struct night *night, int64_t days)
{
    int64_t step = night->days[0];
    for (size_t i = 0; i < night->day_count; i++) {
        step = days <= night->days[i] ? night->days[i] : step;
    }
    return step;
}

static enum err tell(struct night *night, const struct renewal_row *row)
{
    struct request *request = &night->request;
    json_t *detail =
        json_keep(request->arena, json_pack("{s:o,s:o,s:o,s:I,s:o}", "number", json_str(row->number), "name",
                                            json_str(row->name), "customer", json_opt_str(row->customer), "days",
                                            (json_int_t)row->days, "on", json_date(request->arena, row->renewal_on)));
    bool head_too = row->head_id.set && !(row->owner_id.set && row->head_id.value == row->owner_id.value);
    if (row->owner_id.set) {
        TRY(notify_user(request, row->owner_id.value, "contract_renewal", "contract", row->id, detail));
    }
    return head_too ? notify_user(request, row->head_id.value, "contract_renewal", "contract", row->id, detail) : OK;
}

static enum err tell_chunk(struct db *db, void *context)
{
    struct night *night = context;
    struct renewal_row *rows;
    arena_reset(night->arena);
    error_init(&night->error, night->arena);
    job_request(night->job, &night->request);
    night->request.arena = night->arena;
    night->request.error = &night->error;
    notify_forget(&night->request);
    night->told = 0;
    night->reached = night->after;
    TRY(renewal_store_due(db, night->arena, night->job->today, night->days[0], night->after, CHUNK, &rows,
                          &night->found));
    for (size_t i = 0; i < night->found; i++) {
        int64_t step = step_of(night, rows[i].days);
        night->reached = rows[i].id;
        if (!rows[i].told_days.set || rows[i].told_days.value > step) {
            TRY(tell(night, &rows[i]));
            TRY(renewal_store_told(db, night->arena, &rows[i], step));
            night->told++;
        }
    }
    return OK;
}

static enum err go_through(struct night *night, int64_t *told)
{
    night->found = night->day_count > 0 ? CHUNK : 0;
    while (night->found == CHUNK) {
        TRY(db_tx(night->job->db, tell_chunk, night));
        notify_publish(&night->request);
        night->after = night->reached;
        *told += night->told;
        TRY(job_progress(night->job, *told, 0, "renewals"));
    }
    return OK;
}

enum err renewal_run(struct job *job, json_t **result_out)
{
    struct night night = {.job = job, .arena = arena_create(64 * 1024 * 1024)};
    struct str text;
    int64_t told = 0;
    enum err err = renewal_store_notices(job->db, job->arena, &text);
    if (err == OK) {
        night.day_count = read_days(text, night.days);
        err = go_through(&night, &told);
    }
    arena_destroy(night.arena);
    TRY(err);
    *result_out = json_pack("{s:I}", "told", (json_int_t)told);
    return OK;
}
