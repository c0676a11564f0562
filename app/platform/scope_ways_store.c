/* The records in scope by several ways. An OR over owners, departments and parents can use no index; each of its parts
 * alone can, and one part after the other is read. Parents come first in the join, so that their children are found by
 * the index on the reference. Or all records that fit are passed by and held against sets of parents. */
#include <assert.h>

#include "platform/grants.h"
#include "scope_internal.h"

enum {
    SINGLE_MAX =
        SCOPE_LISTS_MAX,    /* so many owners or departments are ways of their own, in which records stand sorted */
    WAYS_MAX = 128,         /* more than levels × parts */
    NARROW_OWNERS_MAX = 50, /* parents of so many owners at most are looked up, */
    PARENT_IDS_MAX = 1024,  /* and named by id when there are not more */
    KEPT = 1024,            /* sizes kept by a worker */
    KEPT_MS = 60000,        /* for so long */
    EXPLAINED_ROWS = 8,     /* column of EXPLAIN */
};

/* The ways found so far. */
struct ways {
    const struct request *request; /* who asks */
    struct scope_way *items;       /* WAYS_MAX of them */
    size_t count;                  /* in use */
    bool whole;                    /* the ids of a column are one way, however few */
};

/* The join from a parent down to t: `head` is its first table, `tail` what follows. */
struct join {
    struct query head;
    struct query tail;
};

static struct query new_query(const struct request *request)
{
    struct query query;
    query_init(&query, request->arena);
    return query;
}

static void add_table(struct query *query, const char *table, const char *alias)
{
    query_sql(query, "`");
    query_sql(query, table);
    query_sql(query, "` ");
    query_sql(query, alias);
}

static struct query *add_way(struct ways *ways, const struct join *join, bool in_order)
{
    assert(ways->count < WAYS_MAX);
    struct scope_way *way = &ways->items[ways->count++];
    bool joined = join->tail.sql.len > 0;
    *way = (struct scope_way){new_query(ways->request), new_query(ways->request), in_order || joined, joined};
    query_append(&way->from, &join->head);
    query_append(&way->from, &join->tail);
    return &way->where;
}

static struct join join_of(const struct request *request, const struct object *object)
{
    struct join join = {new_query(request), new_query(request)};
    add_table(&join.head, object->table, "t");
    return join;
}

/* The same join with the parent of its first table before it. */
static struct join join_above(const struct request *request, const struct join *join, const struct object *object,
                              const char *alias, const struct object *parent, const char *parent_alias)
{
    struct join above = {new_query(request), new_query(request)};
    add_table(&above.head, parent->table, parent_alias);
    query_sql(&above.tail, " STRAIGHT_JOIN ");
    query_append(&above.tail, &join->head);
    query_sql(&above.tail, " ON ");
    query_sql(&above.tail, alias);
    query_sql(&above.tail, ".");
    query_sql(&above.tail, object->parent_column);
    query_sql(&above.tail, " = ");
    query_sql(&above.tail, parent_alias);
    query_sql(&above.tail, ".id");
    query_append(&above.tail, &join->tail);
    return above;
}

static void add_id_ways(struct ways *ways, const struct join *join, const char *alias, const char *column,
                        const int64_t *ids, size_t count)
{
    if (column == NULL || count == 0) {
        return;
    }
    if (count > SINGLE_MAX || ways->whole) {
        scope_add_id_test(add_way(ways, join, false), alias, column, ids, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        scope_add_id_test(add_way(ways, join, true), alias, column, &ids[i], 1);
    }
}

/* Is the object in scope by few owners only, all the way up? */
static bool is_narrow(const struct request *request, const struct object *object)
{
    const struct scope *scope = scope_for(request, object);
    if (scope_sees_all(request, object) || scope->department_count > 0 || scope->user_count > NARROW_OWNERS_MAX) {
        return false;
    }
    return object->parent_object == NULL || scope_is_none(scope) ||
           is_narrow(request, object_find(object->parent_object));
}

static enum err add_role_ways(struct ways *ways, const struct object *object, const struct join *join,
                              const char *alias, size_t depth);

/* Ids of the records that come by roles; `count_out` is above PARENT_IDS_MAX when there are more than that. */
static enum err look_up_ids(const struct request *request, const struct object *object, int64_t **ids_out,
                            size_t *count_out)
{
    struct ways ways = {.request = request, .items = ARENA_ARRAY(request->arena, struct scope_way, WAYS_MAX)};
    struct join join = join_of(request, object);
    TRY(add_role_ways(&ways, object, &join, "t", 0));
    struct query query = new_query(request);
    for (size_t i = 0; i < ways.count; i++) {
        query_sql(&query, i == 0 ? "(SELECT t.id FROM " : " UNION (SELECT t.id FROM ");
        query_append(&query, &ways.items[i].from);
        query_sql(&query, " WHERE ");
        query_append(&query, &ways.items[i].where);
        query_sql(&query, " LIMIT ");
        query_arg(&query, V((int64_t)PARENT_IDS_MAX + 1));
        query_sql(&query, ")");
    }
    struct rows rows = {0};
    if (ways.count > 0) {
        TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    }
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, rows.count + PARENT_IDS_MAX);
    for (size_t i = 0; i < rows.count; i++) {
        ids[i] = rows_get(&rows, i, 0).integer;
    }
    *ids_out = ids;
    *count_out = rows.count;
    return OK;
}

