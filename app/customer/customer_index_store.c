/* SQL of what customers are found and compared by. */
#include "customer_index_store.h"

#include <string.h>

#include "platform/query.h"

enum { NAME_WIDTH = 3, LETTERS_WIDTH = 2, PHONE_WIDTH = 5 };

enum err index_store_names(struct db *db, struct arena *arena, const struct name_row *rows, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * NAME_WIDTH + 1);
    for (size_t i = 0; i < count; i++) {
        values[i * NAME_WIDTH] = V(rows[i].name_key);
        values[i * NAME_WIDTH + 1] = V(rows[i].initials);
        values[i * NAME_WIDTH + 2] = V(rows[i].id);
    }
    return db_bulk(db, arena, STR("UPDATE customer SET name_key = ?, initials = ? WHERE id = ?"), values, NAME_WIDTH,
                   count);
}

static struct value *letters_values(struct arena *arena, const struct letters_row *rows, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * LETTERS_WIDTH + 1);
    for (size_t i = 0; i < count; i++) {
        values[i * LETTERS_WIDTH] = V(rows[i].gram);
        values[i * LETTERS_WIDTH + 1] = V(rows[i].customer_id);
    }
    return values;
}

enum err index_store_add_letters(struct db *db, struct arena *arena, const struct letters_row *rows, size_t count)
{
    return db_bulk(db, arena, STR("INSERT IGNORE INTO customer_initial (gram, customer_id) VALUES (?, ?)"),
                   letters_values(arena, rows, count), LETTERS_WIDTH, count);
}

enum err index_store_drop_letters(struct db *db, struct arena *arena, const struct letters_row *rows, size_t count)
{
    return db_bulk(db, arena, STR("DELETE FROM customer_initial WHERE gram = ? AND customer_id = ?"),
                   letters_values(arena, rows, count), LETTERS_WIDTH, count);
}

/* The one column of a row. */
struct text {
    struct str value; /* as stored */
};
static const struct column TEXT[] = {COLUMN(struct text, value)};
STATEMENT_ROWS(INITIALS, "customer_index.initials", struct text, TEXT,
               "SELECT initials AS value FROM customer WHERE id = ?");

enum err index_store_initials(struct db *db, struct arena *arena, int64_t customer_id, struct str *out)
{
    return db_one(db, arena, &INITIALS, ARGS(V(customer_id)), out);
}

enum err index_store_put_phones(struct db *db, struct arena *arena, const struct phone_row *rows, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * PHONE_WIDTH + 1);
    for (size_t i = 0; i < count; i++) {
        struct value *row = values + i * PHONE_WIDTH;
        row[0] = V(rows[i].object);
        row[1] = V(rows[i].record_id);
        row[2] = V(rows[i].field);
        row[3] = V(rows[i].customer_id);
        row[4] = V(rows[i].digits);
    }
    return db_bulk(
        db, arena,
        STR("INSERT INTO phone_digits (object, record_id, field, customer_id, digits) VALUES (?, ?, ?, ?, ?) "
            "ON DUPLICATE KEY UPDATE customer_id = VALUES(customer_id), digits = VALUES(digits)"),
        values, PHONE_WIDTH, count);
}

STATEMENT(DROP_PHONE, "customer_index.drop_phone",
          "DELETE FROM phone_digits WHERE object = ? AND record_id = ? AND field = ?");
STATEMENT(DROP_PHONES, "customer_index.drop_phones", "DELETE FROM phone_digits WHERE object = ? AND record_id = ?");

enum err index_store_drop_phone(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                                const char *field)
{
    return db_exec(db, arena, &DROP_PHONE, ARGS(V(object), V(record_id), V(field)));
}

STATEMENT(DROP_PHONE_RANGE, "customer_index.drop_phone_range",
          "DELETE FROM phone_digits WHERE object = ? AND record_id > ? AND record_id <= ?");

enum err index_store_drop_phone_range(struct db *db, struct arena *arena, const char *object, int64_t from_id,
                                      int64_t to_id)
{
    return db_exec(db, arena, &DROP_PHONE_RANGE, ARGS(V(object), V(from_id), V(to_id)));
}

enum err index_store_drop_phones(struct db *db, struct arena *arena, const char *object, int64_t record_id)
{
    return db_exec(db, arena, &DROP_PHONES, ARGS(V(object), V(record_id)));
}

/* ---- what a rebuild reads ---- */

static const struct column CUSTOMER[] = {
    COLUMN(struct indexed_customer, id),
    COLUMN(struct indexed_customer, name),
    COLUMN(struct indexed_customer, initials),
    COLUMN(struct indexed_customer, phone),
};
static const struct column CONTACT[] = {
    COLUMN(struct indexed_contact, id),
    COLUMN(struct indexed_contact, customer_id),
    COLUMN(struct indexed_contact, mobile),
    COLUMN(struct indexed_contact, phone),
};
/* Largest ids of both tables. */
struct last_ids {
    int64_t customer; /* customer.id */
    int64_t contact;  /* contact.id */
};
static const struct column LAST_IDS[] = {COLUMN(struct last_ids, customer), COLUMN(struct last_ids, contact)};

