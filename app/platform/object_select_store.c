/* Pieces of SELECT statements over an object's table. */
#include "platform/object_select.h"

void select_table(struct query *query, const char *name)
{
    query_sql(query, "`");
    query_sql(query, name);
    query_sql(query, "`");
}

/* A label is read beside the value. */
static bool is_named(const struct field *field)
{
    return field->type == FIELD_REF || field->type == FIELD_TAGS;
}

static bool is_stored(const struct field *field)
{
    return field->type != FIELD_OBJECT && field->type != FIELD_LIST;
}

static void add_alias(struct query *query, size_t index)
{
    char alias[24];
    snprintf(alias, sizeof alias, "r%zu", index);
    query_sql(query, alias);
}

/* Names of the record's tags in the order of their ids, one a line. */
static void add_tag_names(struct query *query, const struct field *field)
{
    query_sql(query, ", IF(t.");
    select_table(query, field->name);
    query_sql(query, " IS NULL, NULL, (SELECT GROUP_CONCAT(g.name ORDER BY g.id SEPARATOR '\n') FROM record_tag rt "
                     "JOIN tag g ON g.id = rt.tag_id WHERE rt.object = '");
    query_sql(query, field->ref);
    query_sql(query, "' AND rt.record_id = t.id))");
}

static void select_fields(struct query *query, const struct object *object)
{
    query_sql(query, "SELECT t.id, t.version, t.deleted_at");
    for (size_t i = 0; object->fields[i].name != NULL; i++) {
        query_sql(query, is_stored(&object->fields[i]) ? ", t." : ", NULL AS ");
        select_table(query, object->fields[i].name);
    }
}

void select_bare_columns(struct query *query, const struct object *object)
{
    select_fields(query, object);
    for (size_t i = 0; object->fields[i].name != NULL; i++) {
        query_sql(query, is_named(&object->fields[i]) ? ", NULL" : "");
    }
}

void select_columns(struct query *query, const struct object *object)
{
    select_fields(query, object);
    for (size_t i = 0; object->fields[i].name != NULL; i++) {
        if (object->fields[i].type == FIELD_REF) {
            query_sql(query, ", ");
            add_alias(query, i);
            query_sql(query, ".");
            select_table(query, reference_find(object->fields[i].ref).label);
        } else if (object->fields[i].type == FIELD_TAGS) {
            add_tag_names(query, &object->fields[i]);
        }
    }
}

void select_label_joins(struct query *query, const struct object *object)
{
    for (size_t i = 0; object->fields[i].name != NULL; i++) {
        if (object->fields[i].type != FIELD_REF) {
            continue;
        }
        query_sql(query, " LEFT JOIN ");
        select_table(query, reference_find(object->fields[i].ref).table);
        query_sql(query, " ");
        add_alias(query, i);
        query_sql(query, " ON ");
        add_alias(query, i);
        query_sql(query, ".id = t.");
        select_table(query, object->fields[i].name);
    }
}

struct record_row select_row(struct arena *arena, const struct object *object, const struct rows *rows, size_t index)
{
    size_t count = fields_count(object->fields);
    struct value *values = ARENA_ARRAY(arena, struct value, count + 1);
    struct value *labels = ARENA_ARRAY(arena, struct value, count + 1);
    size_t label_column = 3 + count;
    for (size_t i = 0; i < count; i++) {
        values[i] = rows_get(rows, index, 3 + i);
        labels[i] = is_named(&object->fields[i]) ? rows_get(rows, index, label_column++) : value_null();
    }
    struct value deleted = rows_get(rows, index, 2);
    return (struct record_row){
        .id = rows_get(rows, index, 0).integer,
        .version = rows_get(rows, index, 1).integer,
        .deleted_at = {deleted.type != VALUE_NULL, deleted.type != VALUE_NULL ? deleted.instant : (struct instant){0}},
        .values = values,
        .labels = labels,
    };
}
