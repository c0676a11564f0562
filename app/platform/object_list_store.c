/* SQL for many records: lists, counts, search, aggregates. The inner select finds ids by scope, filter, sort and
 * cursor; the outer one fetches only that page's rows and labels.
 *
 * Which ids is asked in one of three shapes, all of which give the same:
 *   by ways    one select a way into scope, each served by an index; what they give is united
 *   walk       the list's own index is walked and each record checked, until the page is full
 *   search     the few records that may match a text are checked */
#include "platform/object_select.h"

#include <string.h>

#include "platform/custom.h"
#include "platform/object_search.h"
#include "platform/scope.h"

enum {
    COLLECTED_MAX = 20000, /* so many records are rather collected than walked to when conditions may leave few, */
    CHILDREN_MAX = 5000,   /* fewer when their parents are collected first */
    EXAMINED_MAX = 25000,  /* a walk under conditions gives up after so many records */
    WIDE_PART = 20,        /* one record of so many in scope: all that fit are passed by when all in scope are wanted */
};

static void add_field(struct query *query, const struct object *object, size_t field)
{
    select_field(query, &object_fields(object)[field], "t");
}

/* " AND …" for the rows behind the cursor. NULLs come first ascending and last descending. */
static void add_cursor(struct query *query, const struct list_request *list)
{
    const struct object *object = list->object;
    const char *past = list->descending ? " < " : " > ";
    if (!list->after) {
        return;
    }
    query_sql(query, " AND (");
    if (list->after_value.type != VALUE_NULL) {
        query_sql(query, "(");
        add_field(query, object, list->sort_field);
        query_sql(query, list->descending ? " <= " : " >= ");
        query_arg(query, list->after_value);
        query_sql(query, " AND (");
        add_field(query, object, list->sort_field);
        query_sql(query, past);
        query_arg(query, list->after_value);
        query_sql(query, " OR t.id");
        query_sql(query, past);
        query_arg(query, V(list->after_id));
        query_sql(query, "))");
        if (list->descending && (object_fields(object)[list->sort_field].flags & FIELD_NULLABLE) != 0) {
            query_sql(query, " OR ");
            add_field(query, object, list->sort_field);
            query_sql(query, " IS NULL");
        }
    } else {
        query_sql(query, "(");
        add_field(query, object, list->sort_field);
        query_sql(query, " IS NULL AND t.id");
        query_sql(query, past);
        query_arg(query, V(list->after_id));
        query_sql(query, ")");
        if (!list->descending) {
            query_sql(query, " OR ");
            add_field(query, object, list->sort_field);
            query_sql(query, " IS NOT NULL");
        }
    }
    query_sql(query, ")");
}

static void add_order(struct query *query, const struct list_request *list)
{
    query_sql(query, " ORDER BY ");
    add_field(query, list->object, list->sort_field);
    query_sql(query, list->descending ? " DESC, t.id DESC" : ", t.id");
}

/* " AND …": filter and search. */
static void add_conditions(struct request *request, struct query *query, const struct list_request *list)
{
    if (list->filter != NULL) {
        query_sql(query, " AND ");
        filter_sql(query, list->filter, "t");
    }
    if (list->search.len > 0) {
        search_add_match(request, query, list->object, list->search);
    }
}

/* " WHERE …" of one way into scope. */
static void add_where(struct request *request, struct query *query, const struct list_request *list,
                      const struct scope_way *way)
{
    query_sql(query, list->deleted ? " WHERE t.deleted_at IS NOT NULL AND (" : " WHERE t.deleted_at IS NULL AND (");
    query_append(query, &way->where);
    query_sql(query, ")");
    add_conditions(request, query, list);
}

/* "SELECT t.id[, sort value] FROM … WHERE …" of one way into scope. `page`: in the order of the list, to its limit. */
static void add_way(struct request *request, struct query *query, const struct list_request *list,
                    const struct scope_way *way, bool page)
{
    query_sql(query, "SELECT t.id");
    if (page) {
        query_sql(query, ", ");
        add_field(query, list->object, list->sort_field);
        query_sql(query, " AS sorted");
    }
    query_sql(query, " FROM ");
    query_append(query, &way->from);
    if (page && !way->in_order) {
        query_sql(query, " USE INDEX FOR ORDER BY ()");
    }
    add_where(request, query, list, way);
}

