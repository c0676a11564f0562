/* Merges: what belongs to the source names the survivor from then on, the source lies in the recycle bin for ever, and
 * each step can be taken back. */
#include "merge_rules.h"

#include "customer.h"
#include "customer_index_store.h"
#include "customer_store.h"
#include "duplicate_rules.h"
#include "escalation_store.h"
#include "ledger.h"
#include "money.h"
#include "platform/audit.h"
#include "platform/object_store.h"
#include "platform/scope.h"
#include "platform/tags.h"

static const int64_t DAY_MS = 24 * 3600 * 1000;

/* A merge on its way, or on its way back. */
struct merging {
    struct request *request;
    struct merge_row row;         /* ids and time */
    const struct value *source;   /* before */
    const struct value *survivor; /* before */
};

static struct value field_of(const struct value *values, const char *name)
{
    return values[object_field(&CUSTOMER, name)];
}

/* ---- both sides ---- */

enum err merge_resolve(struct request *request, int64_t id, int64_t *out)
{
    enum err err = merge_store_final(request->db, request->arena, id, out);
    if (err == ERR_NOT_FOUND) {
        *out = id;
        return OK;
    }
    return err;
}

enum err merge_check_restore(struct request *request, const struct record_change *change)
{
    int64_t now_at = change->id;
    if (change->action == RECORD_RESTORE) {
        TRY(merge_resolve(request, change->id, &now_at));
    }
    return now_at == change->id
               ? OK
               : error_set(request->error, ERR_CONFLICT, "This customer went into another one; undo that merge.");
}

struct opt_instant merge_undo_until(const struct request *request, const struct merge_row *merge)
{
    struct instant until = {merge->merged_at.ms + MERGE_UNDO_DAYS * DAY_MS};
    return (struct opt_instant){!merge->undone_at.set && until.ms > request->now.ms, until};
}

/* Keys of contacts may have their customer in them: made again where a rule says so. */
static enum err renew_contact_keys(struct request *request)
{
    struct duplicate_rule *rules;
    size_t count;
    int64_t job_id;
    TRY(rule_store_list(request->db, request->arena, CONTACT.name, true, &rules, &count));
    for (size_t i = 0; i < count; i++) {
        struct str rest = rules[i].fields;
        struct str name;
        while (str_cut(&rest, ',', &name)) {
            if (str_eq_c(name, "customer_id")) {
                TRY(duplicate_rule_queue(request->db, request->arena, request->user->user_id, rules[i].id, &job_id));
            }
        }
    }
    return OK;
}

/* Whatever is computed from a customer's records. */
static enum err refresh(struct request *request, const struct merge_row *merge)
{
    const int64_t ids[] = {merge->survivor_id, merge->source_id};
    for (size_t i = 0; i < 2; i++) {
        TRY(customer_refresh_follow_ups(request, ids[i]));
        TRY(merge_store_follow_phones(request->db, request->arena, ids[i]));
    }
    TRY(money_customers_changed(request, merge->survivor_id, merge->source_id));
    TRY(completeness_store_refresh(request->db, request->arena, ids, 2));
    TRY(renew_contact_keys(request));
    return ledger_refresh(request->db, request->arena, ids, 2);
}

static enum err audit_both(struct request *request, const struct merge_row *merge, const char *action,
                           struct str reason)
{
    json_t *into = json_keep(request->arena,
                             json_pack("{s:[o,I]}", "merged_into_id", json_null(), (json_int_t)merge->survivor_id));
    json_t *from = json_keep(request->arena,
                             json_pack("{s:[o,I],s:[o,o]}", "merged_from_id", json_null(), (json_int_t)merge->source_id,
                                       "merged_from_name", json_null(), json_str(merge->source_name)));
    TRY(audit_write(request, CUSTOMER.name, merge->source_id, action, 0, into, reason));
    return audit_write(request, CUSTOMER.name, merge->survivor_id, action, 0, from, reason);
}

static struct str reference_change(struct request *request, int64_t from, int64_t to, const char *column)
{
    return str_format(request->arena, "{\"%s\":[%lld,%lld]}", column, (long long)from, (long long)to);
}

/* ---- the merge ---- */

/* Both rows by ascending id, so that two merges of the same customers wait for each other. */
static enum err load_both(struct merging *merging)
{
    struct request *request = merging->request;
    const struct merge_row *row = &merging->row;
    bool source_first = row->source_id < row->survivor_id;
    int64_t version;
    for (int i = 0; i < 2; i++) {
        bool source = (i == 0) == source_first;
        struct value **values = (struct value **)(source ? &merging->source : &merging->survivor);
        TRY(record_load(request, &CUSTOMER, source ? row->source_id : row->survivor_id, true, values, &version));
    }
    return OK;
}

