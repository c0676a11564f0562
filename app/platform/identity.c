/* Who asks. One query a request says whether the session still counts; what the roles give together is kept in the
 * worker for as long as company.org_epoch stands, so a change of the organisation counts from the next request on.
 * rights_load builds those; platform/scope.c turns them into predicates. */
#include "platform/identity_load.h"

#include <string.h>

#include "platform/ids.h"
#include "identity_store.h"
#include "platform/auth.h"
#include "platform/grants.h"

bool identity_can(const struct identity *user, enum permission permission)
{
    return user != NULL && (user->permissions[permission / 64] >> (permission % 64) & 1) != 0;
}

struct value request_actor(const struct request *request)
{
    return request->user == NULL ? value_null() : V(request->user->user_id);
}

enum err epoch_raise(struct db *db, struct arena *arena)
{
    return identity_store_raise_epoch(db, arena);
}

/* ---- rights ---- */

/* The rows of one role, or of all (`role_id` 0). */
static bool counts(int64_t role_id, int64_t row_role_id)
{
    return role_id == 0 || role_id == row_role_id;
}

static struct str object_of_key(struct str permission)
{
    struct str rest = permission;
    struct str object = {0};
    return str_cut(&rest, '.', &object) ? object : permission;
}

/* Notes that some role gives an action on the object of `permission`. */
static void note_object(struct rights *rights, struct str *objects, struct str permission)
{
    struct str object = object_of_key(permission);
    for (size_t i = 0; i < rights->object_count; i++) {
        if (str_eq(objects[i], object)) {
            return;
        }
    }
    objects[rights->object_count++] = object;
}

static void add_permissions(struct rights *rights, struct arena *arena, const struct role_permission_row *rows,
                            size_t count, int64_t role_id)
{
    struct str *objects = ARENA_ARRAY(arena, struct str, count + 1);
    rights->objects = objects;
    for (size_t i = 0; i < count; i++) {
        if (!counts(role_id, rows[i].role_id)) {
            continue;
        }
        rights->is_admin |= rows[i].is_admin;
        enum permission permission;
        if (rows[i].permission.set && permission_find(rows[i].permission.value, &permission)) {
            rights->permissions[permission / 64] |= UINT64_C(1) << (permission % 64);
            note_object(rights, objects, rows[i].permission.value);
        }
    }
    if (rights->is_admin) {
        memset(rights->permissions, 0xff, sizeof rights->permissions);
    }
}

/* What the kinds of scope mean for this user; read once, only when some role uses them. */
struct expansion {
    int64_t *below;                     /* own department and those below */
    size_t below_count;                 /* in below */
    int64_t *subordinates;              /* everybody below by manager */
    size_t subordinate_count;           /* in subordinates */
    struct role_department_row *chosen; /* chosen departments by role and object */
    size_t chosen_count;                /* in chosen */
};

static int64_t *ids_of(struct arena *arena, const struct id_row *rows, size_t count)
{
    int64_t *ids = ARENA_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = rows[i].id;
    }
    return ids;
}

static bool some_scope_is(const struct role_scope_row *rows, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq_c(rows[i].scope, word)) {
            return true;
        }
    }
    return false;
}

static enum err expand(struct db *db, struct arena *arena, int64_t user_id, int64_t department_id,
                       const struct role_scope_row *rows, size_t count, struct expansion *out)
{
    struct id_row *ids;
    *out = (struct expansion){0};
    if (some_scope_is(rows, count, "department_and_below")) {
        TRY(identity_store_departments_below(db, arena, department_id, &ids, &out->below_count));
        out->below = ids_of(arena, ids, out->below_count);
    }
    if (some_scope_is(rows, count, "own_and_subordinates")) {
        TRY(identity_store_subordinates(db, arena, user_id, &ids, &out->subordinate_count));
        out->subordinates = ids_of(arena, ids, out->subordinate_count);
    }
    if (some_scope_is(rows, count, "chosen_departments")) {
        TRY(identity_store_chosen(db, arena, user_id, &out->chosen, &out->chosen_count));
    }
    return OK;
}