static void add_limit(struct query *query, size_t limit)
{
    query_sql(query, " LIMIT ");
    query_arg(query, V((int64_t)limit));
}

/* How ids are asked for. */
struct shape {
    enum { BY_WAYS, WALK, SEARCH } kind; /* see above */
    struct scope_way *ways;              /* BY_WAYS */
    size_t way_count;                    /* in ways */
    struct query candidates;             /* SEARCH: a SELECT of ids */
    bool may_give_up;                    /* WALK: ends after EXAMINED_MAX records, page full or not */
};

/* Records compared: a walk looks at the whole table until the page is full, and at parents too. A scope that stands
 * sorted in few lists gives a page from each; another is collected and sorted, children of parents by their index
 * alone. Conditions lengthen both alike, but leave an unknown number: only large scopes are walked then. */
static bool walk_is_quicker(const struct list_request *list, const struct scope_size *size, bool conditions)
{
    const struct object *object = list->object;
    const char *usual = object->default_sort + (object->default_sort[0] == '-');
    bool in_order = strcmp(usual, object_fields(object)[list->sort_field].name) == 0 && size->lists <= SCOPE_LISTS_MAX;
    bool has_parent = object->parent_object != NULL;
    int64_t limit = (int64_t)list->limit;
    int64_t walked = limit * size->table / (size->records + 1) * (has_parent ? 2 : 1);
    int64_t collected =
        in_order && (int64_t)size->lists * limit < size->records ? (int64_t)size->lists * limit : size->records;
    if (conditions && (has_parent || !in_order)) {
        return size->records > (has_parent ? CHILDREN_MAX : COLLECTED_MAX);
    }
    return walked < collected + (has_parent ? size->records / 4 : 0);
}

static enum err by_ways(struct request *request, const struct list_request *list, struct shape *shape)
{
    *shape = (struct shape){.kind = BY_WAYS};
    return scope_ways(request, list->object, &shape->ways, &shape->way_count);
}

/* The shape for a page. */
static enum err choose_shape(struct request *request, const struct list_request *list, struct shape *shape)
{
    struct scope_size size;
    TRY(scope_measure(request, list->object, &size));
    bool is_wide = size.all || size.records > SEARCH_COMMON;
    if (list->search.len > 0 && is_wide) {
        bool few = false;
        *shape = (struct shape){.kind = SEARCH};
        TRY(search_candidates(request, list->object, list->search, &shape->candidates, &few));
        if (few) {
            return OK;
        }
    }
    bool conditions = list->filter != NULL || list->search.len > 0 || list->deleted;
    if (size.all || size.lists == 0 || !walk_is_quicker(list, &size, conditions)) {
        return by_ways(request, list, shape);
    }
    *shape = (struct shape){.kind = WALK, .may_give_up = conditions};
    return OK;
}

/* "SELECT t.id …" with all conditions, in one piece: a walk, a search, or a single way. */
static void add_single(struct request *request, struct query *query, const struct list_request *list,
                       const struct shape *shape)
{
    if (shape->kind == BY_WAYS && shape->way_count == 1) {
        add_way(request, query, list, &shape->ways[0], true);
        return;
    }
    query_sql(query, "SELECT t.id FROM ");
    if (shape->kind == SEARCH) {
        query_sql(query, "(");
        query_append(query, &shape->candidates);
        query_sql(query, ") h STRAIGHT_JOIN ");
    }
    select_table(query, list->object->table);
    query_sql(query, shape->kind == SEARCH ? " t ON t.id = h.id" : " t");
    query_sql(query, list->deleted ? " WHERE t.deleted_at IS NOT NULL AND " : " WHERE t.deleted_at IS NULL AND ");
    if (shape->kind == BY_WAYS) {
        query_sql(query, "FALSE");
    } else {
        scope_walk_predicate(query, request, list->object, "t");
    }
    add_conditions(request, query, list);
}

