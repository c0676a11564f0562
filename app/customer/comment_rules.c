/* Who comments, and who hears of it. */
#include "comment_rules.h"

#include "customer.h"
#include "customer_store.h"
#include "mention_rules.h"
#include "platform/notify.h"
#include "platform/scope.h"

static struct value field_of(const struct value *values, const char *name)
{
    return values[object_field(&FOLLOW_UP, name)];
}

static bool is_called(const json_t *mention_ids, int64_t user_id)
{
    for (size_t i = 0; i < json_array_size(mention_ids); i++) {
        if (json_integer_value(json_array_get(mention_ids, i)) == user_id) {
            return true;
        }
    }
    return false;
}

/* Whoever made the follow-up hears of the comment, unless called by name already. */
static enum err tell_author(struct request *request, int64_t follow_up_id, const struct value *values,
                            struct str content, const json_t *mention_ids)
{
    struct value owner = field_of(values, "owner_id");
    if (owner.type != VALUE_INT || is_called(mention_ids, owner.integer)) {
        return OK;
    }
    json_t *detail = json_keep(request->arena, json_pack("{s:o,s:o}", "user", json_str(request->user->name), "comment",
                                                         json_str(str_slice(content, 0, 300))));
    return notify_user(request, owner.integer, "comment", "follow_up", follow_up_id, detail);
}

enum err comment_add(struct request *request, int64_t follow_up_id, struct str content, const json_t *mention_ids,
                     int64_t *id_out)
{
    struct value *values;
    int64_t version = 0;
    TRY(record_load(request, &FOLLOW_UP, follow_up_id, false, &values, &version));
    TRY(customer_store_lock_record(request->db, request->arena, "follow_up", follow_up_id));
    TRY(comment_store_insert(request->db, request->arena, "follow_up", follow_up_id, content, request->user->user_id,
                             request->now, id_out));
    TRY(comment_store_recount(request->db, request->arena, follow_up_id));
    TRY(mention_save(request, "record_comment", *id_out, field_of(values, "customer_id").integer, mention_ids,
                     &FOLLOW_UP, follow_up_id));
    return tell_author(request, follow_up_id, values, content, mention_ids);
}

enum err comment_remove(struct request *request, int64_t id)
{
    struct comment_row comment;
    enum err err = comment_store_get(request->db, request->arena, id, &comment);
    err = err == OK ? scope_check(request, &FOLLOW_UP, comment.record_id, false) : err;
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    if (comment.created_by_id != request->user->user_id) {
        return error_set(request->error, ERR_FORBIDDEN, "A comment is removed by whoever wrote it.");
    }
    TRY(customer_store_lock_record(request->db, request->arena, "follow_up", comment.record_id));
    TRY(comment_store_delete(request->db, request->arena, id, request->now));
    return comment_store_recount(request->db, request->arena, comment.record_id);
}