/* The union of two lists, ascending, without doubles. Keeps the list itself when there is nothing to add. */
static const int64_t *unite(struct arena *arena, const int64_t *ids, size_t *count, const int64_t *more,
                            size_t more_count)
{
    if (more_count == 0) {
        return ids;
    }
    if (*count == 0) {
        *count = more_count;
        return more;
    }
    int64_t *all = ARENA_ARRAY(arena, int64_t, *count + more_count);
    memcpy(all, ids, *count * sizeof *ids);
    memcpy(all + *count, more, more_count * sizeof *more);
    *count = ids_sort(all, *count + more_count);
    return all;
}

static void add_departments(struct scope *scope, struct arena *arena, const int64_t *ids, size_t count)
{
    scope->department_ids = unite(arena, scope->department_ids, &scope->department_count, ids, count);
}

static void add_chosen(struct scope *scope, struct arena *arena, const struct role_scope_row *row,
                       const struct expansion *expansion)
{
    int64_t *ids = ARENA_ARRAY(arena, int64_t, expansion->chosen_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < expansion->chosen_count; i++) {
        const struct role_department_row *chosen = &expansion->chosen[i];
        if (chosen->role_id == row->role_id && str_eq(chosen->object, row->object)) {
            ids[count++] = chosen->department_id;
        }
    }
    add_departments(scope, arena, ids, ids_sort(ids, count));
}

/* Widens `scope` by one role's row. Every scope but "none" includes what the user owns. */
static void add_scope(struct scope *scope, struct arena *arena, const struct role_scope_row *row, int64_t department_id,
                      const struct expansion *expansion)
{
    if (str_eq_c(row->scope, "none")) {
        return;
    }
    scope->own = true;
    if (str_eq_c(row->scope, "all")) {
        scope->all = true;
    } else if (str_eq_c(row->scope, "own_and_subordinates")) {
        scope->user_ids =
            unite(arena, scope->user_ids, &scope->user_count, expansion->subordinates, expansion->subordinate_count);
    } else if (str_eq_c(row->scope, "department")) {
        int64_t *own_department = ARENA_NEW(arena, int64_t);
        *own_department = department_id;
        add_departments(scope, arena, own_department, 1);
    } else if (str_eq_c(row->scope, "department_and_below")) {
        add_departments(scope, arena, expansion->below, expansion->below_count);
    } else if (str_eq_c(row->scope, "chosen_departments")) {
        add_chosen(scope, arena, row, expansion);
    }
}

static enum err add_scopes(struct rights *rights, struct db *db, struct arena *arena, int64_t user_id,
                           int64_t department_id, int64_t role_id)
{
    struct role_scope_row *rows;
    size_t count;
    TRY(identity_store_scopes(db, arena, user_id, &rows, &count));
    struct expansion expansion;
    TRY(expand(db, arena, user_id, department_id, rows, count, &expansion));
    struct scope_grant *scopes = ARENA_ARRAY(arena, struct scope_grant, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (!counts(role_id, rows[i].role_id)) {
            continue;
        }
        size_t at = 0;
        while (at < rights->scope_count && !str_eq(scopes[at].key, rows[i].object)) {
            at++;
        }
        if (at == rights->scope_count) {
            scopes[at] = (struct scope_grant){.key = rows[i].object, .scope.user_id = user_id};
            rights->scope_count++;
        }
        add_scope(&scopes[at].scope, arena, &rows[i], department_id, &expansion);
    }
    rights->scopes = scopes;
    return OK;
}

static enum field_access access_of(struct str word)
{
    static const char *const words[] = {"hidden", "masked", "read", "edit"};
    for (int i = FIELD_ACCESS_HIDDEN; i <= FIELD_ACCESS_EDIT; i++) {
        if (str_eq_c(word, words[i])) {
            return (enum field_access)i;
        }
    }
    return FIELD_ACCESS_HIDDEN;
}

/* Does the role give any action on the object? */
static bool role_knows(const struct role_permission_row *rows, size_t count, int64_t role_id, struct str object)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].role_id == role_id && rows[i].permission.set &&
            str_eq(object_of_key(rows[i].permission.value), object)) {
            return true;
        }
    }
    return false;
}

