/* Formulas as SQL, exactly what engines/formula_calc.c does: of columns that the database computes, and of what is
 * computed when read. Numbers are DECIMAL with six digits behind the point; what leaves the limit becomes NULL, as
 * every calculation with it. No value stands in the text but numbers and the bytes of texts in hexadecimal: a column's
 * definition takes no arguments. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "platform/custom.h"
#include "platform/object_select.h"

#define LIMIT "9000000000000.000000"

struct writer {
    struct query *query;
    const struct formula_scope *scope;
    const struct formula *formula;
    const char *alias; /* of the record's table */
};

static void add(const struct writer *writer, const char *sql)
{
    query_sql(writer->query, sql);
}

static void add_node(const struct writer *writer, const struct formula_node *node);

/* "before node after" */
static void around(const struct writer *writer, const char *before, const struct formula_node *node, const char *after)
{
    add(writer, before);
    add_node(writer, node);
    add(writer, after);
}

/* NULL for what is too large; each side is named once, so that nesting stays short. */
static void open_guard(const struct writer *writer)
{
    add(writer, "NULLIF(GREATEST(NULLIF(LEAST(");
}

static void close_guard(const struct writer *writer)
{
    add(writer, ", " LIMIT "), " LIMIT "), -" LIMIT "), -" LIMIT ")");
}

/* By UNHEX: of a literal beyond ASCII MariaDB keeps other bytes in a column's definition. */
static void add_hex(const struct writer *writer, struct str text)
{
    struct buf hex;
    buf_init(&hex, writer->query->sql.arena);
    buf_add_c(&hex, "(CONVERT(UNHEX('");
    for (size_t i = 0; i < text.len; i++) {
        buf_format(&hex, "%02X", (unsigned)(unsigned char)text.ptr[i]);
    }
    buf_add_c(&hex, "') USING utf8mb4) COLLATE utf8mb4_nopad_bin)");
    add(writer, hex.ptr);
}

static void add_literal(const struct writer *writer, const struct formula_value *value)
{
    struct arena *arena = writer->query->sql.arena;
    switch (value->type) {
    case FORMULA_NUMBER:
        add(writer,
            str_format(arena, "CAST(%s AS DECIMAL(25,6))", str_c(arena, formula_number_text(arena, value->number)))
                .ptr);
        return;
    case FORMULA_TEXT:
        add_hex(writer, value->text);
        return;
    case FORMULA_DATE:
        add(writer, str_format(arena, "DATE'%s'", str_c(arena, date_format(arena, value->date))).ptr);
        return;
    case FORMULA_BOOLEAN:
        add(writer, value->boolean ? "TRUE" : "FALSE");
        return;
    case FORMULA_EMPTY:
        add(writer, "NULL");
        return;
    }
}

/* The plain value behind a name. */
static void add_source(struct query *query, const struct formula_scope *scope, struct str name, const char *alias)
{
    const struct field *reference;
    const struct field *field = custom_name_field(scope, name, &reference);
    if (field == NULL) {
        query_sql(query, "NULL");
        return;
    }
    if (reference == NULL) {
        select_field(query, field, alias);
        return;
    }
    char *target = arena_alloc(query->sql.arena, 24);
    snprintf(target, 24, "l%s", strcmp(alias, "l") == 0 ? "l" : "");
    if (alias[0] == 'l') {
        snprintf(target, 24, "%.20sl", alias);
    }
    query_sql(query, "(SELECT ");
    select_field(query, field, target);
    query_sql(query, " FROM ");
    select_table(query, object_find(reference->ref)->table);
    query_sql(query, " ");
    query_sql(query, target);
    query_sql(query, " WHERE ");
    query_sql(query, target);
    query_sql(query, ".id = ");
    select_field(query, reference, alias);
    query_sql(query, ")");
}

