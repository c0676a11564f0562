/* Decisions about shares. The explanation asks the same predicate as every list, once for each role alone, so it cannot
 * tell another story than the lists do. */
#include "share_rules.h"

#include <string.h>

#include "ended_store.h"
#include "platform/audit.h"
#include "platform/grants.h"
#include "platform/identity_load.h"
#include "platform/scope.h"

enum err share_object(struct request *request, struct str name, const struct object **out)
{
    *out = name.len == 0 ? NULL : object_find(str_c(request->arena, name));
    if (*out == NULL || ((*out)->flags & OBJECT_DIRECTORY) != 0 || object_is_read_only(*out)) {
        error_field(request->error, STR("object"), "not_an_option",
                    "There is no such kind of record, or everybody sees it.");
        return error_check_fields(request->error);
    }
    return OK;
}

static bool is_child(const struct object *object, struct str name)
{
    for (const struct object_child *child = object->children; child != NULL && child->object != NULL; child++) {
        if (str_eq_c(name, child->object)) {
            return true;
        }
    }
    return false;
}

static enum err check_share(struct request *request, const struct object *object, const struct share_view *share)
{
    struct str children = share->cascade_to;
    struct str child;
    while (str_cut(&children, ',', &child)) {
        if (!is_child(object, child)) {
            error_field(request->error, STR("cascade_to"), "not_an_option", "A %s has no %.*s.", object->name,
                        STR_ARG(child));
        }
    }
    if (share->until_on.set && date_compare(share->until_on.value, request->today) < 0) {
        error_field(request->error, STR("until_on"), "too_small", "The last day must not be in the past.");
    }
    bool active;
    TRY(share_store_user_is_active(request->db, request->arena, share->user_id, &active));
    if (!active || share->user_id == request->user->user_id) {
        error_field(request->error, STR("user_id"), "no_such_record", "Please name a colleague who can sign in.");
    }
    return error_check_fields(request->error);
}

/* What lies in a pool is for its members: nobody is let in beside them. */
static enum err check_held(struct request *request, const struct object *object, int64_t record_id)
{
    bool in_pool = false;
    TRY(ended_store_in_pool(request, object, record_id, &in_pool));
    return in_pool ? error_set(request->error, ERR_IN_POOL, "%s", err_text(ERR_IN_POOL)) : OK;
}

static json_t *share_changes(struct request *request, const struct share_view *share, bool added)
{
    json_t *pair =
        added ? json_pack("[n,o]", json_integer(share->user_id)) : json_pack("[o,n]", json_integer(share->user_id));
    return json_keep(request->arena, json_pack("{s:o}", "shared_with_id", pair));
}

enum err share_create(struct request *request, const struct object *object, const struct share_view *share,
                      int64_t *id_out)
{
    TRY(scope_check_parts(request, object, share->record_id, share->can_edit, SCOPE_PART_ROLES | SCOPE_PART_PARENT));
    if (!identity_can(request->user, share->can_edit ? object->edit : object->view)) {
        return error_set(request->error, ERR_FORBIDDEN, "Only rights one has can be shared.");
    }
    TRY(check_share(request, object, share));
    TRY(check_held(request, object, share->record_id));
    TRY(share_store_save(request->db, request->arena, share, id_out));
    return audit_write(request, object->name, share->record_id, "share", 0, share_changes(request, share, true),
                       (struct str){0});
}

enum err share_remove(struct request *request, int64_t id)
{
    struct share_view share;
    TRY(share_store_get(request->db, request->arena, id, &share));
    int64_t me = request->user->user_id;
    bool concerned = share.user_id == me || (share.created_by_id.set && share.created_by_id.value == me);
    const struct object *object = object_find(str_c(request->arena, share.object));
    if (!concerned && object != NULL) {
        TRY(scope_check_parts(request, object, share.record_id, true, SCOPE_PART_ROLES | SCOPE_PART_PARENT));
        if (!identity_can(request->user, object->edit)) {
            return error_set(request->error, ERR_FORBIDDEN, "%s", err_text(ERR_FORBIDDEN));
        }
    }
    TRY(share_store_delete(request->db, request->arena, id));
    return audit_write(request, str_c(request->arena, share.object), share.record_id, "unshare", 0,
                       share_changes(request, &share, false), (struct str){0});
}

/* ---- explanation ---- */

/* Reasons in the making. */
struct explanation {
    struct request *asked;       /* as the person it is about */
    const struct object *object; /* of the record */
    int64_t record_id;           /* which record */
    struct reason *items;        /* so far */
    size_t count;                /* in items */
    size_t cap;                  /* room in items */
};

static struct reason *add_reason(struct explanation *explanation, const char *kind)
{
    if (explanation->count == explanation->cap) {
        size_t cap = explanation->cap == 0 ? 16 : explanation->cap * 2;
        struct reason *grown = ARENA_ARRAY(explanation->asked->arena, struct reason, cap);
        for (size_t i = 0; i < explanation->count; i++) {
            grown[i] = explanation->items[i];
        }
        explanation->items = grown;
        explanation->cap = cap;
    }
    struct reason *reason = &explanation->items[explanation->count++];
    *reason = (struct reason){.kind = kind};
    return reason;
}

