/* SQL of measures that people define. */
#include "measure_store.h"

#include <string.h>

#include "platform/custom.h"
#include "platform/scope.h"

/* ---- rows ---- */

static const struct column ROW[] = {
    COLUMN(struct measure_row, id),
    COLUMN(struct measure_row, name_zh),
    COLUMN(struct measure_row, name_en),
    COLUMN(struct measure_row, object),
    COLUMN(struct measure_row, unit),
    COLUMN(struct measure_row, definition),
    COLUMN(struct measure_row, definition_version),
    COLUMN(struct measure_row, built_version),
    COLUMN(struct measure_row, is_active),
    COLUMN(struct measure_row, version),
};
#define ROW_SQL                                                                                                        \
    "SELECT id, name_zh, name_en, object, unit, definition, definition_version, built_version, is_active, version "    \
    "FROM custom_measure "
STATEMENT_ROWS(LIST, "measure.list", struct measure_row, ROW, ROW_SQL "ORDER BY id");
STATEMENT_ROWS(GET, "measure.get", struct measure_row, ROW, ROW_SQL "WHERE id = ?");
STATEMENT_ROWS(LOCK, "measure.lock", struct measure_row, ROW, ROW_SQL "WHERE id = ? FOR UPDATE");
STATEMENT_ROWS(KEEP, "measure.keep", struct measure_row, ROW, ROW_SQL "WHERE id = ? LOCK IN SHARE MODE");
STATEMENT_ROWS(OF_OBJECT, "measure.of_object", struct measure_row, ROW,
               ROW_SQL "WHERE object = ? ORDER BY id LOCK IN SHARE MODE");
STATEMENT(INSERT, "measure.insert",
          "INSERT INTO custom_measure (id, name_zh, name_en, object, unit, definition, is_active, created_at, "
          "created_by_id, updated_at, updated_by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT(
    UPDATE, "measure.update",
    "UPDATE custom_measure SET name_zh = ?, name_en = ?, object = ?, unit = ?, definition = ?, "
    "definition_version = ?, is_active = ?, version = version + 1, updated_at = ?, updated_by_id = ? WHERE id = ?");
STATEMENT(DELETE, "measure.delete", "DELETE FROM custom_measure WHERE id = ?");
STATEMENT(BUILT, "measure.built",
          "UPDATE custom_measure SET built_version = ? WHERE id = ? AND built_version < ? AND definition_version >= ?");

enum err measure_store_list(struct db *db, struct arena *arena, struct measure_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST, NO_ARGS, rows_out, count_out);
}

enum err measure_store_get(struct db *db, struct arena *arena, int64_t id, struct measure_row *out)
{
    return db_one(db, arena, &GET, ARGS(V(id)), out);
}

enum err measure_store_lock(struct db *db, struct arena *arena, int64_t id, struct measure_row *out)
{
    return db_one(db, arena, &LOCK, ARGS(V(id)), out);
}

enum err measure_store_keep(struct db *db, struct arena *arena, int64_t id, struct measure_row *out)
{
    return db_one(db, arena, &KEEP, ARGS(V(id)), out);
}

enum err measure_store_of_object(struct db *db, struct arena *arena, struct str object, struct measure_row **rows_out,
                                 size_t *count_out)
{
    return db_many(db, arena, &OF_OBJECT, ARGS(V(object)), rows_out, count_out);
}

enum err measure_store_insert(struct request *request, const struct measure_row *row)
{
    return db_exec(request->db, request->arena, &INSERT,
                   ARGS(V(row->id), V(row->name_zh), V(row->name_en), V(row->object), V(row->unit), V(row->definition),
                        V(row->is_active), V(request->now), request_actor(request), V(request->now),
                        request_actor(request)));
}

