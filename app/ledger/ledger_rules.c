/* Intervals: begun and ended when owners change, brought in line when records change. */
#include "ledger.h"

#include "ledger_store.h"
#include "platform/calendar.h"

enum { CHUNK = 512 };

static enum err set_responses(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count)
{
    struct unanswered_row *rows;
    size_t row_count;
    struct worktime worktime;
    TRY(ledger_store_unanswered(db, arena, customer_ids, count, &rows, &row_count));
    if (row_count == 0) {
        return OK;
    }
    TRY(calendar_load(db, arena, &worktime));
    int64_t *minutes = ARENA_ARRAY(arena, int64_t, row_count);
    for (size_t i = 0; i < row_count; i++) {
        minutes[i] = worktime_minutes(&worktime, rows[i].started_at, rows[i].first_touch_at);
    }
    return ledger_store_set_responses(db, arena, rows, minutes, row_count);
}

static bool has_id(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

static enum err refresh(struct db *db, struct arena *arena, const int64_t *ids, size_t count, bool merged)
{
    for (size_t from = 0; from < count; from += CHUNK) {
        size_t size = count - from < CHUNK ? count - from : CHUNK;
        TRY(ledger_store_refresh(db, arena, ids + from, size, merged));
        TRY(set_responses(db, arena, ids + from, size));
    }
    return OK;
}

/* Customers that went into each other are brought in line together: what one had may count for the other. */
static enum err refresh_chunk(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count)
{
    int64_t *merged;
    size_t merged_count;
    int64_t *plain = ARENA_ARRAY(arena, int64_t, count + 1);
    size_t plain_count = 0;
    TRY(ledger_store_merged(db, arena, customer_ids, count, &merged, &merged_count));
    for (size_t i = 0; i < count; i++) {
        if (!has_id(merged, merged_count, customer_ids[i])) {
            plain[plain_count++] = customer_ids[i];
        }
    }
    TRY(refresh(db, arena, plain, plain_count, false));
    return refresh(db, arena, merged, merged_count, true);
}

enum err ledger_refresh(struct db *db, struct arena *arena, const int64_t *customer_ids, size_t count)
{
    int64_t *ids = ARENA_ARRAY(arena, int64_t, count + 1);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (customer_ids[i] != 0) {
            ids[kept++] = customer_ids[i];
        }
    }
    for (size_t from = 0; from < kept; from += CHUNK) {
        size_t size = kept - from < CHUNK ? kept - from : CHUNK;
        TRY(refresh_chunk(db, arena, ids + from, size));
    }
    return OK;
}

enum err ledger_follow(struct request *request, const struct record_change *change)
{
    struct value after = change_after(change, "customer_id");
    struct value before = change_before(change, "customer_id");
    int64_t ids[2] = {0, 0};
    if (change->importing && change->action == RECORD_CREATE) {
        return OK;
    }
    ids[0] = after.type == VALUE_INT ? after.integer : 0;
    ids[1] = before.type == VALUE_INT && before.integer != ids[0] ? before.integer : 0;
    return ledger_refresh(request->db, request->arena, ids, 2);
}

enum err ledger_refresh_of(struct db *db, struct arena *arena, const struct object *object, const int64_t *ids,
                           size_t count)
{
    int64_t *customers;
    size_t customer_count;
    bool counts = object != &ASSIGNMENT && fields_find(object_fields(object), STR("customer_id")) != NULL;
    for (size_t from = 0; counts && from < count; from += CHUNK) {
        size_t size = count - from < CHUNK ? count - from : CHUNK;
        TRY(ledger_store_customers(db, arena, object, ids + from, size, &customers, &customer_count));
        TRY(ledger_refresh(db, arena, customers, customer_count));
    }
    return OK;
}

enum err ledger_moved(struct request *request, const struct record_move *moves, size_t count,
                      const struct move_options *options)
{
    struct instant at = options->at.set ? options->at.value : request->now;
    struct date on = options->at.set ? instant_date(at, request->zone) : request->today;
    size_t moved = 0;
    const int64_t *ids = move_ids(request->arena, moves, count, &moved);
    if (moved == 0) {
        return OK;
    }
    struct rows customers;
    bool are_new = options->cause == MOVE_CREATE || options->cause == MOVE_IMPORT;
    TRY(ledger_store_customers_moved(request, ids, moved, are_new, at, on, &customers));
    TRY(ledger_store_end(request, moves, count, options, at, on));
    TRY(ledger_store_begin(request, moves, count, options, &customers, at, on));
    /* What bears today's date counts for the new holder from now on; so does what somebody did while this change of
     * owners waited for him. */
    int64_t *later;
    size_t later_count = ledger_store_later(request->arena, &customers, &later);
    return ledger_refresh(request->db, request->arena, later, later_count);
}

enum err ledger_deleted(struct request *request, int64_t customer_id)
{
    return ledger_store_end_deleted(request, customer_id);
}

enum err ledger_merged(struct request *request, int64_t customer_id, int64_t survivor_id)
{
    return ledger_store_end_merged(request, customer_id, survivor_id);
}

enum err ledger_purged(struct db *db, struct arena *arena, int64_t customer_id)
{
    return ledger_store_purge(db, arena, customer_id);
}

enum err ledger_restored(struct request *request, int64_t customer_id)
{
    bool reopened = false;
    TRY(ledger_store_reopen(request, customer_id, &reopened));
    return reopened ? ledger_refresh(request->db, request->arena, &customer_id, 1) : OK;
}
