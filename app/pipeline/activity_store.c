/* SQL of what opportunities keep of their history, follow-ups and tasks. */
#include "activity_store.h"

#define NEXT(column)                                                                                                   \
    "(SELECT t." column " FROM task t WHERE t.opportunity_id = o.id AND t.status = 'open' AND t.deleted_at IS NULL "   \
    "ORDER BY t.due_on, t.id LIMIT 1)"
#define LAST                                                                                                           \
    "GREATEST(o.created_at, "                                                                                          \
    "COALESCE((SELECT MAX(f.followed_at) FROM follow_up f WHERE f.opportunity_id = o.id "                              \
    "AND f.deleted_at IS NULL), o.created_at), "                                                                       \
    "COALESCE((SELECT MAX(e.at) FROM stage_event e WHERE e.opportunity_id = o.id "                                     \
    "AND e.from_stage_id <> e.to_stage_id AND e.cause <> 'mapping'), o.created_at), "                                  \
    "COALESCE((SELECT MAX(t.done_at) FROM task t WHERE t.opportunity_id = o.id AND t.status = 'done' "                 \
    "AND t.deleted_at IS NULL), o.created_at))"
/* Won lies behind all open stages, lost nowhere. */
#define FURTHEST                                                                                                       \
    "COALESCE((SELECT s.id FROM stage_event e JOIN stage s ON s.id = e.to_stage_id AND s.kind <> 'lost' "              \
    "AND s.deleted_at IS NULL AND s.pipeline_id = o.pipeline_id WHERE e.opportunity_id = o.id "                        \
    "ORDER BY s.kind = 'won' DESC, s.sort_order DESC, s.id DESC LIMIT 1), "                                            \
    "(SELECT s.id FROM stage s WHERE s.pipeline_id = o.pipeline_id AND s.kind = 'open' "                               \
    "AND s.deleted_at IS NULL ORDER BY s.sort_order, s.id LIMIT 1))"
#define ACTIVITY "o.next_step = " NEXT("name") ", o.next_step_on = " NEXT("due_on") ", o.last_activity_at = " LAST
STATEMENT(REFRESH, "activity.refresh", "UPDATE opportunity o SET " ACTIVITY " WHERE o.id = ?");
STATEMENT(REFRESH_ALL, "activity.refresh_all",
          "UPDATE opportunity o SET " ACTIVITY ", o.furthest_stage_id = " FURTHEST " WHERE o.id = ?");

/* The one column of a row. */
struct number {
    int64_t value; /* an id */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(LAST_OF, "activity.last", struct number, NUMBER,
               "SELECT COALESCE(MAX(c.id), 0) AS value FROM (SELECT o.id FROM opportunity o WHERE o.id > ? "
               "ORDER BY o.id LIMIT ?) c");
STATEMENT_ROWS(WRONG, "activity.wrong", struct number, NUMBER,
               "SELECT o.id AS value FROM opportunity o WHERE o.id > ? AND o.id <= ? "
               "AND NOT (o.next_step <=> " NEXT("name") " AND o.next_step_on <=> " NEXT(
                   "due_on") " AND o.last_activity_at <=> " LAST " AND o.furthest_stage_id <=> " FURTHEST
                             ") ORDER BY o.id");

enum err activity_store_refresh(struct db *db, struct arena *arena, int64_t opportunity_id)
{
    return db_exec(db, arena, &REFRESH, ARGS(V(opportunity_id)));
}

enum err activity_store_refresh_all(struct db *db, struct arena *arena, int64_t opportunity_id)
{
    return db_exec(db, arena, &REFRESH_ALL, ARGS(V(opportunity_id)));
}

enum err activity_store_last(struct db *db, struct arena *arena, int64_t after, int64_t limit, int64_t *last_out)
{
    struct number number;
    TRY(db_one(db, arena, &LAST_OF, ARGS(V(after), V(limit)), &number));
    *last_out = number.value;
    return OK;
}

enum err activity_store_wrong(struct db *db, struct arena *arena, int64_t after, int64_t last, int64_t **ids_out,
                              size_t *count_out)
{
    struct number *rows;
    TRY(db_many(db, arena, &WRONG, ARGS(V(after), V(last)), &rows, count_out));
    *ids_out = ARENA_ARRAY(arena, int64_t, *count_out + 1);
    for (size_t i = 0; i < *count_out; i++) {
        (*ids_out)[i] = rows[i].value;
    }
    return OK;
}
