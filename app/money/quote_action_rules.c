/* What is done with a quote beyond changing it: its discount approved, a contract made of it, its versions shown; and
 * the night, in which it expires. */
#include "metric.h"
#include "money.h"
#include "platform/audit.h"
#include "platform/scope.h"
#include "platform/tx.h"
#include "price_rules.h"
#include "quote_line_rules.h"
#include "quote_rules.h"

enum { EXPIRE_CHUNK = 200 };

static bool says(struct value value, const char *word)
{
    return value.type == VALUE_TEXT && str_eq_c(value.text, word);
}

enum err quote_approve(struct request *request, int64_t id)
{
    struct value *values;
    int64_t version;
    struct discount_right right;
    TRY(record_load(request, &QUOTE, id, true, &values, &version));
    if (!says(values[object_field(&QUOTE, "authority_state")], "needs_approval")) {
        return error_set(request->error, ERR_CONFLICT, "This quote does not wait for an approval.");
    }
    TRY(discount_right_of(request, &right));
    if (!discount_is_allowed(&right, values[object_field(&QUOTE, "discount_ppm")].integer,
                             values[object_field(&QUOTE, "is_below_floor")].integer != 0)) {
        return error_set(request->error, ERR_FORBIDDEN, "This discount is beyond your own right, too.");
    }
    TRY(quote_store_approve(request, id));
    json_t *changes =
        json_keep(request->arena, json_pack("{s:[s,s]}", "authority_state", "needs_approval", "approved"));
    return audit_write(request, QUOTE.name, id, "update", version + 1, changes, STR("approve"));
}

static json_t *contract_line(const struct quote_line *line)
{
    return json_pack("{s:o,s:o,s:I,s:I}", "product_id", json_opt_int(line->product_id), "name", json_str(line->name),
                     "quantity_milli", (json_int_t)line->quantity_milli, "unit_price_minor",
                     (json_int_t)line->unit_price_minor);
}

static json_t *contract_body(struct request *request, const struct value *values, const struct quote_line *lines,
                             size_t count)
{
    static const char *const taken[] = {"name",           "customer_id",  "opportunity_id", "currency",
                                        "discount_minor", "tax_rate_ppm", "owner_id"};
    json_t *body = json_keep(request->arena, json_object());
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        size_t index = object_field(&QUOTE, taken[i]);
        if (values[index].type != VALUE_NULL) {
            json_object_set_new(body, taken[i],
                                field_json(&object_fields(&QUOTE)[index], values[index], request->arena));
        }
    }
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, contract_line(&lines[i]));
    }
    json_object_set_new(body, "lines", list);
    return body;
}

enum err quote_make_contract(struct request *request, int64_t id, int64_t *contract_id_out)
{
    struct value *values;
    struct quote_line *lines;
    size_t count;
    int64_t version;
    bool lives = false;
    const struct object *contract = object_find("contract");
    /* The owner of the quote keeps what comes of it. */
    const struct record_options options = {.unscoped = true, .reason = STR("quote")};
    TRY(record_load(request, &QUOTE, id, true, &values, &version));
    struct value made = values[object_field(&QUOTE, "contract_id")];
    struct value status = values[object_field(&QUOTE, "status")];
    if (!identity_can(request->user, contract->create)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(contract->create));
    }
    if (made.type == VALUE_INT) {
        TRY(quote_store_contract_lives(request->db, request->arena, made.integer, &lives));
    }
    if (lives) {
        return error_set(request->error, ERR_CONFLICT, "A contract was made from this quote already.");
    }
    if (!says(status, "sent") && !says(status, "accepted")) {
        return error_set(request->error, ERR_CONFLICT, "Only a quote that was sent or accepted becomes a contract.");
    }
    struct value until = values[object_field(&QUOTE, "valid_until")];
    if (says(status, "sent") && until.type == VALUE_DATE && date_compare(until.date, request->today) < 0) {
        return error_set(request->error, ERR_CONFLICT, "This quote is not valid any more.");
    }
    TRY(quote_store_lines(request->db, request->arena, id, &lines, &count));
    TRY(record_create(request, contract, contract_body(request, values, lines, count), &options, contract_id_out));
    TRY(quote_store_set_contract(request, id, *contract_id_out));
    TRY(metric_sync_custom(request->db, request->arena, "quote", &id, 1));
    json_t *changes =
        json_keep(request->arena, json_pack("{s:[o,I]}", "contract_id", json_null(), (json_int_t)*contract_id_out));
    return audit_write(request, QUOTE.name, id, "update", version + 1, changes, (struct str){0});
}

enum err quote_versions(struct request *request, int64_t id, json_t **out)
{
    struct quote_version *rows;
    size_t count;
    TRY(scope_check(request, &QUOTE, id, false));
    *out = json_keep(request->arena, json_array());
    if (!quote_shows_amounts(request)) {
        return OK;
    }
    TRY(quote_store_versions(request->db, request->arena, id, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_t *content = json_loadb(rows[i].content.ptr, rows[i].content.len, 0, NULL);
        quote_lines_close(request, json_object_get(content, "lines"));
        json_array_append_new(*out,
                              json_pack("{s:I,s:o,s:o,s:o,s:o}", "version_number", (json_int_t)rows[i].version_number,
                                        "sent_at", json_opt_instant(request->arena, rows[i].sent_at), "replaced_at",
                                        json_instant(request->arena, rows[i].replaced_at), "replaced_by_name",
                                        json_opt_str(rows[i].replaced_by_name), "content", content));
    }
    return OK;
}

/* ---- the night ---- */

/* A chunk of what has expired. */
struct expiring {
    struct request request; /* as the company */
    struct error error;     /* of the chunk */
    struct arena *arena;    /* memory of the chunk */
    struct job *job;        /* whose run */
    size_t found;           /* in the chunk */
};

static enum err expire_chunk(struct db *db, void *context)
{
    struct expiring *expiring = context;
    const struct record_options options = {.unscoped = true, .reason = STR("valid_until")};
    int64_t *ids;
    arena_reset(expiring->arena);
    error_init(&expiring->error, expiring->arena);
    job_request(expiring->job, &expiring->request);
    expiring->request.arena = expiring->arena;
    expiring->request.error = &expiring->error;
    expiring->request.company_acts = true;
    TRY(quote_store_expired(db, expiring->arena, expiring->job->today, EXPIRE_CHUNK, &ids, &expiring->found));
    for (size_t i = 0; i < expiring->found; i++) {
        json_t *body = json_keep(expiring->arena, json_pack("{s:s}", "status", "expired"));
        TRY(record_update(&expiring->request, &QUOTE, ids[i], 0, body, &options));
    }
    return OK;
}

enum err quote_run_expire(struct job *job, json_t **result_out)
{
    struct expiring expiring = {.arena = arena_create(64 * 1024 * 1024), .job = job, .found = EXPIRE_CHUNK};
    int64_t done = 0;
    enum err err = OK;
    while (err == OK && expiring.found == EXPIRE_CHUNK) {
        err = db_tx(job->db, expire_chunk, &expiring);
        done += err == OK ? (int64_t)expiring.found : 0;
        err = err == OK ? job_progress(job, done, 0, "quotes") : err;
    }
    arena_destroy(expiring.arena);
    TRY(err);
    *result_out = json_pack("{s:I}", "expired", (json_int_t)done);
    return OK;
}
