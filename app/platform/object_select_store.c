/* Pieces of SELECT statements over an object's table. */
#include "platform/object_select.h"

#include "platform/custom.h"
#include "platform/directory.h"
#include "platform/tags.h"

/* Of one field. */
struct label_source {
    enum { NO_LABEL, JOINED, KEPT } kind;
    const struct directory *directory; /* KEPT */
};

struct label_sources {
    const struct object *object;  /* whose fields */
    struct label_source *sources; /* one a field */
};

void select_table(struct query *query, const char *name)
{
    query_sql(query, "`");
    query_sql(query, name);
    query_sql(query, "`");
}

static bool is_named(const struct field *field)
{
    return field->type == FIELD_REF || field_is_set(field);
}

const struct label_sources *select_no_labels(struct request *request, const struct object *object)
{
    struct label_sources *labels = ARENA_NEW(request->arena, struct label_sources);
    *labels = (struct label_sources){
        object, ARENA_ARRAY(request->arena, struct label_source, fields_count(object_fields(object)) + 1)};
    return labels;
}

enum err select_labels(struct request *request, const struct object *object, const struct label_sources **out)
{
    const struct label_sources *labels = select_no_labels(request, object);
    for (size_t i = 0; object_fields(object)[i].name != NULL; i++) {
        const struct field *field = &object_fields(object)[i];
        struct label_source *source = &labels->sources[i];
        if (!is_named(field)) {
            continue;
        }
        source->kind = JOINED;
        if (field->type == FIELD_FILES) {
            continue;
        }
        struct reference reference = reference_find(field->type == FIELD_TAGS ? "tag" : field->ref);
        TRY(directory_open(request, &reference, &source->directory));
        source->kind = source->directory == NULL ? JOINED : KEPT;
    }
    *out = labels;
    return OK;
}

static void add_alias(struct query *query, size_t index)
{
    char alias[24];
    snprintf(alias, sizeof alias, "r%zu", index);
    query_sql(query, alias);
}

/* " GROUP_CONCAT(g.label ORDER BY g.id) FROM table g" of what the record's set names. */
static void add_concat(struct query *query, const char *label, const char *table)
{
    query_sql(query, "GROUP_CONCAT(g.");
    select_table(query, label);
    query_sql(query, " ORDER BY g.id SEPARATOR '\n') FROM ");
    select_table(query, table);
    query_sql(query, " g ");
}

/* Names of the record's tags, people or files in the order of their ids, one a line. */
static void add_set_names(struct query *query, const struct field *field)
{
    query_sql(query, ", IF(t.");
    select_table(query, field->name);
    query_sql(query, " IS NULL, NULL, (SELECT ");
    if (field->type == FIELD_TAGS) {
        add_concat(query, "name", "tag");
        query_sql(query, "JOIN record_tag rt ON rt.tag_id = g.id WHERE rt.object = '");
        query_sql(query, field->ref);
        query_sql(query, "' AND rt.record_id = t.id))");
        return;
    }
    if (field->type == FIELD_FILES) {
        add_concat(query, "name", "attachment");
        query_sql(query, "WHERE g.object = '");
        query_sql(query, field->custom->object->name);
        query_sql(query, "' AND g.record_id = t.id AND g.removed_at IS NULL AND g.field_id = ");
    } else {
        struct reference reference = reference_find(field->ref);
        add_concat(query, reference.label, reference.table);
        query_sql(query, "JOIN record_choice k ON CAST(k.`value` AS SIGNED) = g.id WHERE k.record_id = t.id "
                         "AND k.field_id = ");
    }
    query_arg(query, value_int(field->custom->id));
    query_sql(query, "))");
}

void select_columns(struct query *query, const struct label_sources *labels)
{
    const struct field *fields = object_fields(labels->object);
    query_sql(query, "SELECT t.id, t.version, t.deleted_at");
    for (size_t i = 0; fields[i].name != NULL; i++) {
        query_sql(query, ", ");
        if (field_is_selected(&fields[i])) {
            select_field(query, &fields[i], "t");
        } else {
            query_sql(query, "NULL");
        }
    }
    for (size_t i = 0; fields[i].name != NULL; i++) {
        if (labels->sources[i].kind != JOINED) {
            continue;
        }
        if (field_is_set(&fields[i])) {
            add_set_names(query, &fields[i]);
            continue;
        }
        query_sql(query, ", ");
        add_alias(query, i);
        query_sql(query, ".");
        select_table(query, reference_find(fields[i].ref).label);
    }
}

void select_label_joins(struct query *query, const struct label_sources *labels)
{
    const struct field *fields = object_fields(labels->object);
    for (size_t i = 0; fields[i].name != NULL; i++) {
        if (labels->sources[i].kind != JOINED || field_is_set(&fields[i])) {
            continue;
        }
        query_sql(query, " LEFT JOIN ");
        select_table(query, reference_find(fields[i].ref).table);
        query_sql(query, " ");
        add_alias(query, i);
        query_sql(query, " ON ");
        add_alias(query, i);
        query_sql(query, ".id = t.");
        select_table(query, fields[i].name);
    }
}

/* A name the worker keeps; one that is younger than those is read. */
static enum err kept_name(struct request *request, const struct field *field, const struct directory *directory,
                          int64_t id, struct str *out)
{
    const struct field one = {
        .name = field->name, .type = FIELD_REF, .ref = field->type == FIELD_TAGS ? "tag" : field->ref};
    return directory_name(directory, id, out) ? OK : object_store_label(request, &one, id, out);
}

static enum err kept_label(struct request *request, const struct field *field, const struct directory *directory,
                           struct value value, struct value *out)
{
    int64_t ids[TAGS_MAX] = {value.type == VALUE_INT ? value.integer : 0};
    size_t count = field_is_set(field) ? tags_ids(value, ids) : 1;
    struct buf names;
    *out = value_null();
    if (value.type == VALUE_NULL) {
        return OK;
    }
    buf_init(&names, request->arena);
    for (size_t i = 0; i < count; i++) {
        struct str name;
        TRY(kept_name(request, field, directory, ids[i], &name));
        if (i > 0) {
            buf_add_char(&names, '\n');
        }
        buf_add(&names, name);
    }
    *out = V(buf_str(&names));
    return OK;
}

enum err select_row(struct request *request, const struct label_sources *labels, const struct rows *rows, size_t index,
                    struct record_row *out)
{
    const struct field *fields = object_fields(labels->object);
    size_t count = fields_count(fields);
    struct value *values = ARENA_ARRAY(request->arena, struct value, count + 1);
    struct value *names = ARENA_ARRAY(request->arena, struct value, count + 1);
    size_t joined = 3 + count;
    for (size_t i = 0; i < count; i++) {
        const struct label_source *source = &labels->sources[i];
        values[i] = rows_get(rows, index, 3 + i);
        names[i] = source->kind == JOINED ? rows_get(rows, index, joined++) : value_null();
        if (source->kind == KEPT) {
            TRY(kept_label(request, &fields[i], source->directory, values[i], &names[i]));
        }
    }
    struct value deleted = rows_get(rows, index, 2);
    *out = (struct record_row){
        .id = rows_get(rows, index, 0).integer,
        .version = rows_get(rows, index, 1).integer,
        .deleted_at = {deleted.type != VALUE_NULL, deleted.type != VALUE_NULL ? deleted.instant : (struct instant){0}},
        .values = values,
        .labels = names,
    };
    return OK;
}
