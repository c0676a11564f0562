/* How many customers one may hold, whatever the way in: claim, assignment, transfer, import, create. */
#include "ledger.h"

#include "platform/ids.h"
#include "ledger_store.h"

enum { CHUNK = 512 };

/* The customers that do not count, as a filter of today. */
static enum err parse_uncounted(struct request *request, const struct limit_row *limit, struct filter **out)
{
    struct filter_context context = {.today = request->today, .zone = request->zone};
    struct str text = limit->uncounted.set ? limit->uncounted.value : (struct str){0};
    return filter_parse_text(request->arena, object_fields(object_find("customer")), text, &context, request->error,
                             out);
}

static enum err find_limit(struct request *request, int64_t user_id, bool *limited, struct limit_row *limit)
{
    enum err err = limit_store_find(request->db, request->arena, user_id, limit);
    *limited = err == OK;
    return err == ERR_NOT_FOUND ? OK : err;
}

/* What somebody may hold; what does not count, as a filter (NULL: all counts). */
static enum err load_limit(struct request *request, int64_t user_id, bool lock, struct filter **uncounted_out,
                           struct capacity *out)
{
    struct limit_row limit;
    *uncounted_out = NULL;
    *out = (struct capacity){0};
    TRY(find_limit(request, user_id, &out->limited, &limit));
    if (out->limited) {
        out->limit_id = limit.id;
        out->maximum = limit.maximum;
        TRY(parse_uncounted(request, &limit, uncounted_out));
        if (lock) {
            TRY(limit_store_lock_holder(request->db, request->arena, user_id));
        }
    }
    return OK;
}

enum err capacity_of(struct request *request, int64_t user_id, bool lock, struct capacity *out)
{
    struct filter *uncounted = NULL;
    TRY(load_limit(request, user_id, lock, &uncounted, out));
    return limit_store_held(request->db, request->arena, user_id, uncounted, &out->held);
}

static bool goes_to(const struct record_move *move, int64_t user_id)
{
    return move->refused == OK && !move->unchanged && move->owner_id.set && move->owner_id.value == user_id;
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

/* Those of the moves to one person that do not count. */
static enum err find_uncounted(struct request *request, const struct record_move *moves, size_t count, int64_t user_id,
                               const struct filter *uncounted, int64_t **ids_out, size_t *count_out)
{
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count + 1);
    size_t going = 0;
    for (size_t i = 0; i < count; i++) {
        if (goes_to(&moves[i], user_id) && moves[i].id != 0) {
            ids[going++] = moves[i].id;
        }
    }
    return limit_store_uncounted(request->db, request->arena, ids, going, uncounted, ids_out, count_out);
}

enum err capacity_uncounted(struct request *request, int64_t user_id, const int64_t *customer_ids, size_t count,
                            bool *uncounted_out)
{
    struct limit_row limit;
    struct filter *uncounted = NULL;
    bool limited = false;
    TRY(find_limit(request, user_id, &limited, &limit));
    if (limited) {
        TRY(parse_uncounted(request, &limit, &uncounted));
    }
    for (size_t i = 0; i < count; i++) {
        uncounted_out[i] = false;
    }
    for (size_t from = 0; uncounted != NULL && from < count; from += CHUNK) {
        int64_t *ids;
        size_t id_count;
        size_t size = count - from < CHUNK ? count - from : CHUNK;
        TRY(limit_store_uncounted(request->db, request->arena, customer_ids + from, size, uncounted, &ids, &id_count));
        for (size_t i = from; i < from + size; i++) {
            uncounted_out[i] = has_id(ids, id_count, customer_ids[i]);
        }
    }
    return OK;
}

/* Refuses what one person cannot hold any more: the moves are served in their order. */
static enum err check_owner(struct request *request, struct record_move *moves, size_t count, int64_t user_id)
{
    struct capacity capacity;
    struct filter *uncounted = NULL;
    int64_t *free_ids;
    size_t free_count;
    TRY(load_limit(request, user_id, true, &uncounted, &capacity));
    if (!capacity.limited) {
        return OK;
    }
    TRY(limit_store_held(request->db, request->arena, user_id, uncounted, &capacity.held));
    TRY(find_uncounted(request, moves, count, user_id, uncounted, &free_ids, &free_count));
    int64_t room = capacity.maximum - capacity.held;
    for (size_t i = 0; i < count; i++) {
        if (!goes_to(&moves[i], user_id) || has_id(free_ids, free_count, moves[i].id)) {
            continue;
        }
        if (room <= 0) {
            move_refuse(&moves[i], ERR_OVER_CAPACITY,
                        str_format(request->arena, "The capacity of %lld customers is used up (%lld held).",
                                   (long long)capacity.maximum, (long long)capacity.held));
        }
        room--;
    }
    return OK;
}

/* Whether anybody is limited. Most companies limit nobody: a worker asks once for each epoch of the organisation, which
 * every write of a limit raises. */
static enum err any_limit(struct request *request, bool *out)
{
    static int64_t epoch;
    static bool exists;
    if (request->org_epoch == 0 || request->org_epoch != epoch) {
        TRY(limit_store_exists(request->db, request->arena, &exists));
        epoch = request->org_epoch;
    }
    *out = exists;
    return OK;
}

enum err ledger_moving(struct request *request, struct record_move *moves, size_t count)
{
    bool exists = false;
    TRY(any_limit(request, &exists));
    if (!exists) {
        return OK;
    }
    /* Holders are locked by ascending id. */
    int64_t *owners = ARENA_ARRAY(request->arena, int64_t, count + 1);
    size_t owner_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (moves[i].owner_id.set) {
            owners[owner_count++] = moves[i].owner_id.value;
        }
    }
    owner_count = ids_sort(owners, owner_count);
    for (size_t i = 0; i < owner_count; i++) {
        TRY(check_owner(request, moves, count, owners[i]));
    }
    return OK;
}
