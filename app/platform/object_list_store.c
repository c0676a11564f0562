/* SQL for many records: lists, counts, search, aggregates. The inner select finds ids by scope, filter, sort and cursor
 * (an index can serve it); the outer one fetches only that page's rows and labels. */
#include "platform/object_select.h"

#include <string.h>

#include "engines/gram.h"
#include "platform/scope.h"

/* Above this many records a gram is called common: walking the sorted list and checking each name is then quicker
 * than collecting all records that have the gram. */
enum { GRAM_COMMON = 3000 };

static void add_field(struct query *query, const struct object *object, size_t field)
{
    query_sql(query, "t.");
    select_table(query, object->fields[field].name);
}

static struct str like_pattern(struct arena *arena, struct str text)
{
    struct buf pattern;
    buf_init(&pattern, arena);
    buf_add_char(&pattern, '%');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' || text.ptr[i] == '_' || text.ptr[i] == '\\') {
            buf_add_char(&pattern, '\\');
        }
        buf_add_char(&pattern, text.ptr[i]);
    }
    buf_add_char(&pattern, '%');
    return buf_str(&pattern);
}

struct gram_size {
    int64_t records; /* with this gram, counted up to GRAM_COMMON */
};
static const struct column GRAM_SIZE[] = {COLUMN(struct gram_size, records)};
STATEMENT_ROWS(COUNT_GRAM, "object.count_gram", struct gram_size, GRAM_SIZE,
               "SELECT COUNT(*) AS records FROM "
               "(SELECT 1 FROM search_gram WHERE object = ? AND gram = ? LIMIT ?) g");

/* The rarest gram of the search text, when it is rare enough to start from. */
static enum err rarest_gram(struct request *request, const struct object *object, struct str text, struct str *gram_out)
{
    struct str grams[GRAM_MAX];
    size_t count = gram_cut(request->arena, text, grams);
    int64_t smallest = GRAM_COMMON;
    *gram_out = (struct str){0};
    for (size_t i = 0; i < count && i < 8; i++) {
        if (str_chars(grams[i]) < 2) {
            continue;
        }
        struct gram_size size;
        TRY(db_one(request->db, request->arena, &COUNT_GRAM,
                   ARGS(V(object->name), V(grams[i]), V((int64_t)GRAM_COMMON)), &size));
        if (size.records < smallest) {
            smallest = size.records;
            *gram_out = grams[i];
        }
    }
    return OK;
}

/* " AND …": the label (or a unique code) contains the text. */
static enum err add_search(struct request *request, struct query *query, const struct object *object, struct str search)
{
    if (search.len == 0) {
        return OK;
    }
    const struct scope *scope = scope_for(request, object);
    bool few_owners = !scope->all && scope->department_count == 0;
    if ((object->flags & OBJECT_GRAMS) != 0 && !few_owners) {
        struct str gram;
        TRY(rarest_gram(request, object, search, &gram));
        if (gram.len > 0) {
            query_sql(query, " AND t.id IN (SELECT g.record_id FROM search_gram g WHERE g.object = ");
            query_arg(query, V(object->name));
            query_sql(query, " AND g.gram = ");
            query_arg(query, V(gram));
            query_sql(query, ")");
        }
    }
    struct value pattern = V(like_pattern(request->arena, search));
    query_sql(query, " AND (FALSE");
    for (size_t i = 0; object->fields[i].name != NULL; i++) {
        const struct field *field = &object->fields[i];
        bool searched = field->type == FIELD_TEXT && (field->flags & (FIELD_LABEL | FIELD_UNIQUE)) != 0;
        if (searched && scope_field_access(request, object, field->name) >= FIELD_ACCESS_READ) {
            query_sql(query, " OR ");
            add_field(query, object, i);
            query_sql(query, " LIKE ");
            query_arg(query, pattern);
        }
    }
    query_sql(query, ")");
    return OK;
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
        if (list->descending && (object->fields[list->sort_field].flags & FIELD_NULLABLE) != 0) {
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

/* FROM and WHERE of everything the list has, without the cursor. `page`: not all rows are read. */
static enum err add_from_where(struct request *request, struct query *query, const struct list_request *list, bool page)
{
    query_sql(query, " FROM ");
    select_table(query, list->object->table);
    query_sql(query, list->deleted ? " t WHERE t.deleted_at IS NOT NULL AND " : " t WHERE t.deleted_at IS NULL AND ");
    TRY(page ? scope_page_predicate(query, request, list->object, "t")
             : scope_list_predicate(query, request, list->object, "t"));
    if (list->filter != NULL) {
        query_sql(query, " AND ");
        filter_sql(query, list->filter, "t");
    }
    return add_search(request, query, list->object, list->search);
}

enum err object_store_list(struct request *request, const struct list_request *list, struct record_row **rows_out,
                           size_t *count_out)
{
    struct query query;
    query_init(&query, request->arena);
    select_columns(&query, list->object);
    query_sql(&query, " FROM (SELECT t.id");
    TRY(add_from_where(request, &query, list, true));
    add_cursor(&query, list);
    add_order(&query, list);
    query_sql(&query, " LIMIT ");
    query_arg(&query, V((int64_t)list->limit));
    query_sql(&query, ") k JOIN ");
    select_table(&query, list->object->table);
    query_sql(&query, " t ON t.id = k.id");
    select_label_joins(&query, list->object);
    add_order(&query, list);
    struct rows rows;
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    struct record_row *records = ARENA_ARRAY(request->arena, struct record_row, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        records[i] = select_row(request->arena, list->object, &rows, i);
    }
    *rows_out = records;
    *count_out = rows.count;
    return OK;
}

enum err object_store_count(struct request *request, const struct list_request *list, int64_t cap, int64_t *out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT COUNT(*) FROM (SELECT t.id");
    TRY(add_from_where(request, &query, list, true));
    query_sql(&query, " LIMIT ");
    query_arg(&query, V(cap));
    query_sql(&query, ") c");
    struct rows rows;
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
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
        return add_from_where(request, query, list, false);
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
    TRY(add_from_where(request, query, list, false));
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
        const struct field *field = &object->fields[parts[i].field];
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
