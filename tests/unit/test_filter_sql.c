/* SQL and evaluator agree: random filters over random rows, asked of a real MariaDB and of filter_matches. */
#include "database.h"
#include "unit.h"

#include "platform/config.h"
#include "platform/db.h"
#include "platform/filter.h"

enum { ROW_COUNT = 80, FILTER_COUNT = 2000, DEPARTMENT_COUNT = 12, DEPTH = 4 };
enum { NAME, STAGE, AMOUNT, ACTIVE, OWNER, DEPARTMENT, CLOSED, CREATED, CODE, CURRENCY, FIELD_TOTAL };

static const struct option stages[] = {{"new", "新", "New"}, {"won", "赢", "Won"}, {"lost", "输", "Lost"}, {NULL}};
static const struct field fields[] = {
    [NAME] = {.name = "name", .type = FIELD_TEXT},
    [STAGE] = {.name = "stage", .type = FIELD_ENUM, .options = stages},
    [AMOUNT] = {.name = "amount_minor", .type = FIELD_MONEY},
    [ACTIVE] = {.name = "is_active", .type = FIELD_BOOL},
    [OWNER] = {.name = "owner_id", .type = FIELD_REF, .ref = "user"},
    [DEPARTMENT] = {.name = "department_id", .type = FIELD_REF, .ref = "department"},
    [CLOSED] = {.name = "closed_on", .type = FIELD_DATE},
    [CREATED] = {.name = "created_at", .type = FIELD_INSTANT},
    [CODE] = {.name = "code", .type = FIELD_TEXT, .flags = FIELD_UNIQUE},
    [CURRENCY] = {.name = "currency", .type = FIELD_CURRENCY},
    FIELD_END,
};

static const struct filter_context context = {
    .user_id = 3, .department_id = 2, .today = {20543}, .zone = "Asia/Shanghai"}; /* 2026-03-31 */

static struct config config;
static struct db *db;
static struct value rows[ROW_COUNT][FIELD_TOTAL];

/* Departments are numbered as a heap: n stands below n / 2. */
static bool department_is_under(int64_t department, int64_t root)
{
    while (department > root) {
        department /= 2;
    }
    return department == root;
}

static bool is_under(void *unused, const struct field *field, struct value value, struct value root)
{
    (void)unused;
    assert_string_equal(field->ref, "department");
    return department_is_under(value.integer, root.integer);
}

/* Texts close to each other: case, width, spaces at the end, the signs of LIKE. */
static const char *random_text(void)
{
    static const char *const texts[] = {"a",  "A",   "ab",  "AB ", "aB",   "b",   "ba",   "a%",  "a_b", "a\\\\b",
                                        "%",  "_",   "abc", " ab", "ＡＢ", "x y", "x Y ", "50%", "-1",  "客户",
                                        "客", "户a", "A客", "",    "#1",   "a.b", "a,b",  "a;b", "(a)", "ab  "};
    return texts[unit_random() % (sizeof(texts) / sizeof(texts[0]))];
}

/* What is kept of currencies, and what somebody may ask for. */
static const char *random_currency(size_t kinds)
{
    static const char *const texts[] = {"CNY", "USD", "EUR", "cny", "C", "Y", "人民币", "ＣＮＹ", "CN客", ""};
    return texts[unit_random() % kinds];
}

static struct value random_value(int field)
{
    int64_t day = 20543 + unit_random_in(-40, 40);

    if (unit_random() % 5 == 0) {
        return value_null();
    }
    switch (field) {
    case NAME:
    case CODE: {
        const char *text = random_text();
        return value_c(strcmp(text, "a\\\\b") == 0 ? "a\\b" : text);
    }
    case CURRENCY:
        return value_c(random_currency(3));
    case STAGE:
        return value_c(stages[unit_random() % 3].value);
    case AMOUNT:
        return value_int(unit_random_in(-3, 6));
    case ACTIVE:
        return value_bool(unit_random() % 2 == 0);
    case OWNER:
        return value_int(unit_random_in(1, 5));
    case DEPARTMENT:
        return value_int(unit_random_in(1, DEPARTMENT_COUNT));
    case CLOSED:
        return value_date((struct date){(int32_t)day});
    default: {
        /* Around the beginning of days in Shanghai, to the millisecond. */
        struct instant start = date_start((struct date){(int32_t)day}, context.zone);
        return value_instant((struct instant){start.ms + unit_random_in(-1, 1)});
    }
    }
}