static void add_name(const struct writer *writer, struct str name)
{
    static const char *const units[] = {"1", "0.1", "0.01", "0.001", "0.0001", "0.00001", "0.000001"};
    const struct field *field = custom_name_field(writer->scope, name, NULL);
    bool number = field != NULL && (field->type == FIELD_INT || field->type == FIELD_MONEY ||
                                    field->type == FIELD_PPM || field->type == FIELD_DECIMAL);
    if (number) {
        int scale = field->type == FIELD_MONEY ? 2
                    : field->type == FIELD_PPM ? 6
                    : field->type == FIELD_INT ? 0
                                               : field->scale;
        open_guard(writer);
        add(writer, "CAST(");
        add_source(writer->query, writer->scope, name, writer->alias);
        add(writer, " * ");
        add(writer, units[scale]);
        add(writer, " AS DECIMAL(25,6))");
        close_guard(writer);
        return;
    }
    bool text = field != NULL && field->type != FIELD_DATE && field->type != FIELD_BOOL;
    add(writer, text ? "(CONVERT(" : "");
    add_source(writer->query, writer->scope, name, writer->alias);
    add(writer, text ? " USING utf8mb4) COLLATE utf8mb4_nopad_bin)" : "");
}

static void add_as_text(const struct writer *writer, const struct formula_node *node)
{
    switch (node->type) {
    case FORMULA_NUMBER:
        around(writer, "(TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(CAST(", node,
               " AS DECIMAL(25,6)) + 0.000000 AS CHAR CHARACTER SET utf8mb4))) COLLATE utf8mb4_nopad_bin)");
        return;
    case FORMULA_DATE:
        around(writer, "(CAST(", node, " AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_nopad_bin)");
        return;
    case FORMULA_BOOLEAN:
        around(writer, "(CASE ", node,
               " WHEN TRUE THEN _utf8mb4'true' COLLATE utf8mb4_nopad_bin "
               "WHEN FALSE THEN _utf8mb4'false' COLLATE utf8mb4_nopad_bin END)");
        return;
    case FORMULA_TEXT:
    case FORMULA_EMPTY:
        add_node(writer, node);
        return;
    }
}

static void add_list(const struct writer *writer, const char *function, const struct formula_node *node)
{
    add(writer, function);
    for (size_t i = 0; i < node->arg_count; i++) {
        around(writer, i == 0 ? "" : ", ", node->args[i], "");
    }
    add(writer, ")");
}

static void add_concat(const struct writer *writer, const struct formula_node *node)
{
    add(writer, "CONCAT(");
    for (size_t i = 0; i < node->arg_count; i++) {
        add(writer, i == 0 ? "COALESCE(" : ", COALESCE(");
        add_as_text(writer, node->args[i]);
        add(writer, ", _utf8mb4'' COLLATE utf8mb4_nopad_bin)");
    }
    add(writer, ")");
}

static void add_infix(const struct writer *writer, const char *before, const struct formula_node *node,
                      const char *sign, const char *after)
{
    around(writer, before, node->args[0], sign);
    around(writer, "", node->args[1], after);
}

/* Both become whole numbers, so the quotient has exactly the four digits that MariaDB gives it; two more come from the
 * factor. */
static void add_division(const struct writer *writer, const struct formula_node *node)
{
    open_guard(writer);
    around(writer, "(CAST(", node->args[0], " * 100000000 AS DECIMAL(40,0))");
    around(writer, " / NULLIF(CAST(", node->args[1], " * 1000000 AS DECIMAL(40,0)), 0)) * 0.01");
    close_guard(writer);
}

static void add_arithmetic(const struct writer *writer, const struct formula_node *node)
{
    if (node->op == FORMULA_DIVIDE) {
        add(writer, "CAST(");
        add_division(writer, node);
        add(writer, " AS DECIMAL(25,6))");
        return;
    }
    add(writer, "CAST(");
    open_guard(writer);
    if (node->op == FORMULA_NEGATE) {
        around(writer, "-(", node->args[0], ")");
    } else {
        add_infix(writer, "ROUND(", node,
                  node->op == FORMULA_ADD        ? " + "
                  : node->op == FORMULA_SUBTRACT ? " - "
                                                 : " * ",
                  ", 6)");
    }
    close_guard(writer);
    add(writer, " AS DECIMAL(25,6))");
}