static bool is_united(const struct shape *shape)
{
    return shape->kind == BY_WAYS && shape->way_count > 1;
}

/* The ids of the page: " FROM (…) k". */
static void add_page(struct request *request, struct query *query, const struct list_request *list,
                     const struct shape *shape)
{
    query_sql(query, " FROM (");
    for (size_t i = 0; is_united(shape) && i < shape->way_count; i++) {
        query_sql(query, i == 0 ? "(" : " UNION (");
        add_way(request, query, list, &shape->ways[i], true);
        add_cursor(query, list);
        add_order(query, list);
        add_limit(query, list->limit);
        query_sql(query, ")");
    }
    if (is_united(shape)) {
        query_sql(query, list->descending ? " ORDER BY sorted DESC, id DESC" : " ORDER BY sorted, id");
    } else {
        add_single(request, query, list, shape);
        add_cursor(query, list);
        add_order(query, list);
    }
    add_limit(query, list->limit);
    query_sql(query, ") k");
}

/* The records of a single way that an index gives sorted: whole rows at once, since none is read in vain. */
static void add_sorted_rows(struct request *request, struct query *query, const struct list_request *list,
                            const struct scope_way *way, const struct label_sources *labels)
{
    query_sql(query, " FROM ");
    query_append(query, &way->from);
    select_label_joins(query, labels);
    add_where(request, query, list, way);
    add_cursor(query, list);
    add_order(query, list);
    add_limit(query, list->limit);
}

static enum err read_page(struct request *request, const struct list_request *list, const struct shape *shape,
                          const struct label_sources *labels, struct rows *rows)
{
    struct query query;
    query_init(&query, request->arena);
    select_columns(&query, labels);
    if (shape->kind == BY_WAYS && shape->way_count == 1 && shape->ways[0].in_order && !shape->ways[0].joined) {
        add_sorted_rows(request, &query, list, &shape->ways[0], labels);
        return db_query(request->db, request->arena, query_text(&query), query_args(&query), rows);
    }
    add_page(request, &query, list, shape);
    query_sql(&query, " JOIN ");
    select_table(&query, list->object->table);
    query_sql(&query, " t ON t.id = k.id");
    select_label_joins(&query, labels);
    add_order(&query, list);
    if (shape->may_give_up) {
        add_limit(&query, list->limit);
        query_sql(&query, " ROWS EXAMINED ");
        query_arg(&query, V((int64_t)EXAMINED_MAX));
    }
    return db_query(request->db, request->arena, query_text(&query), query_args(&query), rows);
}

enum err object_store_list(struct request *request, const struct list_request *list, struct record_row **rows_out,
                           size_t *count_out)
{
    struct shape shape;
    struct rows rows;
    const struct label_sources *labels;
    TRY(select_labels(request, list->object, &labels));
    TRY(choose_shape(request, list, &shape));
    TRY(read_page(request, list, &shape, labels, &rows));
    /* A walk that gave up shows it by a page that is not full; one that found all there is costs a second look. */
    if (shape.may_give_up && rows.count < list->limit) {
        TRY(by_ways(request, list, &shape));
        TRY(read_page(request, list, &shape, labels, &rows));
    }
    struct record_row *records = ARENA_ARRAY(request->arena, struct record_row, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        TRY(select_row(request, labels, &rows, i, &records[i]));
    }
    *rows_out = records;
    *count_out = rows.count;
    return OK;
}

