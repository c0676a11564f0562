/* Filters as SQL: literals and field names from our own tables, constants as arguments.
 *
 * Negation is pushed down to the tests, where the absent value is named: "not less" becomes "not less or NULL". So
 * two-valued logic needs no wrapper around columns, and indexes stay usable. */
#include "filter_tree.h"
#include "platform/custom.h"

static void add_column(struct query *query, const struct filter *filter, const char *alias)
{
    select_field(query, filter->field, alias);
}

/* "?" or "?, ?, …" for the filter's constants. */
static void add_values(struct query *query, const struct filter *filter)
{
    for (size_t i = 0; i < filter->value_count; i++) {
        if (i > 0) {
            query_sql(query, ", ");
        }
        query_arg(query, filter->values[i]);
    }
}

static void add_in(struct query *query, const struct filter *filter, const char *alias, bool negated)
{
    add_column(query, filter, alias);
    if (filter->value_count == 1) {
        query_sql(query, negated ? " <> " : " = ");
        query_arg(query, filter->values[0]);
        return;
    }
    query_sql(query, negated ? " NOT IN (" : " IN (");
    add_values(query, filter);
    query_sql(query, ")");
}

static void add_range(struct query *query, const struct filter *filter, const char *alias, bool negated)
{
    if (filter->low.set) {
        add_column(query, filter, alias);
        if (negated) {
            query_sql(query, filter->low.inclusive ? " < " : " <= ");
        } else {
            query_sql(query, filter->low.inclusive ? " >= " : " > ");
        }
        query_arg(query, filter->low.value);
    }
    if (filter->low.set && filter->high.set) {
        query_sql(query, negated ? " OR " : " AND ");
    }
    if (filter->high.set) {
        add_column(query, filter, alias);
        if (negated) {
            query_sql(query, filter->high.inclusive ? " > " : " >= ");
        } else {
            query_sql(query, filter->high.inclusive ? " <= " : " < ");
        }
        query_arg(query, filter->high.value);
    }
}

/* The needle as a LIKE pattern: %, _ and \ stand for themselves. */
static struct str like_pattern(struct arena *arena, const struct filter *filter)
{
    struct buf pattern;

    buf_init(&pattern, arena);
    if (!filter->at_start) {
        buf_add_char(&pattern, '%');
    }
    for (size_t i = 0; i < filter->needle.len; i++) {
        char c = filter->needle.ptr[i];
        if (c == '%' || c == '_' || c == '\\') {
            buf_add_char(&pattern, '\\');
        }
        buf_add_char(&pattern, c);
    }
    if (!filter->at_end) {
        buf_add_char(&pattern, '%');
    }
    return buf_str(&pattern);
}

static void add_like(struct query *query, const struct filter *filter, const char *alias, bool negated)
{
    add_column(query, filter, alias);
    query_sql(query, negated ? " NOT LIKE " : " LIKE ");
    query_arg(query, value_text(like_pattern(query->sql.arena, filter)));
}

static void add_under(struct query *query, const struct filter *filter, const char *alias, bool negated)
{
    add_column(query, filter, alias);
    query_sql(query, negated ? " NOT IN (SELECT descendant_id FROM " : " IN (SELECT descendant_id FROM ");
    query_sql(query, str_eq_c(STR("region"), filter->field->ref) ? "region_path" : "department_path");
    query_sql(query, filter->value_count == 1 ? " WHERE ancestor_id = " : " WHERE ancestor_id IN (");
    add_values(query, filter);
    query_sql(query, filter->value_count == 1 ? ")" : "))");
}

/* "record is among those with these tags", choices or people, by their index. */
static void add_tagged(struct query *query, const struct filter *filter, const char *alias, size_t from, size_t to)
{
    query_sql(query, "`");
    query_sql(query, alias);
    bool tags = filter->field->type == FIELD_TAGS;
    if (!tags) {
        query_sql(query, "`.`id` IN (SELECT record_id FROM record_choice WHERE field_id = ");
        query_arg(query, value_int(filter->field->custom->id));
        query_sql(query, " AND `value` IN (");
    } else {
        query_sql(query, "`.`id` IN (SELECT record_id FROM record_tag WHERE object = ");
        query_arg(query, value_c(filter->field->ref));
        query_sql(query, " AND tag_id IN (");
    }
    for (size_t i = from; i < to; i++) {
        query_sql(query, i == from ? "" : ", ");
        /* The index keeps words; a number would be compared without it. */
        bool number = !tags && filter->values[i].type == VALUE_INT;
        query_arg(query, number ? value_text(str_format(query->sql.arena, "%lld", (long long)filter->values[i].integer))
                                : filter->values[i]);
    }
    query_sql(query, "))");
}

static void add_tags(struct query *query, const struct filter *filter, const char *alias, bool negated)
{
    query_sql(query, negated ? "(NOT (" : "((");
    if (filter->kind == FILTER_TAGS_ANY) {
        add_tagged(query, filter, alias, 0, filter->value_count);
    }
    for (size_t i = 0; filter->kind == FILTER_TAGS_ALL && i < filter->value_count; i++) {
        query_sql(query, i == 0 ? "" : " AND ");
        add_tagged(query, filter, alias, i, i + 1);
    }
    query_sql(query, "))");
}

static void add_test(struct query *query, const struct filter *filter, const char *alias, bool negated)
{
    query_sql(query, "(");
    if (filter->kind == FILTER_NULL) {
        add_column(query, filter, alias);
        query_sql(query, negated ? " IS NOT NULL)" : " IS NULL)");
        return;
    }
    if (filter->kind == FILTER_IN) {
        add_in(query, filter, alias, negated);
    } else if (filter->kind == FILTER_RANGE) {
        add_range(query, filter, alias, negated);
    } else if (filter->kind == FILTER_LIKE) {
        add_like(query, filter, alias, negated);
    } else {
        add_under(query, filter, alias, negated);
    }
    if (negated) {
        query_sql(query, " OR ");
        add_column(query, filter, alias);
        query_sql(query, " IS NULL");
    }
    query_sql(query, ")");
}

static void add_node(struct query *query, const struct filter *filter, const char *alias, bool negated)
{
    switch (filter->kind) {
    case FILTER_EVERYTHING:
        query_sql(query, negated ? "FALSE" : "TRUE");
        return;
    case FILTER_NOT:
        add_node(query, filter->items[0], alias, !negated);
        return;
    case FILTER_ALL:
    case FILTER_ANY:
        break;
    case FILTER_TAGS_ANY:
    case FILTER_TAGS_ALL:
        add_tags(query, filter, alias, negated);
        return;
    default:
        add_test(query, filter, alias, negated);
        return;
    }
    bool conjunction = (filter->kind == FILTER_ALL) != negated;
    query_sql(query, "(");
    for (size_t i = 0; i < filter->item_count; i++) {
        if (i > 0) {
            query_sql(query, conjunction ? " AND " : " OR ");
        }
        add_node(query, filter->items[i], alias, negated);
    }
    query_sql(query, ")");
}

void filter_sql(struct query *query, const struct filter *filter, const char *alias)
{
    if (filter == NULL) {
        query_sql(query, "TRUE");
        return;
    }
    add_node(query, filter, alias, false);
}