/* Adds a constant of the field in JSON. */
static void add_constant(struct buf *out, int field)
{
    struct value value = random_value(field);

    while (value.type == VALUE_NULL) {
        value = random_value(field);
    }
    if (field == OWNER && unit_random() % 4 == 0) {
        buf_add_c(out, "\"me\"");
    } else if (field == DEPARTMENT && unit_random() % 4 == 0) {
        buf_add_c(out, "\"my_department\"");
    } else if (field == ACTIVE) {
        buf_add_c(out, value.integer == 1 ? "true" : "false");
    } else if (field == NAME || field == CODE) {
        buf_format(out, "\"%s\"", random_text());
    } else if (field == CURRENCY) {
        buf_format(out, "\"%s\"", random_currency(10));
    } else if (value.type == VALUE_INT) {
        buf_format(out, "%lld", (long long)value.integer);
    } else if (value.type == VALUE_TEXT) {
        buf_format(out, "\"%.*s\"", STR_ARG(value.text));
    } else if (field == CREATED && unit_random() % 2 == 0) {
        buf_format(out, "\"%.*s\"", STR_ARG(instant_format(unit_arena, value.instant)));
    } else {
        struct date day = field == CREATED ? instant_date(value.instant, context.zone) : value.date;
        buf_format(out, "\"%.*s\"", STR_ARG(date_format(unit_arena, day)));
    }
}

static void add_list(struct buf *out, int field, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_add_char(out, i == 0 ? '[' : ',');
        add_constant(out, field);
    }
    buf_add_char(out, ']');
}

/* A condition that may be refused (operators that do not apply, values out of order): those are left out. */
static void add_condition(struct buf *out)
{
    static const char *const ops[] = {"eq",        "ne",    "in", "not_in",  "is_null",  "not_null",     "lt",
                                      "le",        "gt",    "ge", "between", "contains", "not_contains", "starts_with",
                                      "ends_with", "under", "on", "before",  "after",    "relative"};
    static const char *const words[] = {"today",     "yesterday",   "this_week",   "last_month",       "this_quarter",
                                        "next_year", "last_9_days", "next_3_days", "over_20_days_ago", "this_year"};
    int field = (int)(unit_random() % FIELD_TOTAL);
    const char *op = ops[unit_random() % (sizeof(ops) / sizeof(ops[0]))];

    buf_format(out, "{\"field\":\"%s\",\"op\":\"%s\"", fields[field].name, op);
    if (strcmp(op, "relative") == 0) {
        buf_format(out, ",\"value\":\"%s\"", words[unit_random() % (sizeof(words) / sizeof(words[0]))]);
    } else if (strstr(op, "null") == NULL) {
        buf_add_c(out, ",\"value\":");
        if (strcmp(op, "in") == 0 || strcmp(op, "not_in") == 0) {
            add_list(out, field, 1 + unit_random() % 4);
        } else if (strcmp(op, "between") == 0) {
            add_list(out, field, 2);
        } else {
            add_constant(out, field);
        }
    }
    buf_add_char(out, '}');
}

static void add_filter(struct buf *out, int depth)
{
    uint64_t kind = depth == 0 ? 0 : unit_random() % 6;

    if (kind < 2) {
        add_condition(out);
        return;
    }
    if (kind == 2) {
        buf_add_c(out, "{\"not\":");
        add_filter(out, depth - 1);
        buf_add_char(out, '}');
        return;
    }
    size_t count = 1 + unit_random() % 3;
    for (size_t i = 0; i < count; i++) {
        buf_add_c(out, i > 0 ? "," : kind % 2 == 0 ? "{\"all\":[" : "{\"any\":[");
        add_filter(out, depth - 1);
    }
    buf_add_c(out, "]}");
}