/* Counts what one select finds, no further than `cap`. */
static enum err count_rows(struct request *request, const struct query *ids, int64_t cap, int64_t *out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT COUNT(*) FROM (");
    query_append(&query, ids);
    add_limit(&query, (size_t)cap);
    query_sql(&query, ") c");
    struct rows rows;
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}

/* Each way is counted up to `cap`: one that reaches it settles the matter, and so does a single one with anything. */
static enum err count_ways(struct request *request, const struct list_request *list, const struct shape *shape,
                           int64_t cap, int64_t *out)
{
    struct query all;
    query_init(&all, request->arena);
    size_t filled = 0;
    *out = 0;
    for (size_t i = 0; i < shape->way_count && *out < cap; i++) {
        struct query ids;
        int64_t count = 0;
        query_init(&ids, request->arena);
        add_way(request, &ids, list, &shape->ways[i], false);
        TRY(count_rows(request, &ids, cap, &count));
        *out = count > *out ? count : *out;
        if (count > 0) {
            query_sql(&all, filled++ == 0 ? "(" : " UNION (");
            query_append(&all, &ids);
            query_sql(&all, ")");
        }
    }
    return filled < 2 || *out >= cap ? OK : count_rows(request, &all, cap, out);
}

enum err object_store_count(struct request *request, const struct list_request *list, int64_t cap, int64_t *out)
{
    struct shape shape;
    TRY(choose_shape(request, list, &shape));
    if (shape.kind == WALK) {
        TRY(by_ways(request, list, &shape));
    }
    if (is_united(&shape)) {
        return count_ways(request, list, &shape, cap, out);
    }
    struct query ids;
    query_init(&ids, request->arena);
    add_single(request, &ids, list, &shape);
    return count_rows(request, &ids, cap, out);
}

/* The ways of a wide scope visit every parent in it, and the children of each, before a condition is looked at. */
static enum err is_wide_scope(struct request *request, const struct object *object, bool *wide_out)
{
    struct scope_size size;
    TRY(scope_measure(request, object, &size));
    *wide_out = object->parent_object != NULL && size.lists > 0 && size.records > size.table / WIDE_PART;
    return OK;
}

/* The records that fit, wherever they are, each held against the scope. */
static enum err add_pass(struct request *request, struct query *query, const struct list_request *list)
{
    query_sql(query, " FROM ");
    select_table(query, list->object->table);
    query_sql(query, list->deleted ? " t WHERE t.deleted_at IS NOT NULL" : " t WHERE t.deleted_at IS NULL");
    add_conditions(request, query, list);
    query_sql(query, " AND ");
    return scope_pass_predicate(query, request, list->object);
}

enum err select_all_rows(struct request *request, struct query *query, const struct list_request *list)
{
    struct shape shape;
    bool wide = false;
    TRY(is_wide_scope(request, list->object, &wide));
    if (wide) {
        return add_pass(request, query, list);
    }
    TRY(by_ways(request, list, &shape));
    if (!is_united(&shape)) {
        query_sql(query, " FROM ");
        select_table(query, list->object->table);
        query_sql(query, " t WHERE t.deleted_at IS NULL AND (");
        scope_predicate(query, request, list->object, "t", false);
        query_sql(query, ")");
        add_conditions(request, query, list);
        return OK;
    }
    query_sql(query, " FROM (");
    for (size_t i = 0; i < shape.way_count; i++) {
        query_sql(query, i == 0 ? "" : " UNION ");
        add_way(request, query, list, &shape.ways[i], false);
    }
    query_sql(query, ") k STRAIGHT_JOIN ");
    select_table(query, list->object->table);
    query_sql(query, " t ON t.id = k.id WHERE TRUE");
    return OK;
}

/* The expression of one group key: the field itself, or the first day of its month, quarter or year. */
static void add_part(struct query *query, const struct object *object, const struct aggregate_part *part)
{
    const char *before = "";
    const char *after = "";
    if (part->unit == 'm') {
        before = "DATE_FORMAT(";
        after = ", '%Y-%m-01')";
    } else if (part->unit == 'q') {
        before = "DATE_FORMAT(MAKEDATE(YEAR(";
        after = "), 1) + INTERVAL QUARTER(";
    } else if (part->unit == 'y') {
        before = "DATE_FORMAT(";
        after = ", '%Y-01-01')";
    }
    query_sql(query, before);
    add_field(query, object, part->field);
    query_sql(query, after);
    if (part->unit == 'q') {
        add_field(query, object, part->field);
        query_sql(query, ") - 1 QUARTER, '%Y-%m-%d')");
    }
}

static void add_partition(struct query *query, const struct object *object, const struct aggregate_part *parts,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        query_sql(query, i == 0 ? " PARTITION BY " : ", ");
        add_part(query, object, &parts[i]);
    }
}