/* Roles among those wanted that give some action on the object. The rows come role by role. */
static size_t count_roles(const struct role_permission_row *rows, size_t count, int64_t role_id, struct str object)
{
    size_t roles = 0;
    for (size_t i = 0; i < count; i++) {
        bool first_of_role = i == 0 || rows[i - 1].role_id != rows[i].role_id;
        roles += first_of_role && counts(role_id, rows[i].role_id) && role_knows(rows, count, rows[i].role_id, object);
    }
    return roles;
}

/* A field is restricted when every role that gives an action on the object restricts it: a role that says nothing about
 * the field lets it be edited, but a role that does not know the object has no say. */
static enum err add_fields(struct rights *rights, struct db *db, struct arena *arena, int64_t user_id, int64_t role_id,
                           const struct role_permission_row *permissions, size_t permission_count)
{
    struct role_field_row *rows;
    size_t count;
    TRY(identity_store_fields(db, arena, user_id, &rows, &count));
    struct field_grant *fields = ARENA_ARRAY(arena, struct field_grant, count + 1);
    size_t at = 0;
    while (at < count) {
        struct field_grant grant = {rows[at].object, rows[at].field, FIELD_ACCESS_HIDDEN};
        size_t restricting = 0;
        for (; at < count && str_eq(rows[at].object, grant.object) && str_eq(rows[at].field, grant.field); at++) {
            if (!counts(role_id, rows[at].role_id) ||
                !role_knows(permissions, permission_count, rows[at].role_id, grant.object)) {
                continue;
            }
            restricting++;
            enum field_access access = access_of(rows[at].access);
            grant.access = access > grant.access ? access : grant.access;
        }
        if (restricting > 0 && restricting == count_roles(permissions, permission_count, role_id, grant.object)) {
            fields[rights->field_count++] = grant;
        }
    }
    rights->fields = fields;
    return OK;
}

enum err rights_load(struct db *db, struct arena *arena, int64_t user_id, int64_t department_id, int64_t role_id,
                     struct rights **out)
{
    struct role_permission_row *permissions;
    size_t count;
    TRY(identity_store_permissions(db, arena, user_id, &permissions, &count));
    struct rights *rights = ARENA_NEW(arena, struct rights);
    add_permissions(rights, arena, permissions, count, role_id);
    TRY(add_scopes(rights, db, arena, user_id, department_id, role_id));
    TRY(add_fields(rights, db, arena, user_id, role_id, permissions, count));
    *out = rights;
    return OK;
}

/* ---- the worker's cache of rights ---- */

enum { CACHE_USERS = 512, CACHE_SLOTS = 1024, CACHE_BYTES = 16 * 1024 * 1024 };

/* Rights by user, all of one epoch. One worker serves one request at a time, so an entry lives until the next request
 * at least: the cache is emptied only while an identity is being loaded. */
static struct {
    struct arena *arena; /* holds the rights; NULL until the first use */
    int64_t epoch;       /* company.org_epoch they belong to */
    size_t count;        /* users in slots */
    struct slot {
        int64_t user_id;             /* 0: free */
        const struct rights *rights; /* in arena */
    } slots[CACHE_SLOTS];            /* open addressing */
} cache;

static void cache_empty(int64_t epoch)
{
    if (cache.arena == NULL) {
        cache.arena = arena_create((size_t)4 * CACHE_BYTES);
    }
    arena_reset(cache.arena);
    memset(cache.slots, 0, sizeof cache.slots);
    cache.count = 0;
    cache.epoch = epoch;
}

static struct slot *cache_slot(int64_t user_id)
{
    size_t at = (size_t)user_id * 2654435761u % CACHE_SLOTS;
    while (cache.slots[at].user_id != 0 && cache.slots[at].user_id != user_id) {
        at = (at + 1) % CACHE_SLOTS;
    }
    return &cache.slots[at];
}

static enum err cached_rights(struct db *db, const struct identity_row *row, const struct rights **out)
{
    bool full = cache.count >= CACHE_USERS || (cache.arena != NULL && arena_used(cache.arena) > CACHE_BYTES);
    if (cache.arena == NULL || cache.epoch != row->org_epoch || full) {
        cache_empty(row->org_epoch);
    }
    struct slot *slot = cache_slot(row->user_id);
    if (slot->user_id == 0) {
        struct rights *rights;
        TRY(rights_load(db, cache.arena, row->user_id, row->department_id, 0, &rights));
        *slot = (struct slot){row->user_id, rights};
        cache.count++;
    }
    *out = slot->rights;
    return OK;
}

