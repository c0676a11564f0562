/* SQL of price books and of who may discount how much. */
#include "price_store.h"

enum { ENTRY_WIDTH = 7, DEPARTMENT_WIDTH = 2 };

static const struct column ENTRY[] = {
    COLUMN(struct price_entry, product_id),  COLUMN(struct price_entry, product_name),
    COLUMN(struct price_entry, price_minor), COLUMN(struct price_entry, floor_minor),
    COLUMN(struct price_entry, from_on),     COLUMN(struct price_entry, until_on),
};
STATEMENT_ROWS(ENTRIES, "price.entries", struct price_entry, ENTRY,
               "SELECT e.product_id, p.name AS product_name, e.price_minor, e.floor_minor, e.from_on, e.until_on "
               "FROM price_book_entry e JOIN product p ON p.id = e.product_id WHERE e.price_book_id = ? "
               "ORDER BY e.line_number, e.id");
STATEMENT(DROP_ENTRIES, "price.drop_entries", "DELETE FROM price_book_entry WHERE price_book_id = ?");
/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(
    DEPARTMENTS, "price.departments", struct number, NUMBER,
    "SELECT department_id AS value FROM price_book_department WHERE price_book_id = ? ORDER BY department_id");
STATEMENT(DROP_DEPARTMENTS, "price.drop_departments", "DELETE FROM price_book_department WHERE price_book_id = ?");
static const struct column PRICE[] = {COLUMN(struct price, name), COLUMN(struct price, price_minor),
                                      COLUMN(struct price, floor_minor), COLUMN(struct price, cost_minor)};
STATEMENT_ROWS(
    FIND_PRICE, "price.find", struct price, PRICE,
    "SELECT p.name, COALESCE(e.price_minor, p.price_minor) AS price_minor, e.floor_minor, p.cost_minor FROM product p "
    "LEFT JOIN price_book_entry e ON e.product_id = p.id AND e.price_book_id = ? "
    "AND (e.from_on IS NULL OR e.from_on <= ?) AND (e.until_on IS NULL OR e.until_on >= ?) "
    "WHERE p.id = ? AND p.deleted_at IS NULL ORDER BY e.from_on DESC, e.line_number LIMIT 1");
static const struct column BOOK[] = {COLUMN(struct book_head, currency), COLUMN(struct book_head, is_active),
                                     COLUMN(struct book_head, is_open)};
STATEMENT_ROWS(GET_BOOK, "price.book", struct book_head, BOOK,
               "SELECT b.currency, b.is_active, NOT EXISTS (SELECT 1 FROM price_book_department x "
               "WHERE x.price_book_id = b.id) OR EXISTS (SELECT 1 FROM price_book_department x JOIN department_path p "
               "ON p.ancestor_id = x.department_id WHERE x.price_book_id = b.id AND p.descendant_id = ?) AS is_open "
               "FROM price_book b WHERE b.id = ? AND b.deleted_at IS NULL");
static const struct column RIGHT[] = {COLUMN(struct discount_right, max_discount_ppm),
                                      COLUMN(struct discount_right, may_go_below_floor),
                                      COLUMN(struct discount_right, limited)};
STATEMENT_ROWS(GET_RIGHT, "price.right", struct discount_right, RIGHT,
               "SELECT COALESCE(MAX(IF(ur.user_id IS NULL, 0, a.max_discount_ppm)), 0) AS max_discount_ppm, "
               "COALESCE(MAX(ur.user_id IS NOT NULL AND a.may_go_below_floor), 0) AS may_go_below_floor, "
               "COUNT(*) > 0 AS limited FROM discount_authority a "
               "LEFT JOIN user_role ur ON ur.role_id = a.role_id AND ur.user_id = ? WHERE a.deleted_at IS NULL");
STATEMENT_ROWS(ROLE_TAKEN, "price.role_taken", struct number, NUMBER,
               "SELECT COUNT(*) AS value FROM discount_authority WHERE role_id = ? AND id <> ? AND deleted_at IS NULL");

enum err price_store_entries(struct db *db, struct arena *arena, int64_t book_id, struct price_entry **rows_out,
                             size_t *count_out)
{
    return db_many(db, arena, &ENTRIES, ARGS(V(book_id)), rows_out, count_out);
}

enum err price_store_replace_entries(struct db *db, struct arena *arena, int64_t book_id,
                                     const struct price_entry *rows, size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * ENTRY_WIDTH + 1);
    TRY(db_exec(db, arena, &DROP_ENTRIES, ARGS(V(book_id))));
    for (size_t i = 0; i < count; i++) {
        struct value *row = values + i * ENTRY_WIDTH;
        row[0] = V(book_id);
        row[1] = V((int64_t)i + 1);
        row[2] = V(rows[i].product_id);
        row[3] = V(rows[i].price_minor);
        row[4] = V(rows[i].floor_minor);
        row[5] = V(rows[i].from_on);
        row[6] = V(rows[i].until_on);
    }
    return db_bulk(db, arena,
                   STR("INSERT INTO price_book_entry (price_book_id, line_number, product_id, "
                       "price_minor, floor_minor, from_on, until_on) VALUES (?, ?, ?, ?, ?, ?, ?)"),
                   values, ENTRY_WIDTH, count);
}

enum err price_store_departments(struct db *db, struct arena *arena, int64_t book_id, int64_t **ids_out,
                                 size_t *count_out)
{
    return db_many(db, arena, &DEPARTMENTS, ARGS(V(book_id)), ids_out, count_out);
}

enum err price_store_replace_departments(struct db *db, struct arena *arena, int64_t book_id, const int64_t *ids,
                                         size_t count)
{
    struct value *values = ARENA_ARRAY(arena, struct value, count * DEPARTMENT_WIDTH + 1);
    TRY(db_exec(db, arena, &DROP_DEPARTMENTS, ARGS(V(book_id))));
    for (size_t i = 0; i < count; i++) {
        values[i * DEPARTMENT_WIDTH] = V(book_id);
        values[i * DEPARTMENT_WIDTH + 1] = V(ids[i]);
    }
    return db_bulk(db, arena,
                   STR("INSERT IGNORE INTO price_book_department (price_book_id, department_id) VALUES (?, ?)"), values,
                   DEPARTMENT_WIDTH, count);
}

enum err price_store_find(struct db *db, struct arena *arena, struct opt_int book_id, int64_t product_id,
                          struct date on, struct price *out)
{
    return db_one(db, arena, &FIND_PRICE, ARGS(V(book_id), V(on), V(on), V(product_id)), out);
}

enum err price_store_book(struct db *db, struct arena *arena, int64_t book_id, struct value department,
                          struct book_head *out)
{
    return db_one(db, arena, &GET_BOOK, ARGS(department, V(book_id)), out);
}

enum err price_store_right(struct db *db, struct arena *arena, int64_t user_id, struct discount_right *out)
{
    return db_one(db, arena, &GET_RIGHT, ARGS(V(user_id)), out);
}

enum err price_store_role_taken(struct db *db, struct arena *arena, int64_t role_id, int64_t except_id, bool *out)
{
    int64_t count = 0;
    TRY(db_one(db, arena, &ROLE_TAKEN, ARGS(V(role_id), V(except_id)), &count));
    *out = count > 0;
    return OK;
}