static void add_measure(struct query *query, const struct object *object, const struct aggregate_measure *measure,
                        const char *alias_medians, size_t index)
{
    static const struct {
        char kind;
        const char *before;
        const char *after;
    } forms[] = {
        {'s', "CAST(COALESCE(SUM(", "), 0) AS SIGNED)"},
        {'a', "CAST(ROUND(AVG(", ")) AS SIGNED)"},
        {'n', "MIN(", ")"},
        {'x', "MAX(", ")"},
    };
    if (measure->kind == 'c') {
        query_sql(query, ", COUNT(*)");
        return;
    }
    if (measure->kind == 'd') {
        char column[32];
        snprintf(column, sizeof column, ", MAX(%s.d%zu)", alias_medians, index);
        query_sql(query, column);
        return;
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (forms[i].kind == measure->kind) {
            query_sql(query, ", ");
            query_sql(query, forms[i].before);
            add_field(query, object, measure->field);
            query_sql(query, forms[i].after);
        }
    }
}

static bool has_median(const struct aggregate_measure *measures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (measures[i].kind == 'd') {
            return true;
        }
    }
    return false;
}

/* With a median the rows come from a derived table that carries each row's partition median as dN. */
static enum err add_source(struct request *request, struct query *query, const struct list_request *list,
                           const struct aggregate_part *parts, size_t part_count,
                           const struct aggregate_measure *measures, size_t measure_count)
{
    if (!has_median(measures, measure_count)) {
        return select_all_rows(request, query, list);
    }
    query_sql(query, " FROM (SELECT t.*");
    for (size_t i = 0; i < measure_count; i++) {
        if (measures[i].kind != 'd') {
            continue;
        }
        char name[48];
        query_sql(query, ", CAST(ROUND(2 * MEDIAN(");
        add_field(query, list->object, measures[i].field);
        query_sql(query, ") OVER (");
        add_partition(query, list->object, parts, part_count);
        snprintf(name, sizeof name, ")) AS SIGNED) AS d%zu", i);
        query_sql(query, name);
    }
    TRY(select_all_rows(request, query, list));
    query_sql(query, ") t");
    return OK;
}

enum err object_store_aggregate(struct request *request, const struct object *object, const struct filter *filter,
                                const struct aggregate_part *parts, size_t part_count,
                                const struct aggregate_measure *measures, size_t measure_count, struct rows *out)
{
    struct list_request list = {.object = object, .filter = filter};
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT 1");
    for (size_t i = 0; i < part_count; i++) {
        query_sql(&query, ", ");
        add_part(&query, object, &parts[i]);
    }
    for (size_t i = 0; i < part_count; i++) {
        const struct field *field = &object_fields(object)[parts[i].field];
        if (field->type != FIELD_REF) {
            query_sql(&query, ", NULL");
            continue;
        }
        struct reference reference = reference_find(field->ref);
        query_sql(&query, ", (SELECT l.");
        select_table(&query, reference.label);
        query_sql(&query, " FROM ");
        select_table(&query, reference.table);
        query_sql(&query, " l WHERE l.id = ");
        add_field(&query, object, parts[i].field);
        query_sql(&query, ")");
    }
    for (size_t i = 0; i < measure_count; i++) {
        add_measure(&query, object, &measures[i], "t", i);
    }
    TRY(add_source(request, &query, &list, parts, part_count, measures, measure_count));
    for (size_t i = 0; i < part_count; i++) {
        query_sql(&query, i == 0 ? " GROUP BY " : ", ");
        add_part(&query, object, &parts[i]);
    }
    for (size_t i = 0; i < part_count; i++) {
        query_sql(&query, i == 0 ? " ORDER BY " : ", ");
        add_part(&query, object, &parts[i]);
    }
    query_sql(&query, " LIMIT ");
    query_arg(&query, V((int64_t)AGGREGATE_GROUPS_MAX));
    return db_query(request->db, request->arena, query_text(&query), query_args(&query), out);
}
