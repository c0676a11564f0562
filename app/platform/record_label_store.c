/* SQL of what records are called. */
#include "platform/record_label.h"

#include "platform/object_select.h"
#include "platform/scope.h"

bool record_label_is_open(const struct request *request, const struct object *object)
{
    return object != NULL && identity_can(request->user, object->view) &&
           scope_field_access(request, object, object_label(object)->name) >= FIELD_ACCESS_READ;
}

static void add_columns(struct query *query, const struct object *object)
{
    bool has_customer = fields_find(object_fields(object), STR("customer_id")) != NULL;
    query_sql(query, "SELECT t.id, LEFT(t.");
    select_table(query, object_label(object)->name);
    query_sql(query, has_customer ? ", 100), t.customer_id FROM " : ", 100), NULL FROM ");
    select_table(query, object->table);
}

enum err record_labels(struct request *request, const struct object *object, const int64_t *ids, size_t count,
                       struct record_label **rows_out, size_t *count_out)
{
    struct query query;
    struct rows rows = {0};
    if (count > 0 && record_label_is_open(request, object)) {
        query_init(&query, request->arena);
        add_columns(&query, object);
        query_sql(&query, " t WHERE t.id IN ");
        query_arg_ids(&query, ids, count);
        query_sql(&query, " AND ");
        scope_predicate(&query, request, object, "t", false);
        query_sql(&query, " ORDER BY t.id");
        TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    }
    *rows_out = ARENA_ARRAY(request->arena, struct record_label, rows.count + 1);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        struct value label = rows_get(&rows, i, 1);
        struct value customer = rows_get(&rows, i, 2);
        (*rows_out)[i] = (struct record_label){
            .record_id = rows_get(&rows, i, 0).integer,
            .label = label.type == VALUE_TEXT ? label.text : (struct str){0},
            .customer_id = opt_int_of(customer),
        };
    }
    return OK;
}

const struct record_label *record_label_find(const struct record_label *labels, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (labels[i].record_id == id) {
            return &labels[i];
        }
    }
    return NULL;
}