static enum err move_rows(struct merging *merging)
{
    struct request *request = merging->request;
    const struct merge_row *row = &merging->row;
    TRY(merge_store_end_claims(request->db, request->arena, row->source_id, row->survivor_id, request->now));
    for (const struct merge_reference *reference = MERGE_REFERENCES; reference->name != NULL; reference++) {
        int64_t moved = 0;
        if (reference->way != MERGE_MOVE) {
            continue;
        }
        TRY(merge_store_move(request->db, request->arena, row->id, reference, row->source_id, row->survivor_id,
                             request_actor(request), request->now, &moved));
        if (moved > 0 && reference->object != NULL) {
            struct str changes = reference_change(request, row->source_id, row->survivor_id, reference->column);
            TRY(merge_store_audit(request, row->id, reference, changes, row->survivor_id));
        }
    }
    /* What lies in a pool is shared with nobody: then the source keeps its shares, and has them when it comes back. */
    bool in_pool = field_of(merging->survivor, "pool_id").type != VALUE_NULL;
    return in_pool ? OK : merge_store_unite_shares(request->db, request->arena, row, request->today);
}

/* Children of the source come under the survivor; where that stands below the source itself, it takes its place. */
static enum err lift(const struct merging *merging)
{
    struct request *request = merging->request;
    const struct merge_row *row = &merging->row;
    bool below = false;
    TRY(customer_store_is_above(request->db, request->arena, row->source_id, row->survivor_id, &below));
    return below ? merge_store_set_parent(request->db, request->arena, row->survivor_id,
                                          field_of(merging->source, "parent_id"))
                 : OK;
}

/* Unless the user chose: the tags of both, as far as they are still offered. */
static enum err add_tags(const struct merging *merging, json_t *values)
{
    struct request *request = merging->request;
    size_t index = object_field(&CUSTOMER, "tag_ids");
    int64_t ids[TAGS_MAX];
    size_t count = tags_ids(merging->source[index], ids);
    json_t *add = json_array();
    json_object_set_new(values, "tag_ids", json_pack("{s:o}", "add", add));
    for (size_t i = 0; i < count; i++) {
        bool ok = false;
        TRY(object_store_tag_ok(request, &object_fields(&CUSTOMER)[index], ids[i], &ok));
        if (ok) {
            json_array_append_new(add, json_integer(ids[i]));
        }
    }
    if (json_array_size(add) == 0) {
        json_object_del(values, "tag_ids");
    }
    return OK;
}

static enum err write_survivor(const struct merging *merging, const struct merge_order *order)
{
    struct request *request = merging->request;
    json_t *values = json_keep(request->arena, order->values == NULL ? json_object() : json_copy(order->values));
    const struct record_options options = {.reason = order->reason};
    bool tags = scope_field_access(request, &CUSTOMER, "tag_ids") == FIELD_ACCESS_EDIT;
    if (tags && !json_has(values, "tag_ids")) {
        TRY(add_tags(merging, values));
    }
    if (json_object_size(values) == 0) {
        return OK;
    }
    json_object_set_new(values, "duplicate_confirmed", json_boolean(order->confirmed));
    return record_update(request, &CUSTOMER, merging->row.survivor_id, 0, values, &options);
}

static bool is_chosen(const struct field *field)
{
    return (field->flags & (FIELD_READ_ONLY | FIELD_CREATE_ONLY)) == 0 && field->type != FIELD_OBJECT &&
           field->type != FIELD_LIST;
}

/* {field: [before, after]} of what became of the survivor. */
static enum err note_survivor(const struct merging *merging)
{
    struct request *request = merging->request;
    struct value *after;
    int64_t version;
    json_t *changes = json_keep(request->arena, json_object());
    TRY(record_load(request, &CUSTOMER, merging->row.survivor_id, true, &after, &version));
    for (size_t i = 0; object_fields(&CUSTOMER)[i].name != NULL; i++) {
        const struct field *field = &object_fields(&CUSTOMER)[i];
        if (is_chosen(field) && !value_eq(merging->survivor[i], after[i])) {
            json_object_set_new(changes, field->name,
                                json_pack("[o,o]", field_json(field, merging->survivor[i], request->arena),
                                          field_json(field, after[i], request->arena)));
        }
    }
    return merge_store_set_survivor(request->db, request->arena, merging->row.id, json_write(request->arena, changes));
}

static enum err begin(struct merging *merging, const struct merge_order *order)
{
    struct request *request = merging->request;
    struct merge_row *row = &merging->row;
    const struct field *code = &object_fields(&CUSTOMER)[object_field(&CUSTOMER, "code")];
    json_t *before = json_keep(request->arena, json_object());
    json_object_set_new(before, "code", field_json(code, field_of(merging->source, "code"), request->arena));
    row->source_name = field_of(merging->source, "name").text;
    row->reason = (struct opt_str){order->reason.len > 0, order->reason};
    row->source_before = json_write(request->arena, before);
    row->merged_at = request->now;
    TRY(merge_store_insert(request->db, request->arena, row, request_actor(request), request->today, &row->id));
    return merge_store_lead(request->db, request->arena, row->source_id, row->survivor_id);
}