static enum err add_parent_ways(struct ways *ways, const struct object *object, const struct join *join,
                                const char *alias, size_t depth)
{
    const struct object *parent = object_find(object->parent_object);
    assert(parent != NULL);
    if (scope_sees_all(ways->request, parent)) {
        struct query *where = add_way(ways, join, true);
        query_sql(where, alias);
        query_sql(where, ".");
        query_sql(where, object->parent_column);
        query_sql(where, " IS NOT NULL");
        return OK;
    }
    if (is_narrow(ways->request, parent)) {
        int64_t *ids = NULL;
        size_t count = 0;
        TRY(look_up_ids(ways->request, parent, &ids, &count));
        if (count == 0) {
            return OK;
        }
        if (count <= PARENT_IDS_MAX) {
            scope_add_id_test(add_way(ways, join, false), alias, object->parent_column, ids, count);
            return OK;
        }
    }
    const char *above = scope_parent_alias(depth);
    struct join longer = join_above(ways->request, join, object, alias, parent, above);
    return add_role_ways(ways, parent, &longer, above, depth + 1);
}

/* By owner, department and what else the object has, and by those of the records above. */
static enum err add_role_ways(struct ways *ways, const struct object *object, const struct join *join,
                              const char *alias, size_t depth)
{
    const struct scope *scope = scope_for(ways->request, object);
    if (scope_is_none(scope)) {
        return OK;
    }
    size_t owner_count = 0;
    const int64_t *owners = scope_owners(ways->request->arena, scope, &owner_count);
    add_id_ways(ways, join, alias, object->owner_column, owners, owner_count);
    add_id_ways(ways, join, alias, object->department_column, scope->department_ids, scope->department_count);
    if (object->places != NULL) {
        int64_t *places = NULL;
        size_t place_count = 0;
        TRY(object->places(ways->request, &places, &place_count));
        add_id_ways(ways, join, alias, object->place_column, places, place_count);
    } else if (object->scope_terms != NULL) {
        struct query inner = new_query(ways->request);
        size_t terms = 0;
        object->scope_terms(&inner, ways->request, alias, false, &terms);
        if (terms > 0) {
            query_append(add_way(ways, join, false), &inner);
        }
    }
    return object->parent_object == NULL ? OK : add_parent_ways(ways, object, join, alias, depth);
}

/* Records that lie nowhere are not of this kind. */
static void add_place(struct ways *ways, const struct object *object)
{
    for (size_t i = 0; object->place_column != NULL && i < ways->count; i++) {
        struct query where = new_query(ways->request);
        query_sql(&where, "t.");
        query_sql(&where, object->place_column);
        query_sql(&where, " IS NOT NULL AND (");
        query_append(&where, &ways->items[i].where);
        query_sql(&where, ")");
        ways->items[i].where = where;
    }
}

enum err scope_ways(const struct request *request, const struct object *object, struct scope_way **ways_out,
                    size_t *count_out)
{
    struct ways ways = {.request = request, .items = ARENA_ARRAY(request->arena, struct scope_way, WAYS_MAX)};
    struct join join = join_of(request, object);
    if (request->user != NULL && scope_sees_all(request, object)) {
        query_sql(add_way(&ways, &join, true), "TRUE");
    } else if (request->user != NULL) {
        struct query shared = new_query(request);
        size_t terms = 0;
        TRY(add_role_ways(&ways, object, &join, "t", 0));
        scope_add_share_terms(&shared, request, object, "t", false, &terms);
        if (terms > 0) {
            query_append(add_way(&ways, &join, false), &shared);
        }
    }
    add_place(&ways, object);
    *ways_out = ways.items;
    *count_out = ways.count;
    return OK;
}

/* ---- one pass ---- */

/* " OR parent IN (SELECT …)" for each way to the parents: the server may collect them once from an index alone, or look
 * each up, whichever it thinks is less. */