enum err measure_store_update(struct request *request, const struct measure_row *row)
{
    return db_exec(request->db, request->arena, &UPDATE,
                   ARGS(V(row->name_zh), V(row->name_en), V(row->object), V(row->unit), V(row->definition),
                        V(row->definition_version), V(row->is_active), V(request->now), request_actor(request),
                        V(row->id)));
}

enum err measure_store_delete(struct db *db, struct arena *arena, int64_t id)
{
    return db_exec(db, arena, &DELETE, ARGS(V(id)));
}

enum err measure_store_built(struct db *db, struct arena *arena, int64_t id, int64_t definition_version)
{
    return db_exec(db, arena, &BUILT, ARGS(V(definition_version), V(id), V(definition_version), V(definition_version)));
}

static const struct column USE[] = {COLUMN(struct measure_use, cells), COLUMN(struct measure_use, first_year),
                                    COLUMN(struct measure_use, last_year), COLUMN(struct measure_use, rounds)};
STATEMENT_ROWS(USE_OF, "measure.use", struct measure_use, USE,
               "SELECT COUNT(*) AS cells, YEAR(MIN(month_on)) AS first_year, YEAR(MAX(month_on)) AS last_year, "
               "(SELECT COUNT(DISTINCT round_id) FROM target_ask WHERE measure = ?) AS rounds "
               "FROM target_value WHERE measure = ? AND amount <> 0");

enum err measure_store_use(struct db *db, struct arena *arena, enum measure measure, struct measure_use *out)
{
    struct value key = V(MEASURES[measure].key);
    return db_one(db, arena, &USE_OF, ARGS(key, key), out);
}

enum err measure_store_products(struct db *db, struct arena *arena, const int64_t *ids, size_t count, int64_t *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT COUNT(*) FROM product WHERE id IN ");
    query_arg_ids(&query, ids, count);
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}

/* ---- what counts ---- */

static bool is_of_lines(const struct measure_definition *definition)
{
    return definition->how == HOW_LINE_QUANTITY || definition->how == HOW_LINE_AMOUNT;
}

/* Whether records of the kind keep the rate of their day. */
static bool has_rate(const struct object *object)
{
    return fields_find(object->fields, STR("base_minor")) != NULL;
}

/* " AND the line is of one of the products"; alias l of the line, p of its product. */
static void add_products(struct query *query, const struct measure_definition *definition)
{
    if (definition->product_count + definition->line_count == 0) {
        return;
    }
    query_sql(query, " AND (l.product_id IN ");
    query_arg_ids(query, definition->product_ids, definition->product_count);
    for (size_t i = 0; i < definition->line_count; i++) {
        query_sql(query, " OR p.product_line = ");
        query_arg(query, V(definition->lines[i]));
    }
    query_sql(query, ")");
}

static const char *line_column(const struct measure_definition *definition)
{
    return definition->how == HOW_LINE_QUANTITY ? "l.quantity_milli" : "l.amount_minor";
}

/* What the lines of change orders add; `condition` says which orders. */
static void add_changes(struct query *query, const struct measure_definition *definition, const char *condition)
{
    query_sql(query, "COALESCE((SELECT CAST(SUM(IF(l.side = 'after', 1, -1) * ");
    query_sql(query, line_column(definition));
    query_sql(query, ") AS SIGNED) FROM change_order c JOIN change_order_line l ON l.change_order_id = c.id "
                     "LEFT JOIN product p ON p.id = l.product_id WHERE ");
    query_sql(query, condition);
    add_products(query, definition);
    query_sql(query, "), 0)");
}

/* A contract's lines as they were signed: those of now less what changes added. Without any such line: NULL. */
static void add_lines(struct query *query, const struct measure_definition *definition)
{
    if (definition->orders) {
        query_sql(query, "NULLIF(");
        add_changes(query, definition, "c.id = t.id");
        query_sql(query, ", 0)");
        return;
    }
    query_sql(query, "NULLIF(COALESCE((SELECT CAST(SUM(");
    query_sql(query, line_column(definition));
    query_sql(
        query,
        ") AS SIGNED) FROM contract_line l LEFT JOIN product p ON p.id = l.product_id WHERE l.contract_id = t.id");
    add_products(query, definition);
    query_sql(query, "), 0) - ");
    add_changes(query, definition, "c.contract_id = t.id AND c.status = 'effective' AND c.deleted_at IS NULL");
    query_sql(query, ", 0)");
}

