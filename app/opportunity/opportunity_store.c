/* SQL of opportunities. */
#include "opportunity_store.h"

static const struct column EVENT[] = {
    COLUMN(struct stage_event_row, id),
    COLUMN(struct stage_event_row, from_stage),
    COLUMN(struct stage_event_row, to_stage),
    COLUMN(struct stage_event_row, amount_minor),
    COLUMN(struct stage_event_row, expected_close_on),
    COLUMN(struct stage_event_row, seconds_in_stage),
    COLUMN(struct stage_event_row, at),
    COLUMN(struct stage_event_row, user_name),
    COLUMN(struct stage_event_row, cause),
};
struct text {
    struct str value;
};
static const struct column TEXT[] = {COLUMN(struct text, value)};

STATEMENT(ADD_EVENT, "stage_event.add",
          "INSERT INTO stage_event (opportunity_id, from_stage_id, to_stage_id, amount_minor, expected_close_on, "
          "seconds_in_stage, at, user_id) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
STATEMENT_ROWS(
    LIST_EVENTS, "stage_event.list", struct stage_event_row, EVENT,
    "SELECT e.id, f.name AS from_stage, t.name AS to_stage, e.amount_minor, e.expected_close_on, "
    "e.seconds_in_stage, e.at, "
    "u.name AS user_name, e.cause FROM stage_event e LEFT JOIN stage f ON f.id = e.from_stage_id JOIN stage t ON "
    "t.id = e.to_stage_id "
    "LEFT JOIN `user` u ON u.id = e.user_id WHERE e.opportunity_id = ? ORDER BY e.id DESC");
struct day {
    struct opt_date value;
};
static const struct column DAY[] = {COLUMN(struct day, value)};
STATEMENT_ROWS(LAST_CLOSE, "stage_event.last_close", struct day, DAY,
               "SELECT (SELECT expected_close_on FROM stage_event WHERE opportunity_id = ? "
               "AND expected_close_on IS NOT NULL ORDER BY id DESC LIMIT 1) AS value");
/* A purge has no clock of its own: the file goes with the next sweep, whenever it was removed. */
STATEMENT(DROP_FILES, "opportunity.drop_files",
          "UPDATE attachment SET removed_at = created_at WHERE object = 'opportunity' AND record_id = ? "
          "AND removed_at IS NULL");
STATEMENT_ROWS(CUSTOMER_NAME, "opportunity.customer_name", struct text, TEXT,
               "SELECT name AS value FROM customer WHERE id = ?");

enum err stage_event_add(struct db *db, struct arena *arena, int64_t opportunity_id, struct value from, int64_t to,
                         int64_t amount_minor, struct value expected_close, struct value seconds, struct instant at,
                         struct value user)
{
    return db_exec(db, arena, &ADD_EVENT,
                   ARGS(V(opportunity_id), from, V(to), V(amount_minor), expected_close, seconds, V(at), user));
}

enum err stage_event_list(struct db *db, struct arena *arena, int64_t opportunity_id, struct stage_event_row **rows_out,
                          size_t *count_out)
{
    return db_many(db, arena, &LIST_EVENTS, ARGS(V(opportunity_id)), rows_out, count_out);
}

enum err stage_event_last_close(struct db *db, struct arena *arena, int64_t opportunity_id, struct opt_date *out)
{
    struct day day;
    TRY(db_one(db, arena, &LAST_CLOSE, ARGS(V(opportunity_id)), &day));
    *out = day.value;
    return OK;
}

enum err opportunity_store_customer_name(struct db *db, struct arena *arena, int64_t customer_id, struct str *out)
{
    return db_one(db, arena, &CUSTOMER_NAME, ARGS(V(customer_id)), out);
}

enum err opportunity_store_drop_files(struct db *db, struct arena *arena, int64_t opportunity_id)
{
    return db_exec(db, arena, &DROP_FILES, ARGS(V(opportunity_id)));
}