STATEMENT_ROWS(CUSTOMERS, "customer_index.customers", struct indexed_customer, CUSTOMER,
               "SELECT id, name, initials, phone FROM customer WHERE id > ? ORDER BY id LIMIT ? LOCK IN SHARE MODE");
STATEMENT_ROWS(
    CONTACTS, "customer_index.contacts", struct indexed_contact, CONTACT,
    "SELECT id, customer_id, mobile, phone FROM contact WHERE id > ? ORDER BY id LIMIT ? LOCK IN SHARE MODE");
STATEMENT_ROWS(LAST, "customer_index.last_ids", struct last_ids, LAST_IDS,
               "SELECT COALESCE((SELECT MAX(id) FROM customer), 0) AS customer, "
               "COALESCE((SELECT MAX(id) FROM contact), 0) AS contact");

enum err index_store_customers(struct db *db, struct arena *arena, int64_t after_id, int64_t limit,
                               struct indexed_customer **rows_out, size_t *count_out)
{
    return db_many(db, arena, &CUSTOMERS, ARGS(V(after_id), V(limit)), rows_out, count_out);
}

enum err index_store_contacts(struct db *db, struct arena *arena, int64_t after_id, int64_t limit,
                              struct indexed_contact **rows_out, size_t *count_out)
{
    return db_many(db, arena, &CONTACTS, ARGS(V(after_id), V(limit)), rows_out, count_out);
}

enum err index_store_last_ids(struct db *db, struct arena *arena, int64_t *customer_out, int64_t *contact_out)
{
    struct last_ids ids;
    TRY(db_one(db, arena, &LAST, NO_ARGS, &ids));
    *customer_out = ids.customer;
    *contact_out = ids.contact;
    return OK;
}

/* ---- completeness ---- */

/* What counts how much; together 100. docs/formulas.md says the same. */
static const struct {
    const char *name;  /* field of the customer, or contact… */
    int weight;        /* points */
    const char *known; /* SQL: it is there */
} PARTS[] = {
    {"region_id", 15, "c.region_id IS NOT NULL"},
    {"phone", 15, "c.phone IS NOT NULL"},
    {"name", 10, "TRUE"},
    {"level", 10, "c.level IS NOT NULL"},
    {"source", 10, "c.source IS NOT NULL"},
    {"industry", 10, "c.industry IS NOT NULL"},
    {"contact", 10, "EXISTS (SELECT 1 FROM contact k WHERE k.customer_id = c.id AND k.deleted_at IS NULL)"},
    {"contact_number", 5,
     "EXISTS (SELECT 1 FROM contact k WHERE k.customer_id = c.id AND k.deleted_at IS NULL "
     "AND (k.mobile IS NOT NULL OR k.phone IS NOT NULL OR k.wechat IS NOT NULL OR k.email IS NOT NULL))"},
    {"address", 5, "c.address IS NOT NULL"},
    {"website", 5, "c.website IS NOT NULL"},
    {"employee_count", 5, "c.employee_count IS NOT NULL"},
};
enum { PART_COUNT = sizeof PARTS / sizeof PARTS[0] };

bool completeness_store_counts(const char *field)
{
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (strcmp(PARTS[i].name, field) == 0) {
            return true;
        }
    }
    return false;
}

static void add_score(struct query *query)
{
    for (size_t i = 0; i < PART_COUNT; i++) {
        query_sql(query, i == 0 ? "IF(" : " + IF(");
        query_sql(query, PARTS[i].known);
        query_sql(query, ", ");
        query_arg(query, V((int64_t)PARTS[i].weight));
        query_sql(query, ", 0)");
    }
}

enum err completeness_store_refresh(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count)
{
    struct query query;
    struct db_result result;
    if (count == 0) {
        return OK;
    }
    query_init(&query, arena);
    query_sql(&query, "UPDATE customer c SET c.completeness = ");
    add_score(&query);
    query_sql(&query, " WHERE c.id IN ");
    query_arg_ids(&query, customer_ids, count);
    return db_run(db, arena, query_text(&query), query_args(&query), &result);
}

enum err completeness_store_missing(struct db *db, struct arena *arena, int64_t customer_id, struct str **names_out,
                                    size_t *count_out)
{
    struct query query;
    struct rows rows;
    struct str *names = ARENA_ARRAY(arena, struct str, PART_COUNT);
    query_init(&query, arena);
    for (size_t i = 0; i < PART_COUNT; i++) {
        query_sql(&query, i == 0 ? "SELECT " : ", ");
        query_sql(&query, PARTS[i].known);
    }
    query_sql(&query, " FROM customer c WHERE c.id = ");
    query_arg(&query, V(customer_id));
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *count_out = 0;
    for (size_t i = 0; rows.count > 0 && i < PART_COUNT; i++) {
        if (rows_get(&rows, 0, i).integer == 0) {
            names[(*count_out)++] = str_from(PARTS[i].name);
        }
    }
    *names_out = names;
    return OK;
}