static void add_rounding(const struct writer *writer, const struct formula_node *node)
{
    static const char *const digits[] = {", 0", ", 1", ", 2", ", 3", ", 4", ", 5", ", 6"};
    size_t places = node->arg_count == 2 ? (size_t)(node->args[1]->value.number / FORMULA_UNIT) : 0;
    const char *function = node->op == FORMULA_ROUND   ? "ROUND("
                           : node->op == FORMULA_FLOOR ? "FLOOR("
                           : node->op == FORMULA_CEIL  ? "CEILING("
                                                       : "ABS(";
    add(writer, "CAST(");
    open_guard(writer);
    around(writer, function, node->args[0], node->op == FORMULA_ROUND ? digits[places] : "");
    add(writer, ")");
    close_guard(writer);
    add(writer, " AS DECIMAL(25,6))");
}

static void add_whole(const struct writer *writer, const struct formula_node *node, const char *low, const char *high)
{
    add(writer, "LEAST(GREATEST(CAST(ROUND(");
    add_node(writer, node);
    add(writer, ", 0) AS SIGNED), ");
    add(writer, low);
    add(writer, "), ");
    add(writer, high);
    add(writer, ")");
}

static void add_date(const struct writer *writer, const struct formula_node *node)
{
    switch (node->op) {
    case FORMULA_TODAY:
        add(writer, "CAST(");
        query_arg(writer->query, V(custom_today()));
        add(writer, " AS DATE)");
        return;
    case FORMULA_DAYS_BETWEEN:
        around(writer, "CAST(DATEDIFF(", node->args[1], ", ");
        around(writer, "", node->args[0], ") AS DECIMAL(25,6))");
        return;
    case FORMULA_ADD_DAYS:
        around(writer, "FROM_DAYS(LEAST(GREATEST(TO_DAYS(", node->args[0], ") + ");
        add_whole(writer, node->args[1], "-4000000", "4000000");
        add(writer, ", 365243), 3652424))");
        return;
    case FORMULA_ADD_MONTHS:
        around(writer, "(LEAST(GREATEST(", node->args[0], ", DATE'1100-01-01'), DATE'9899-12-31') + INTERVAL ");
        add_whole(writer, node->args[1], "-1000", "1000");
        add(writer, " MONTH)");
        return;
    case FORMULA_MONTH_START:
        around(writer, "FROM_DAYS(TO_DAYS(LAST_DAY(", node->args[0], " - INTERVAL 1 MONTH)) + 1)");
        return;
    case FORMULA_MONTH_END:
        around(writer, "LAST_DAY(", node->args[0], ")");
        return;
    case FORMULA_YEAR:
        around(writer, "CAST(YEAR(", node->args[0], ") AS DECIMAL(25,6))");
        return;
    case FORMULA_MONTH:
        around(writer, "CAST(MONTH(", node->args[0], ") AS DECIMAL(25,6))");
        return;
    default:
        around(writer, "CAST(DAYOFMONTH(", node->args[0], ") AS DECIMAL(25,6))");
        return;
    }
}