/* The field's amount: minor units as they stand, whole numbers and decimals as thousandths. */
static void add_field(struct query *query, const struct field *field)
{
    static const char *const factors[] = {" * 1000", " * 100", " * 10", ""};
    if (field->type == FIELD_MONEY) {
        select_field(query, field, "t");
        return;
    }
    query_sql(query, "(");
    select_field(query, field, "t");
    query_sql(query, factors[field->type == FIELD_DECIMAL ? field->scale : 0]);
    query_sql(query, ")");
}

/* Amounts of kinds that keep no rate count where they are in the company's currency. */
static void add_sum(struct query *query, const struct measure_definition *definition)
{
    bool amount = strcmp(definition->sum->name, "amount_minor") == 0;
    bool foreign = definition->sum->type == FIELD_MONEY && !has_rate(definition->object) &&
                   fields_find(definition->object->fields, STR("currency")) != NULL;
    if (foreign) {
        query_sql(query, "IF(t.currency = (SELECT currency FROM company WHERE id = 1), ");
        add_field(query, definition->sum);
        query_sql(query, ", NULL)");
    } else if (amount && has_rate(definition->object)) {
        query_sql(query, "t.base_minor");
    } else {
        add_field(query, definition->sum);
    }
}

static void add_amount(struct query *query, const struct measure_definition *definition)
{
    if (definition->how == HOW_COUNT) {
        query_sql(query, "1");
    } else if (definition->how == HOW_SUM) {
        add_sum(query, definition);
    } else {
        add_lines(query, definition);
    }
}

/* Amounts that are in the record's own currency still. */
static bool is_foreign(const struct measure_definition *definition)
{
    const struct field *sum = definition->sum;
    if (definition->how == HOW_SUM) {
        return sum->type == FIELD_MONEY && has_rate(definition->object) && strcmp(sum->name, "amount_minor") != 0 &&
               !field_in_base(sum);
    }
    return definition->how == HOW_LINE_AMOUNT;
}

static void add_day(struct query *query, const struct measure_definition *definition)
{
    if (definition->orders) {
        query_sql(query, "t.effective_on, NULL");
    } else if (definition->date->type == FIELD_DATE) {
        select_field(query, definition->date, "t");
        query_sql(query, ", NULL");
    } else {
        query_sql(query, "NULL, ");
        select_field(query, definition->date, "t");
    }
}

void measure_add_columns(struct query *query, const struct measure_definition *definition)
{
    bool owned = strcmp(definition->owner, "owner_id") == 0;
    add_day(query, definition);
    query_sql(query, ", ");
    add_amount(query, definition);
    query_sql(query, ", NULL, ");
    query_sql(query, !is_foreign(definition) ? "NULL, NULL"
                     : definition->orders
                         ? "t.currency, (SELECT k.rate_nano FROM contract k WHERE k.id = t.contract_id)"
                         : "t.currency, t.rate_nano");
    query_sql(query, ", t.`");
    query_sql(query, definition->owner);
    query_sql(query, owned ? "`, t.department_id" : "`, NULL");
}

void measure_add_condition(struct query *query, const struct measure_definition *definition)
{
    if (definition->orders) {
        query_sql(query, "t.status = 'effective' AND EXISTS (SELECT 1 FROM contract k WHERE k.id = t.contract_id "
                         "AND k.deleted_at IS NULL AND k.status IN ('signed', 'completed') AND ");
        filter_sql(query, definition->filter, "k");
        query_sql(query, ")");
        return;
    }
    select_field(query, definition->date, "t");
    query_sql(query, " IS NOT NULL AND ");
    query_sql(query, is_of_lines(definition) ? "t.status IN ('signed', 'completed') AND " : "");
    filter_sql(query, definition->filter, "t");
}

