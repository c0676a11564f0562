/* Routes of merges. */
#include "customer.h"
#include "merge_rules.h"
#include "platform/object_store.h"

static enum err merge_json(struct request *request, const struct merge_row *merge, json_t **out)
{
    struct moved_row *rows;
    size_t count;
    json_t *moved = json_object();
    *out =
        json_keep(request->arena,
                  json_pack("{s:I,s:I,s:o,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "id", (json_int_t)merge->id, "source_id",
                            (json_int_t)merge->source_id, "source_name", json_str(merge->source_name), "survivor_id",
                            (json_int_t)merge->survivor_id, "survivor_name", json_str(merge->survivor_name), "reason",
                            json_opt_str(merge->reason), "merged_at", json_instant(request->arena, merge->merged_at),
                            "merged_by_name", json_opt_str(merge->merged_by_name), "undone_at",
                            json_opt_instant(request->arena, merge->undone_at), "undo_until",
                            json_opt_instant(request->arena, merge_undo_until(request, merge)), "moved", moved));
    TRY(merge_store_moved(request->db, request->arena, merge->id, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        struct str table = rows[i].reference;
        str_cut(&rows[i].reference, '.', &table);
        json_object_set_new(moved, str_c(request->arena, table), json_integer(rows[i].count));
    }
    return OK;
}

static enum err answer(struct request *request, struct response *response, int64_t id)
{
    struct merge_row merge;
    TRY(merge_store_get(request->db, request->arena, id, false, &merge));
    response_event(response, STR("all"), STR("customer"));
    return merge_json(request, &merge, &response->json);
}

static enum err post_merge(struct request *request, struct response *response)
{
    const struct merge_order order = {
        .survivor_id = request->params[0],
        .source_id = json_get_int(request->json, "source_id", 0),
        .values = json_object_get(request->json, "values"),
        .reason = json_get_str(request->json, "reason"),
        .confirmed = json_get_bool(request->json, "duplicate_confirmed", false),
    };
    int64_t id = 0;
    TRY(merge_customers(request, &order, &id));
    response->status = 201;
    return answer(request, response, id);
}

static enum err get_preview(struct request *request, struct response *response)
{
    struct merge_order order = {.survivor_id = request->params[0]};
    json_t *moves;
    TRY(request_query_int(request, "source_id", 0, 1, INT64_MAX, &order.source_id));
    if (order.source_id == 0) {
        error_field(request->error, STR("source_id"), "required", "Say which customer would go into this one.");
        return error_check_fields(request->error);
    }
    TRY(merge_preview(request, &order, &moves));
    response->json = json_keep(request->arena, json_pack("{s:O}", "moved", moves));
    return OK;
}

static enum err undo_merge(struct request *request, struct response *response)
{
    TRY(merge_undo(request, request->params[0]));
    return answer(request, response, request->params[0]);
}

/* Customers that parted again are two: whoever sees one of them does not see the name of the other by that. */
static enum err sees_both(struct request *request, const struct merge_row *merge, int64_t customer_id, bool *out)
{
    struct record_row row;
    int64_t other = merge->source_id == customer_id ? merge->survivor_id : merge->source_id;
    enum err err = merge->undone_at.set ? object_store_get(request, &CUSTOMER, other, false, false, true, &row) : OK;
    *out = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err list_merges(struct request *request, struct response *response)
{
    int64_t customer_id = 0;
    int64_t now_at = 0;
    struct merge_row *rows;
    struct record_row row;
    size_t count;
    TRY(request_query_int(request, "customer_id", 0, 1, INT64_MAX, &customer_id));
    if (customer_id == 0) {
        error_field(request->error, STR("customer_id"), "required", "Say of which customer.");
        return error_check_fields(request->error);
    }
    TRY(merge_resolve(request, customer_id, &now_at));
    enum err err = object_store_get(request, &CUSTOMER, now_at, false, false, true, &row);
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    TRY(merge_store_list(request->db, request->arena, customer_id, &rows, &count));
    json_t *items = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_t *item;
        bool seen = false;
        TRY(sees_both(request, &rows[i], customer_id, &seen));
        if (seen) {
            TRY(merge_json(request, &rows[i], &item));
            json_array_append(items, item);
        }
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

#define OPTIONAL (FIELD_REQUIRED | FIELD_NULLABLE)
static const struct field LIST_QUERY[] = {
    {.name = "customer_id",
     .type = FIELD_INT,
     .min = 1,
     .max = 9007199254740991,
     .flags = FIELD_REQUIRED,
     .about = "of this customer"},
    FIELD_END,
};
static const struct field MERGE_BODY[] = {
    {.name = "source_id", .type = FIELD_REF, .ref = "customer", .flags = FIELD_REQUIRED, .about = "goes into this one"},
    {.name = "values", .type = FIELD_JSON, .about = "fields the customer gets, as in a change; else it keeps its own"},
    {.name = "reason", .type = FIELD_TEXT, .max = 500, .about = "why"},
    {.name = "duplicate_confirmed", .type = FIELD_BOOL, .about = "although a third one may be the same"},
    FIELD_END,
};
static const struct field MERGE_ANSWER[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "merge"},
    {.name = "source_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "customer that went"},
    {.name = "source_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "as it was"},
    {.name = "survivor_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "into this one"},
    {.name = "survivor_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "as it is"},
    {.name = "reason", .type = FIELD_TEXT, .flags = OPTIONAL, .about = "given"},
    {.name = "merged_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when"},
    {.name = "merged_by_name", .type = FIELD_TEXT, .flags = OPTIONAL, .about = "who"},
    {.name = "undone_at", .type = FIELD_INSTANT, .flags = OPTIONAL, .about = "taken back"},
    {.name = "undo_until", .type = FIELD_INSTANT, .flags = OPTIONAL, .about = "null: it stays"},
    {.name = "moved", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "how many rows of which table went along"},
    FIELD_END,
};
static const struct field MERGES_ANSWER[] = {
    {.name = "items", .type = FIELD_LIST, .flags = FIELD_REQUIRED, .fields = MERGE_ANSWER, .about = "newest first"},
    FIELD_END,
};

static const struct field PREVIEW_QUERY[] = {
    {.name = "source_id",
     .type = FIELD_INT,
     .min = 1,
     .max = 9007199254740991,
     .flags = FIELD_REQUIRED,
     .about = "would go into this one"},
    FIELD_END,
};
static const struct field PREVIEW_ANSWER[] = {
    {.name = "moved",
     .type = FIELD_JSON,
     .flags = FIELD_REQUIRED,
     .about = "how many rows of which table would go along"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/customers/{id}/merge", "customer.merge_preview", PERM_CUSTOMER_MERGE, ROUTE_WRITE, RECORDS_ONE,
     "customer", PREVIEW_QUERY, NULL, PREVIEW_ANSWER, get_preview, NULL, "What a merge would take along."},
    {"POST", "/customers/{id}/merge", "customer.merge", PERM_CUSTOMER_MERGE, 0, RECORDS_ONE, "customer", NULL,
     MERGE_BODY, MERGE_ANSWER, post_merge, NULL, "Another customer that is the same goes into this one."},
    {"GET", "/customer-merges", "customer_merge.list", PERM_CUSTOMER_VIEW, 0, RECORDS_NONE, NULL, LIST_QUERY, NULL,
     MERGES_ANSWER, list_merges, NULL, "Merges of one customer."},
    {"POST", "/customer-merges/{id}/undo", "customer_merge.undo", PERM_CUSTOMER_MERGE, 0, RECORDS_NONE, NULL, NULL,
     NULL, MERGE_ANSWER, undo_merge, NULL, "Takes a merge back, within thirty days."},
    {0},
};

const struct feature MERGE_FEATURE = {.name = "merge", .routes = ROUTES};
