/* SQL of fields that are computed when read: formulas with names outside of the record, and roll-ups. */
#include <stdio.h>
#include <string.h>

#include "platform/custom.h"
#include "platform/object_select.h"

/* Formulas name formulas: the nesting has a bound even where two workers write at once. */
enum { NESTING_MAX = 8 };
static int nesting;

bool field_is_selected(const struct field *field)
{
    return field->type != FIELD_OBJECT && field->type != FIELD_LIST;
}

bool field_is_written(const struct field *field)
{
    return field_is_selected(field) && (field->flags & FIELD_COMPUTED) == 0;
}

static void add_column(struct query *query, const char *name, const char *alias)
{
    if (alias[0] != '\0') {
        select_table(query, alias);
        query_sql(query, ".");
    }
    select_table(query, name);
}

/* A condition that cannot be read any more counts nothing rather than everything. */
static void add_filter(struct query *query, const struct rollup *rollup, const char *alias)
{
    struct arena *arena = query->sql.arena;
    struct filter_context context = {.today = custom_today(), .zone = "UTC"};
    struct filter *filter = NULL;
    struct error error;
    error_init(&error, arena);
    if (filter_parse_text(arena, object_fields(rollup->object), rollup->filter, &context, &error, &filter) != OK) {
        query_sql(query, "FALSE");
        return;
    }
    filter_sql(query, filter, alias);
}

static void add_rollup(struct query *query, const struct rollup *rollup, const char *alias)
{
    static const char *const before[] = {"(SELECT COUNT(*", "(SELECT CAST(COALESCE(SUM(", "(SELECT MIN(",
                                         "(SELECT MAX("};
    static const char *const after[] = {")", "), 0) AS SIGNED)", ")", ")"};
    char *child = arena_alloc(query->sql.arena, 16);
    snprintf(child, 16, "c%d", nesting);
    query_sql(query, before[rollup->function]);
    if (rollup->field != NULL) {
        add_column(query, rollup->field, child);
    }
    query_sql(query, after[rollup->function]);
    query_sql(query, " FROM ");
    select_table(query, rollup->object->table);
    query_sql(query, " ");
    query_sql(query, child);
    query_sql(query, " WHERE ");
    add_column(query, rollup->via, child);
    query_sql(query, " = ");
    add_column(query, "id", alias);
    query_sql(query, " AND ");
    add_column(query, "deleted_at", child);
    query_sql(query, " IS NULL AND ");
    add_filter(query, rollup, child);
    query_sql(query, ")");
}

void select_field(struct query *query, const struct field *field, const char *alias)
{
    const struct custom_field *custom = field->custom;
    if (custom == NULL || custom->stored) {
        add_column(query, field->name, alias);
        return;
    }
    bool known = custom->rollup != NULL || custom->formula != NULL;
    if (!known || nesting >= NESTING_MAX) {
        query_sql(query, "NULL");
        return;
    }
    nesting++;
    if (custom->rollup != NULL) {
        add_rollup(query, custom->rollup, alias);
    } else {
        struct formula_scope scope = {custom->object, object_fields(custom->object)};
        query_sql(query, "(");
        formula_sql(query, &scope, custom->formula, custom->result, field->scale, alias);
        query_sql(query, ")");
    }
    nesting--;
}