/* ---- identities ---- */

static void set_day(struct request *request, struct str zone)
{
    request->zone = str_c(request->arena, zone);
    request->today = instant_date(request->now, request->zone);
}

static enum err load_shares(struct request *request, struct db *db, const struct identity_row *row,
                            struct grants *grants)
{
    if (!row->has_shares) {
        return OK;
    }
    struct share_row *rows;
    TRY(identity_store_shares(db, request->arena, row->user_id, request->today, SHARE_LIST_MAX + 1, &rows,
                              &grants->share_count));
    struct share *shares = ARENA_ARRAY(request->arena, struct share, grants->share_count + 1);
    for (size_t i = 0; i < grants->share_count; i++) {
        shares[i] = (struct share){rows[i].object, rows[i].record_id, rows[i].can_edit, rows[i].cascade_to};
    }
    grants->shares = shares;
    return OK;
}

static enum err fill(struct request *request, struct db *db, const struct identity_row *row, int64_t session_id,
                     const struct rights *rights)
{
    set_day(request, row->time_zone);
    request->language = row->locale;
    struct grants *grants = ARENA_NEW(request->arena, struct grants);
    grants->rights = rights;
    TRY(load_shares(request, db, row, grants));
    struct identity *user = ARENA_NEW(request->arena, struct identity);
    *user = (struct identity){
        .user_id = row->user_id,
        .session_id = session_id,
        .department_id = row->department_id,
        .name = row->name,
        .locale = row->locale,
        .must_change_password = row->must_change,
        .is_admin = rights->is_admin,
        .grants = grants,
    };
    memcpy(user->permissions, rights->permissions, sizeof user->permissions);
    request->user = user;
    return OK;
}

/* "Bearer TOKEN" → TOKEN. */
static struct str bearer_token(struct str authorization)
{
    struct str rest = authorization;
    struct str scheme = {0};
    bool found = str_cut(&rest, ' ', &scheme) && str_eq_ci(scheme, STR("Bearer"));
    return found ? str_trim(rest) : (struct str){0};
}

enum err identity_load(struct request *request, struct db *db)
{
    struct access_claims claims;
    struct str token = bearer_token(request->authorization);
    if (auth_access_read(request->arena, request->config, token, request->now, &claims) != OK) {
        return error_set(request->error, ERR_NOT_SIGNED_IN, "%s", err_text(ERR_NOT_SIGNED_IN));
    }
    struct identity_row row;
    enum err err = identity_store_session(db, request->arena, claims.user_id, claims.session_id, request->now, &row);
    if (err == ERR_NOT_FOUND || (err == OK && (!row.is_active || !row.is_open))) {
        return error_set(request->error, ERR_SESSION_ENDED, "%s", err_text(ERR_SESSION_ENDED));
    }
    TRY(err);
    const struct rights *rights;
    TRY(cached_rights(db, &row, &rights));
    request->org_epoch = row.org_epoch;
    return fill(request, db, &row, claims.session_id, rights);
}

enum err identity_load_user(struct request *request, struct db *db, int64_t user_id)
{
    struct identity_row row;
    TRY(identity_store_user(db, request->arena, user_id, &row));
    if (!row.is_active) {
        return ERR_NOT_FOUND;
    }
    /* Not from the cache: the identity of somebody else may be in use beside this one. */
    struct rights *rights;
    TRY(rights_load(db, request->arena, user_id, row.department_id, 0, &rights));
    return fill(request, db, &row, 0, rights);
}

enum err identity_load_company(struct request *request, struct db *db)
{
    struct str zone = {0};
    enum err err = identity_store_zone(db, request->arena, &zone);
    if (err == ERR_NOT_FOUND) {
        zone = str_from(request->config->time_zone);
        err = OK;
    }
    TRY(err);
    set_day(request, zone);
    if (request->language.len == 0) {
        request->language = STR("zh-CN");
    }
    return OK;
}

bool request_in_chinese(const struct request *request)
{
    return str_starts(request->language, STR("zh"));
}