static void fill_tables(void)
{
    struct value paths[DEPARTMENT_COUNT * DEPARTMENT_COUNT * 2];
    struct value values[ROW_COUNT * (FIELD_TOTAL + 1)];
    size_t path_count = 0;

    assert_int_equal(db_script(db, STR("CREATE TEMPORARY TABLE department_path (ancestor_id BIGINT NOT NULL, "
                                       "descendant_id BIGINT NOT NULL)")),
                     OK);
    assert_int_equal(
        db_script(db, STR("CREATE TEMPORARY TABLE filter_row (id BIGINT NOT NULL PRIMARY KEY, name VARCHAR(100) NULL, "
                          "stage VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL, amount_minor BIGINT NULL, "
                          "is_active BOOLEAN NULL, owner_id BIGINT NULL, department_id BIGINT NULL, "
                          "closed_on DATE NULL, created_at DATETIME(3) NULL, "
                          "code VARCHAR(64) COLLATE utf8mb4_bin NULL, "
                          "currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL) "
                          "DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci")),
        OK);
    for (int64_t root = 1; root <= DEPARTMENT_COUNT; root++) {
        for (int64_t department = root; department <= DEPARTMENT_COUNT; department++) {
            if (department_is_under(department, root)) {
                paths[path_count++] = value_int(root);
                paths[path_count++] = value_int(department);
            }
        }
    }
    assert_int_equal(
        db_bulk(db, unit_arena, STR("INSERT INTO department_path VALUES (?, ?)"), paths, 2, path_count / 2), OK);
    for (int i = 0; i < ROW_COUNT; i++) {
        values[i * (FIELD_TOTAL + 1)] = value_int(i);
        for (int field = 0; field < FIELD_TOTAL; field++) {
            rows[i][field] = random_value(field);
            values[i * (FIELD_TOTAL + 1) + 1 + field] = rows[i][field];
        }
    }
    assert_int_equal(db_bulk(db, unit_arena, STR("INSERT INTO filter_row VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
                             values, FIELD_TOTAL + 1, ROW_COUNT),
                     OK);
}

/* Asks both; false when the filter does not parse. */
static bool compare(const char *text, size_t *matched)
{
    struct error error;
    struct filter *filter = NULL;
    struct query query;
    struct rows found;
    size_t next = 0;

    error_init(&error, unit_arena);
    if (filter_parse_text(unit_arena, fields, str_from(text), &context, &error, &filter) != OK) {
        assert_int_equal(error.code, ERR_BAD_FILTER);
        return false;
    }
    query_init(&query, unit_arena);
    query_sql(&query, "SELECT id FROM filter_row t WHERE ");
    filter_sql(&query, filter, "t");
    query_sql(&query, " ORDER BY id");
    assert_int_equal(db_query(db, unit_arena, query_text(&query), query_args(&query), &found), OK);
    for (int i = 0; i < ROW_COUNT; i++) {
        bool in_sql = next < found.count && rows_get(&found, next, 0).integer == i;
        bool in_memory = filter_matches(filter, rows[i], is_under, NULL);
        next += in_sql ? 1 : 0;
        *matched += in_sql ? 1 : 0;
        if (in_sql != in_memory) {
            fail_msg("row %d, name '%.*s': SQL says %d\n%s\n%.*s", i,
                     STR_ARG(rows[i][NAME].type == VALUE_TEXT ? rows[i][NAME].text : STR("")), in_sql, text,
                     STR_ARG(query_text(&query)));
        }
    }
    assert_int_equal(next, found.count);
    return true;
}

static void sql_and_evaluator_agree(void **state)
{
    size_t parsed = 0;
    size_t matched = 0;
    (void)state;

    fill_tables();
    for (size_t tried = 0; parsed < FILTER_COUNT; tried++) {
        struct buf text;
        assert_true(tried < FILTER_COUNT * 100);
        buf_init(&text, unit_arena);
        add_filter(&text, (int)(unit_random() % DEPTH));
        parsed += compare(text.ptr, &matched) ? 1 : 0;
    }
    /* The filters must neither match everything nor nothing. */
    assert_true(matched > FILTER_COUNT * ROW_COUNT / 10 && matched < FILTER_COUNT * ROW_COUNT * 9 / 10);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {UNIT_TEST(sql_and_evaluator_agree)};

    (void)argc;
    database_need(argv);
    config = (struct config){.db_hosts = "",
                             .db_socket = getenv("DABIAO_DB_SOCKET"),
                             .db_user = getenv("DABIAO_DB_USER"),
                             .db_name = getenv("DABIAO_DB_NAME"),
                             .db_password = ""};
    db = db_create(&config, DB_WRITE);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    db_destroy(db);
    return failed;
}