static enum err take_away_source(const struct merging *merging)
{
    struct request *request = merging->request;
    int64_t source_id = merging->row.source_id;
    TRY(ledger_merged(request, source_id, merging->row.survivor_id));
    TRY(escalation_store_restart(request->db, request->arena, &source_id, 1));
    TRY(merge_store_set_code(request->db, request->arena, source_id, value_null()));
    return record_delete(request, &CUSTOMER, source_id, 0);
}

static enum err check_order(struct request *request, const struct merge_order *order)
{
    if (order->source_id == order->survivor_id) {
        error_field(request->error, STR("source_id"), "same", "A customer cannot go into itself.");
    }
    if (order->values != NULL && !json_is_object(order->values)) {
        error_field(request->error, STR("values"), "not_an_object", "values must be an object.");
    } else if (json_object_size(order->values) > 0) {
        TRY(record_check_changes(request, &CUSTOMER, order->values, "values"));
    }
    return error_check_fields(request->error);
}

enum err merge_preview(struct request *request, const struct merge_order *order, json_t **out)
{
    const int64_t ids[] = {order->survivor_id, order->source_id};
    struct value *values;
    int64_t version;
    TRY(check_order(request, order));
    for (size_t i = 0; i < 2; i++) {
        TRY(record_load(request, &CUSTOMER, ids[i], true, &values, &version));
    }
    *out = json_keep(request->arena, json_object());
    for (const struct merge_reference *reference = MERGE_REFERENCES; reference->name != NULL; reference++) {
        int64_t count = 0;
        if (reference->way == MERGE_MOVE) {
            TRY(merge_store_count(request->db, request->arena, reference, order->source_id, &count));
        }
        if (count > 0) {
            json_object_set_new(*out, reference->table, json_integer(count));
        }
    }
    return OK;
}

enum err merge_customers(struct request *request, const struct merge_order *order, int64_t *id_out)
{
    struct merging merging = {
        .request = request,
        .row = {.source_id = order->source_id, .survivor_id = order->survivor_id},
    };
    TRY(check_order(request, order));
    TRY(load_both(&merging));
    TRY(begin(&merging, order));
    TRY(lift(&merging));
    TRY(move_rows(&merging));
    TRY(take_away_source(&merging));
    TRY(write_survivor(&merging, order));
    TRY(note_survivor(&merging));
    TRY(refresh(request, &merging.row));
    *id_out = merging.row.id;
    return audit_both(request, &merging.row, "merge", order->reason);
}

/* ---- the way back ---- */

static enum err too_late(struct request *request, const char *why)
{
    return error_set(request->error, ERR_MERGE_FINAL, "%s", why);
}

static enum err check_undo(struct request *request, const struct merge_row *merge, const struct record_row *survivor)
{
    int64_t now_at;
    if (merge->undone_at.set) {
        return too_late(request, "This merge has been undone already.");
    }
    if (!merge_undo_until(request, merge).set) {
        return too_late(request, "A merge can be undone for thirty days.");
    }
    TRY(merge_resolve(request, merge->survivor_id, &now_at));
    if (now_at != merge->survivor_id) {
        return too_late(request, "The customer has gone into another one since; undo that merge first.");
    }
    return survivor->deleted_at.set ? too_late(request, "Restore the customer from the recycle bin first.") : OK;
}

/* Which of both were removed for good: source, survivor. */
static enum err load_gone(struct request *request, const struct merge_row *row, bool gone[2])
{
    TRY(merge_store_is_gone(request->db, request->arena, row->source_id, &gone[0]));
    TRY(merge_store_is_gone(request->db, request->arena, row->survivor_id, &gone[1]));
    return gone[0] && gone[1] ? ERR_NOT_FOUND : OK; /* nothing is left by which to tell who may know */
}

/* Both customers must be in reach, but for one that is removed for good; they are locked by ascending id, then the
 * merge. */
