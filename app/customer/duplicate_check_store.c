/* SQL of the blind check. */
#include "duplicate_check_store.h"

static const struct column BLIND[] = {
    COLUMN(struct blind_row, id),       COLUMN(struct blind_row, name),
    COLUMN(struct blind_row, owner_id), COLUMN(struct blind_row, owner_name),
    COLUMN(struct blind_row, pool_id),  COLUMN(struct blind_row, last_follow_up_at),
    COLUMN(struct blind_row, deleted),
};
/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};

STATEMENT_ROWS(GET, "blind.get", struct blind_row, BLIND,
               "SELECT c.id, c.name, c.owner_id, u.name AS owner_name, c.pool_id, c.last_follow_up_at, "
               "c.deleted_at IS NOT NULL AS deleted "
               "FROM customer c LEFT JOIN `user` u ON u.id = c.owner_id WHERE c.id = ?");
/* A customer that went into another is no customer any more. */
STATEMENT_ROWS(BY_NAME, "blind.by_name", struct number, NUMBER,
               "SELECT c.id AS value FROM customer c "
               "LEFT JOIN customer_merge m ON m.standing_source_id = c.id "
               "WHERE c.name_key = ? AND m.id IS NULL ORDER BY c.deleted_at IS NOT NULL, c.id LIMIT ?");
STATEMENT_ROWS(BY_CUSTOMER_DIGITS, "blind.by_customer_digits", struct number, NUMBER,
               "SELECT p.record_id AS value FROM phone_digits p "
               "LEFT JOIN customer_merge m ON m.standing_source_id = p.record_id "
               "WHERE p.digits = ? AND p.object = 'customer' AND m.id IS NULL ORDER BY p.record_id LIMIT ?");
STATEMENT_ROWS(BY_CONTACT_DIGITS, "blind.by_contact_digits", struct number, NUMBER,
               "SELECT DISTINCT p.record_id AS value FROM phone_digits p JOIN contact k ON k.id = p.record_id "
               "WHERE p.digits = ? AND p.object = 'contact' AND k.deleted_at IS NULL ORDER BY p.record_id LIMIT ?");
STATEMENT_ROWS(CUSTOMER_OF, "blind.customer_of", struct number, NUMBER,
               "SELECT customer_id AS value FROM contact WHERE id = ?");

enum err blind_store_get(struct db *db, struct arena *arena, int64_t customer_id, struct blind_row *out)
{
    return db_one(db, arena, &GET, ARGS(V(customer_id)), out);
}

enum err blind_store_by_name(struct db *db, struct arena *arena, struct str name_key, int64_t limit, int64_t **ids_out,
                             size_t *count_out)
{
    return db_many(db, arena, &BY_NAME, ARGS(V(name_key), V(limit)), ids_out, count_out);
}

enum err blind_store_by_digits(struct db *db, struct arena *arena, const char *object, struct str digits, int64_t limit,
                               int64_t **ids_out, size_t *count_out)
{
    bool contact = str_eq_c(str_from(object), "contact");
    return db_many(db, arena, contact ? &BY_CONTACT_DIGITS : &BY_CUSTOMER_DIGITS, ARGS(V(digits), V(limit)), ids_out,
                   count_out);
}

enum err blind_store_customer_of(struct db *db, struct arena *arena, int64_t contact_id, int64_t *out)
{
    return db_one(db, arena, &CUSTOMER_OF, ARGS(V(contact_id)), out);
}