static enum err add_parent_sets(struct query *query, const struct request *request, const struct object *object)
{
    const struct object *parent = object_find(object->parent_object);
    struct ways ways = {
        .request = request, .items = ARENA_ARRAY(request->arena, struct scope_way, WAYS_MAX), .whole = true};
    struct join join = join_of(request, parent);
    if (scope_sees_all(request, parent)) {
        query_sql(query, " OR t.");
        query_sql(query, object->parent_column);
        query_sql(query, " IS NOT NULL");
        return OK;
    }
    TRY(add_role_ways(&ways, parent, &join, "t", 0));
    for (size_t i = 0; i < ways.count; i++) {
        query_sql(query, " OR t.");
        query_sql(query, object->parent_column);
        query_sql(query, " IN (SELECT t.id FROM ");
        query_append(query, &ways.items[i].from);
        query_sql(query, " WHERE ");
        query_append(query, &ways.items[i].where);
        query_sql(query, ")");
    }
    return OK;
}

enum err scope_pass_predicate(struct query *query, const struct request *request, const struct object *object)
{
    bool has_parents = object->parent_object != NULL && !scope_is_none(scope_for(request, object));
    query_sql(query, "(");
    if (object->place_column != NULL) {
        query_sql(query, "t.");
        query_sql(query, object->place_column);
        query_sql(query, " IS NOT NULL AND (");
    }
    scope_predicate_parts(query, request, object, "t", false, SCOPE_PART_ROLES | SCOPE_PART_SHARES);
    if (has_parents && !scope_sees_all(request, object)) {
        TRY(add_parent_sets(query, request, object));
    }
    query_sql(query, object->place_column != NULL ? "))" : ")");
    return OK;
}

/* ---- sizes ---- */

/* A size that was counted. */
struct kept_size {
    const struct object *object; /* of which kind; NULL: an empty place */
    int64_t user_id;             /* for whom */
    int64_t until_ms;            /* is forgotten then */
    struct scope_size size;      /* what came out */
};

/* The server's own estimate of the records with one of these ids: it looks into the index at the ends of each range. */
static enum err estimate(const struct request *request, const struct object *object, const char *column,
                         const int64_t *ids, size_t count, int64_t *sum)
{
    if (column == NULL || count == 0) {
        return OK;
    }
    struct query query = new_query(request);
    query_sql(&query, "EXPLAIN SELECT 1 FROM ");
    add_table(&query, object->table, "t");
    query_sql(&query, " WHERE ");
    scope_add_id_test(&query, "t", column, ids, count);
    struct rows rows;
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    struct value estimated = rows.count > 0 ? rows_get(&rows, 0, EXPLAINED_ROWS) : value_null();
    int64_t records = estimated.type == VALUE_INT ? estimated.integer : 0;
    if (estimated.type == VALUE_TEXT && !str_to_i64(estimated.text, &records)) {
        records = 0;
    }
    *sum += records;
    return OK;
}

static enum err count_scope(const struct request *request, const struct object *object, struct scope_size *out)
{
    const struct scope *scope = scope_for(request, object);
    TRY(estimate(request, object, object->department_column, scope->department_ids, scope->department_count,
                 &out->records));
    TRY(estimate(request, object, object->owner_column, scope->user_ids, scope->user_count, &out->records));
    struct query query = new_query(request);
    query_sql(&query, "SELECT MAX(id) FROM ");
    add_table(&query, object->table, "t");
    struct rows rows;
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    struct value last = rows_get(&rows, 0, 0);
    out->table = last.type == VALUE_NULL ? 0 : last.integer;
    return OK;
}

enum err scope_measure(const struct request *request, const struct object *object, struct scope_size *out)
{
    static struct kept_size kept[KEPT];
    *out = (struct scope_size){0};
    if (request->user == NULL || scope_sees_all(request, object)) {
        out->all = request->user != NULL;
        return OK;
    }
    const struct scope *scope = scope_for(request, object);
    out->lists = scope->department_count + scope->user_count;
    if (out->lists == 0) {
        return OK;
    }
    uint64_t place = ((uint64_t)request->user->user_id * 31 + (uintptr_t)object / sizeof *object) % KEPT;
    struct kept_size *found = &kept[place];
    bool is_fresh = found->object == object && found->user_id == request->user->user_id &&
                    found->until_ms > request->now.ms && found->size.lists == out->lists;
    if (!is_fresh) {
        TRY(count_scope(request, object, out));
        *found = (struct kept_size){object, request->user->user_id, request->now.ms + KEPT_MS, *out};
    }
    *out = found->size;
    return OK;
}