static enum err load_undo(struct merging *merging, int64_t id)
{
    struct request *request = merging->request;
    struct record_row rows[2] = {0};
    struct merge_row *row = &merging->row;
    bool gone[2] = {false, false};
    enum err err = merge_store_get(request->db, request->arena, id, false, row);
    if (err == OK) {
        err = load_gone(request, row, gone);
    }
    for (int i = 0; err == OK && i < 2; i++) {
        int which = (i == 0) == (row->source_id < row->survivor_id) ? 0 : 1;
        int64_t customer_id = which == 0 ? row->source_id : row->survivor_id;
        if (!gone[which]) {
            err = object_store_get(request, &CUSTOMER, customer_id, true, true, true, &rows[which]);
        }
    }
    if (err == OK) {
        err = merge_store_get(request->db, request->arena, id, true, row);
    }
    if (err == ERR_NOT_FOUND) {
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    if (gone[0]) {
        return too_late(request, "The customer that went has been removed from the recycle bin for good.");
    }
    if (gone[1]) {
        return too_late(request, "The customer it went into has been removed from the recycle bin for good.");
    }
    merging->source = rows[0].values;
    merging->survivor = rows[1].values;
    return check_undo(request, row, &rows[1]);
}

static json_t *read_json(struct request *request, struct str text)
{
    return json_keep(request->arena, json_loadb(text.ptr, text.len, 0, NULL));
}

/* Gives the survivor back what the merge changed, unless somebody has changed it again. */
static enum err restore_survivor(const struct merging *merging, const json_t *changes)
{
    struct request *request = merging->request;
    const struct record_options options = {.reason = STR("undo")};
    json_t *body = json_keep(request->arena, json_object());
    for (size_t i = 0; object_fields(&CUSTOMER)[i].name != NULL; i++) {
        const struct field *field = &object_fields(&CUSTOMER)[i];
        json_t *pair = json_object_get(changes, field->name);
        bool parent = str_eq_c(str_from(field->name), "parent_id"); /* may be the source, which is not back yet */
        if (pair == NULL || parent || !is_chosen(field)) {
            continue;
        }
        json_t *present = json_keep(request->arena, field_json(field, merging->survivor[i], request->arena));
        if (json_equal(present, json_array_get(pair, 1))) {
            json_object_set(body, field->name, json_array_get(pair, 0));
        }
    }
    if (json_object_size(body) == 0) {
        return OK;
    }
    json_object_set_new(body, "duplicate_confirmed", json_true());
    return record_update(request, &CUSTOMER, merging->row.survivor_id, 0, body, &options);
}

static enum err restore_parent(const struct merging *merging, const json_t *changes)
{
    struct request *request = merging->request;
    const json_t *pair = json_object_get(changes, "parent_id");
    const json_t *before = json_array_get(pair, 0);
    struct value present = field_of(merging->survivor, "parent_id");
    int64_t after = json_integer_value(json_array_get(pair, 1));
    bool above = false;
    if (pair == NULL || (present.type == VALUE_INT ? present.integer : 0) != after) {
        return OK;
    }
    if (json_is_integer(before)) {
        TRY(customer_store_is_above(request->db, request->arena, merging->row.survivor_id, json_integer_value(before),
                                    &above));
    }
    struct value parent = json_is_integer(before) ? V((int64_t)json_integer_value(before)) : value_null();
    return above ? OK : merge_store_set_parent(request->db, request->arena, merging->row.survivor_id, parent);
}

static enum err bring_back_source(const struct merging *merging)
{
    struct request *request = merging->request;
    const json_t *before = read_json(request, merging->row.source_before);
    struct str code = json_get_str(before, "code");
    if (code.len > 0) {
        enum err err = merge_store_set_code(request->db, request->arena, merging->row.source_id, V(code));
        if (err == ERR_DUPLICATE) {
            return too_late(request, "Another customer has the code of this one now.");
        }
        TRY(err);
    }
    return record_restore(request, &CUSTOMER, merging->row.source_id);
}

static enum err move_rows_back(const struct merging *merging)
{
    struct request *request = merging->request;
    const struct merge_row *row = &merging->row;
    TRY(merge_store_note_hanging(request->db, request->arena, row));
    for (const struct merge_reference *reference = MERGE_REFERENCES; reference->name != NULL; reference++) {
        int64_t moved = 0;
        if (reference->way != MERGE_MOVE) {
            continue;
        }
        TRY(merge_store_move_back(request->db, request->arena, row, reference, request_actor(request), request->now,
                                  &moved));
        if (moved > 0 && reference->object != NULL) {
            struct str changes = reference_change(request, row->survivor_id, row->source_id, reference->column);
            TRY(merge_store_audit(request, row->id, reference, changes, row->source_id));
        }
    }
    return merge_store_part_shares(request->db, request->arena, row);
}

enum err merge_undo(struct request *request, int64_t id)
{
    struct merging merging = {.request = request};
    TRY(load_undo(&merging, id));
    const json_t *changes = read_json(request, merging.row.survivor_before);
    TRY(merge_store_undone(request->db, request->arena, id, request_actor(request), request->now));
    TRY(merge_store_lead_back(request->db, request->arena, merging.row.source_id));
    TRY(restore_survivor(&merging, changes));
    TRY(bring_back_source(&merging));
    TRY(move_rows_back(&merging));
    TRY(restore_parent(&merging, changes));
    TRY(refresh(request, &merging.row));
    return audit_both(request, &merging.row, "unmerge", (struct str){0});
}