/* Is the record in scope by these parts of one role alone? */
static enum err role_reaches(struct explanation *explanation, int64_t role_id, unsigned parts, bool *out)
{
    struct request alone = *explanation->asked;
    struct identity user = *alone.user;
    struct rights *rights;
    TRY(rights_load(alone.db, alone.arena, user.user_id, user.department_id, role_id, &rights));
    struct grants grants = {.rights = rights};
    user.grants = &grants;
    alone.user = &user;
    enum err err = scope_check_parts(&alone, explanation->object, explanation->record_id, false, parts);
    *out = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum err explain_roles(struct explanation *explanation, const struct role_scope_view *roles, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool reached = false;
        const char *kind = "role";
        TRY(role_reaches(explanation, roles[i].role_id, SCOPE_PART_ROLES, &reached));
        if (!reached) {
            kind = "parent";
            TRY(role_reaches(explanation, roles[i].role_id, SCOPE_PART_PARENT, &reached));
        }
        if (reached) {
            struct reason *reason = add_reason(explanation, kind);
            reason->role_name = (struct opt_str){true, roles[i].role_name};
            reason->scope = (struct opt_str){true, roles[i].scope};
        }
    }
    return OK;
}

static void add_shares(struct explanation *explanation, const struct share_reason *shares, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct reason *reason = add_reason(explanation, "share");
        reason->share = &shares[i];
    }
}

static enum err explain_shares(struct explanation *explanation)
{
    struct request *asked = explanation->asked;
    const struct object *object = explanation->object;
    struct share_reason *shares;
    size_t count;
    TRY(explain_store_shares(asked->db, asked->arena, object->name, explanation->record_id, asked->user->user_id,
                             asked->today, &shares, &count));
    add_shares(explanation, shares, count);
    size_t object_count;
    const struct object *const *objects = objects_all(&object_count);
    for (size_t i = 0; i < object_count; i++) {
        for (const struct object_child *child = objects[i]->children; child != NULL && child->object != NULL; child++) {
            if (strcmp(child->object, object->name) != 0) {
                continue;
            }
            TRY(explain_store_cascades(asked->db, asked->arena, object, explanation->record_id, objects[i]->name,
                                       child->column, asked->user->user_id, asked->today, &shares, &count));
            add_shares(explanation, shares, count);
            /* Further rows of the same child differ only in the choice on transfer. */
            break;
        }
    }
    return OK;
}

/* Nothing opens the record: what each role would have opened. To somebody who sees all, it does not exist. */
static void explain_absence(struct explanation *explanation, const struct role_scope_view *roles, size_t count)
{
    if (scope_for(explanation->asked, explanation->object)->all) {
        add_reason(explanation, "no_such_record");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct reason *reason = add_reason(explanation, "outside_scope");
        reason->role_name = (struct opt_str){true, roles[i].role_name};
        reason->scope = (struct opt_str){true, roles[i].scope};
    }
}

static enum err collect(struct explanation *explanation, bool *in_scope_out)
{
    struct request *asked = explanation->asked;
    enum err err = scope_check(asked, explanation->object, explanation->record_id, false);
    *in_scope_out = err == OK;
    if (err != OK && err != ERR_NOT_FOUND) {
        return err;
    }
    if (*in_scope_out && asked->user->is_admin) {
        add_reason(explanation, "admin");
    }
    if (*in_scope_out && (explanation->object->flags & OBJECT_DIRECTORY) != 0) {
        add_reason(explanation, "directory");
        return OK;
    }
    struct role_scope_view *roles;
    size_t count;
    TRY(explain_store_roles(asked->db, asked->arena, asked->user->user_id, explanation->object->name, &roles, &count));
    if (!*in_scope_out) {
        explain_absence(explanation, roles, count);
        return OK;
    }
    if (!asked->user->is_admin) {
        TRY(explain_roles(explanation, roles, count));
    }
    return explain_shares(explanation);
}

enum err scope_explain(struct request *request, const struct object *object, int64_t record_id, int64_t user_id,
                       bool *visible_out, struct reason **reasons_out, size_t *count_out)
{
    if (user_id != request->user->user_id) {
        if (!identity_can(request->user, PERM_ROLE_VIEW)) {
            return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(PERM_ROLE_VIEW));
        }
        TRY(scope_check(request, object, record_id, false));
    }
    struct request asked = *request;
    TRY(identity_load_user(&asked, request->db, user_id));
    struct explanation explanation = {.asked = &asked, .object = object, .record_id = record_id};
    bool in_scope = false;
    TRY(collect(&explanation, &in_scope));
    bool may_view = identity_can(asked.user, object->view);
    if (!may_view) {
        add_reason(&explanation, "no_permission");
    }
    *visible_out = in_scope && may_view;
    *reasons_out = explanation.items;
    *count_out = explanation.count;
    return OK;
}
