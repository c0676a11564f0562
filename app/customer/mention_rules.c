/* Who may be called, and who is told. */
#include "mention_rules.h"

#include "colleague_rules.h"
#include "comment_store.h"
#include "customer.h"
#include "platform/notify.h"
#include "platform/object_store.h"

const struct field MENTION_ITEM[] = {
    {.name = "user_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "whom"},
    {.name = "user_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "by name"},
    FIELD_END,
};

static bool has_id(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

/* Each once; whoever cannot see the customer is named as a fault. */
static enum err read_ids(struct request *request, const json_t *list, int64_t customer_id, int64_t ids[MENTIONS_MAX],
                         size_t *count_out)
{
    *count_out = 0;
    for (size_t i = 0; i < json_array_size(list) && i < MENTIONS_MAX; i++) {
        bool sees = false;
        int64_t id = json_integer_value(json_array_get(list, i));
        if (has_id(ids, *count_out, id)) {
            continue;
        }
        TRY(colleague_may(request, id, PERM_CUSTOMER_VIEW, &CUSTOMER, customer_id, false, &sees));
        if (!sees) {
            error_field(request->error, str_format(request->arena, "mention_ids.%zu", i), "cannot_see",
                        "This person cannot see the customer.");
            continue;
        }
        ids[(*count_out)++] = id;
    }
    return error_check_fields(request->error);
}

static enum err tell(struct request *request, int64_t user_id, int64_t customer_id, const struct object *about,
                     int64_t about_id)
{
    struct str name;
    static const struct field customer = {.name = "customer_id", .type = FIELD_REF, .ref = "customer"};
    TRY(object_store_label(request, &customer, customer_id, &name));
    json_t *detail = json_keep(
        request->arena, json_pack("{s:o,s:o}", "customer", json_str(name), "user", json_str(request->user->name)));
    return notify_user(request, user_id, "mention", about->name, about_id, detail);
}

enum err mention_save(struct request *request, const char *object, int64_t record_id, int64_t customer_id,
                      const json_t *list, const struct object *about, int64_t about_id)
{
    int64_t ids[MENTIONS_MAX];
    int64_t before[MENTIONS_MAX];
    struct mention_row *rows;
    size_t count;
    size_t row_count;
    TRY(read_ids(request, list, customer_id, ids, &count));
    TRY(mention_store_list(request->db, request->arena, object, record_id, &rows, &row_count));
    for (size_t i = 0; i < row_count && i < MENTIONS_MAX; i++) {
        before[i] = rows[i].user_id;
    }
    TRY(mention_store_set(request->db, request->arena, object, record_id, ids, count));
    for (size_t i = 0; i < count; i++) {
        if (!has_id(before, row_count < MENTIONS_MAX ? row_count : MENTIONS_MAX, ids[i])) {
            TRY(tell(request, ids[i], customer_id, about, about_id));
        }
    }
    return OK;
}

enum err mention_json(struct request *request, const char *object, int64_t record_id, json_t **out)
{
    struct mention_row *rows;
    size_t count;
    TRY(mention_store_list(request->db, request->arena, object, record_id, &rows, &count));
    *out = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(*out, json_pack("{s:I,s:o}", "user_id", (json_int_t)rows[i].user_id, "user_name",
                                              json_str(rows[i].user_name)));
    }
    return OK;
}