/* ---- the preview ---- */

/* Days against the field, moments against the company's midnight. */
static void add_between(struct query *query, const struct request *request, const struct measure_definition *definition,
                        struct date from, struct date to)
{
    bool days = definition->orders || definition->date->type == FIELD_DATE;
    for (int end = 0; end < 2; end++) {
        struct date day = end == 0 ? from : to;
        query_sql(query, " AND ");
        if (definition->orders) {
            query_sql(query, "t.effective_on");
        } else {
            select_field(query, definition->date, "t");
        }
        query_sql(query, end == 0 ? " >= " : " < ");
        query_arg(query, days ? V(day) : V(date_start(day, request->zone)));
    }
}

static struct measure_sample read_sample(const struct rows *rows, size_t i)
{
    enum { ID, ON, AT, AMOUNT, UNUSED, CURRENCY, RATE };
    struct value on = rows_get(rows, i, ON);
    struct value at = rows_get(rows, i, AT);
    struct value currency = rows_get(rows, i, CURRENCY);
    struct measure_sample sample = {.record_id = rows_get(rows, i, ID).integer,
                                    .amount = opt_int_of(rows_get(rows, i, AMOUNT)),
                                    .rate = opt_int_of(rows_get(rows, i, RATE))};
    if (on.type == VALUE_DATE) {
        sample.on = (struct opt_date){true, on.date};
    }
    if (at.type == VALUE_INSTANT) {
        sample.at = (struct opt_instant){true, at.instant};
    }
    if (currency.type == VALUE_TEXT) {
        sample.currency = (struct opt_str){true, currency.text};
    }
    return sample;
}

enum err measure_store_samples(struct request *request, struct arena *arena,
                               const struct measure_definition *definition, struct date from, struct date to,
                               int64_t after, int64_t limit, struct measure_sample **out, size_t *count_out)
{
    struct query query;
    struct rows rows;
    const struct object *object = definition->orders ? object_find("change_order") : definition->object;
    query_init(&query, arena);
    query_sql(&query, "SELECT t.id, ");
    measure_add_columns(&query, definition);
    query_sql(&query, " FROM `");
    query_sql(&query, object->table);
    query_sql(&query, "` t WHERE t.deleted_at IS NULL AND t.id > ");
    query_arg(&query, V(after));
    query_sql(&query, " AND ");
    measure_add_condition(&query, definition);
    add_between(&query, request, definition, from, to);
    query_sql(&query, " AND ");
    scope_predicate(&query, request, object, "t", false);
    query_sql(&query, " ORDER BY t.id LIMIT ");
    query_arg(&query, V(limit));
    TRY(db_query(request->db, arena, query_text(&query), query_args(&query), &rows));
    *out = ARENA_ARRAY(arena, struct measure_sample, rows.count);
    *count_out = rows.count;
    for (size_t i = 0; i < rows.count; i++) {
        (*out)[i] = read_sample(&rows, i);
    }
    return OK;
}

/* Two names. */
struct names {
    struct opt_str user, department;
};
static const struct column NAMES[] = {COLUMN(struct names, user), COLUMN(struct names, department)};
STATEMENT_ROWS(NAMES_OF, "measure.names", struct names, NAMES,
               "SELECT (SELECT name FROM `user` WHERE id = ?), (SELECT name FROM department WHERE id = ?)");

enum err measure_store_names(struct db *db, struct arena *arena, int64_t user_id, int64_t department_id,
                             struct str *user_out, struct str *department_out)
{
    struct names names;
    TRY(db_one(db, arena, &NAMES_OF, ARGS(V(user_id), V(department_id)), &names));
    *user_out = names.user.value;
    *department_out = names.department.value;
    return OK;
}