static void add_node(const struct writer *writer, const struct formula_node *node)
{
    static const char *const signs[] = {[FORMULA_EQ] = " = ",  [FORMULA_NE] = " <> ", [FORMULA_LT] = " < ",
                                        [FORMULA_LE] = " <= ", [FORMULA_GT] = " > ",  [FORMULA_GE] = " >= "};
    switch (node->op) {
    case FORMULA_LITERAL:
        add_literal(writer, &node->value);
        return;
    case FORMULA_NAME:
        add_name(writer, writer->formula->names[node->slot]);
        return;
    case FORMULA_ADD:
    case FORMULA_SUBTRACT:
    case FORMULA_MULTIPLY:
    case FORMULA_DIVIDE:
    case FORMULA_NEGATE:
        add_arithmetic(writer, node);
        return;
    case FORMULA_EQ:
    case FORMULA_NE:
    case FORMULA_LT:
    case FORMULA_LE:
    case FORMULA_GT:
    case FORMULA_GE:
        add_infix(writer, "((", node, signs[node->op], ") IS TRUE)");
        return;
    case FORMULA_AND:
        add_infix(writer, "((", node, ") IS TRUE AND (", ") IS TRUE)");
        return;
    case FORMULA_OR:
        add_infix(writer, "((", node, ") IS TRUE OR (", ") IS TRUE)");
        return;
    case FORMULA_NOT:
        around(writer, "((", node->args[0], ") IS NOT TRUE)");
        return;
    case FORMULA_IF:
        around(writer, "(CASE WHEN (", node->args[0], ") IS TRUE THEN ");
        around(writer, "", node->args[1], " ELSE ");
        around(writer, "", node->args[2], " END)");
        return;
    case FORMULA_MIN:
    case FORMULA_MAX:
        /* Of a single one MariaDB knows none. */
        if (node->arg_count == 1) {
            add_node(writer, node->args[0]);
        } else {
            add_list(writer, node->op == FORMULA_MIN ? "LEAST(" : "GREATEST(", node);
        }
        return;
    case FORMULA_COALESCE:
        add_list(writer, "COALESCE(", node);
        return;
    case FORMULA_IS_EMPTY:
        around(writer, "((", node->args[0], ") IS NULL)");
        return;
    case FORMULA_ROUND:
    case FORMULA_FLOOR:
    case FORMULA_CEIL:
    case FORMULA_ABS:
        add_rounding(writer, node);
        return;
    case FORMULA_CONCAT:
        add_concat(writer, node);
        return;
    case FORMULA_AS_TEXT:
        add_as_text(writer, node->args[0]);
        return;
    case FORMULA_LENGTH:
        around(writer, "CAST(CHAR_LENGTH(", node->args[0], ") AS DECIMAL(25,6))");
        return;
    case FORMULA_LEFT:
        around(writer, "LEFT(", node->args[0], ", ");
        add_whole(writer, node->args[1], "0", "100000");
        add(writer, ")");
        return;
    case FORMULA_CONTAINS:
        around(writer, "((LOCATE(", node->args[1], ", ");
        around(writer, "", node->args[0], ") > 0) IS TRUE)");
        return;
    default:
        add_date(writer, node);
        return;
    }
}

void formula_sql(struct query *query, const struct formula_scope *scope, const struct formula *formula,
                 enum custom_kind result, int scale, const char *alias)
{
    static const char *const units[] = {" * 1 AS SIGNED)",      " * 10 AS SIGNED)",    " * 100 AS SIGNED)",
                                        " * 1000 AS SIGNED)",   " * 10000 AS SIGNED)", " * 100000 AS SIGNED)",
                                        " * 1000000 AS SIGNED)"};
    static const char *const digits[] = {", 0)", ", 1)", ", 2)", ", 3)", ", 4)", ", 5)", ", 6)"};
    struct writer writer = {query, scope, formula, alias};
    int places = result == CUSTOM_MONEY ? 2 : result == CUSTOM_PERCENT ? 6 : result == CUSTOM_DECIMAL ? scale : 0;
    switch (formula->root->type) {
    case FORMULA_NUMBER:
        around(&writer, "CAST(ROUND(", formula->root, digits[places]);
        add(&writer, units[places]);
        return;
    case FORMULA_TEXT:
        around(&writer, "NULLIF(LEFT(", formula->root, ", 255), _utf8mb4'' COLLATE utf8mb4_nopad_bin)");
        return;
    case FORMULA_DATE:
        around(&writer, "CAST(", formula->root, " AS DATE)");
        return;
    default:
        around(&writer, "CAST(", formula->root, " AS SIGNED)");
        return;
    }
}

enum err formula_store_values(struct request *request, const struct formula_scope *scope, const struct formula *formula,
                              int64_t id, struct formula_value *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT 1");
    for (size_t i = 0; i < formula->name_count; i++) {
        query_sql(&query, ", ");
        add_source(&query, scope, formula->names[i], "t");
    }
    query_sql(&query, " FROM ");
    select_table(&query, scope->object->table);
    query_sql(&query, " t WHERE t.id = ");
    query_arg(&query, V(id));
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    if (rows.count == 0) {
        return ERR_NOT_FOUND;
    }
    for (size_t i = 0; i < formula->name_count; i++) {
        const struct field *field = custom_name_field(scope, formula->names[i], NULL);
        out[i] = custom_formula_value(field, rows_get(&rows, 0, 1 + i));
    }
    return OK;
}
