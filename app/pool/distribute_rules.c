/* The automatic distribution: in turn, to whoever holds fewest, or by weight; within capacity and daily caps. */
#include "distribute_rules.h"

#include "claim_rules.h"
#include "customer.h"
#include "distribute_store.h"
#include "ledger.h"
#include "platform/notify.h"
#include "platform/tx.h"

enum { CHUNK = 200, ARENA_BYTES = 64 * 1024 * 1024 };

/* Somebody's place in the distribution. */
struct candidate {
    const struct candidate_row *row;
    int64_t room;  /* that capacity leaves; INT64_MAX: no limit */
    int64_t left;  /* that the daily cap leaves; INT64_MAX: no limit */
    int64_t held;  /* as it goes on */
    int64_t given; /* today, as it goes on */
    int64_t now;   /* in this step */
};

/* One pool being distributed. */
struct distribution {
    struct job *job;
    struct request request; /* of the present step */
    int64_t pool_id;
    struct waiting_row after; /* last customer looked at */
    bool more;                /* the step may go on behind it */
    int64_t done;             /* customers given */
};

/* What one step works with. */
struct turn {
    struct request *request;
    struct pool_settings pool;
    struct candidate *list;
    size_t count;
    struct opt_int last_user_id;
    struct rows former; /* pairs customer, person that do not go together */
};

static bool is_former(const struct turn *turn, int64_t customer_id, int64_t user_id)
{
    for (size_t i = 0; i < turn->former.count; i++) {
        if (rows_get(&turn->former, i, 0).integer == customer_id && rows_get(&turn->former, i, 1).integer == user_id) {
            return true;
        }
    }
    return false;
}

static bool can_take(const struct turn *turn, const struct candidate *candidate, int64_t customer_id)
{
    return candidate->row->weight > 0 && candidate->room > 0 && candidate->left > 0 &&
           !is_former(turn, customer_id, candidate->row->user_id);
}

/* Whether `a` comes before `b`: fewer customers, or fewer given for the weight; the smaller id where they are equal. */
static bool comes_first(const struct turn *turn, const struct candidate *a, const struct candidate *b)
{
    if (str_eq_c(turn->pool.distribution, "load")) {
        return a->held < b->held;
    }
    return (a->given + 1) * b->row->weight < (b->given + 1) * a->row->weight;
}

/* In turn: the next behind the one served last, by id, around the circle. */
static struct candidate *next_in_turn(const struct turn *turn, int64_t customer_id)
{
    size_t start = 0;
    while (turn->last_user_id.set && start < turn->count &&
           turn->list[start].row->user_id <= turn->last_user_id.value) {
        start++;
    }
    for (size_t i = 0; i < turn->count; i++) {
        struct candidate *candidate = &turn->list[(start + i) % turn->count];
        if (can_take(turn, candidate, customer_id)) {
            return candidate;
        }
    }
    return NULL;
}

static struct candidate *choose(const struct turn *turn, int64_t customer_id)
{
    struct candidate *best = NULL;
    if (str_eq_c(turn->pool.distribution, "round_robin")) {
        return next_in_turn(turn, customer_id);
    }
    for (size_t i = 0; i < turn->count; i++) {
        struct candidate *candidate = &turn->list[i];
        if (can_take(turn, candidate, customer_id) && (best == NULL || comes_first(turn, candidate, best))) {
            best = candidate;
        }
    }
    return best;
}

static void give(struct turn *turn, struct candidate *candidate)
{
    candidate->room -= candidate->room != INT64_MAX;
    candidate->left -= candidate->left != INT64_MAX;
    candidate->held++;
    candidate->given++;
    candidate->now++;
    turn->last_user_id = (struct opt_int){true, candidate->row->user_id};
}

/* What was refused after all: others filled his room meanwhile. */
static void take_away_refused(struct turn *turn, const struct record_move *moves, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; moves[i].refused != OK && c < turn->count; c++) {
            turn->list[c].now -= turn->list[c].row->user_id == moves[i].owner_id.value;
        }
    }
}

/* Whether anybody can take more, if not these customers then others. */
static bool has_takers(const struct turn *turn)
{
    for (size_t i = 0; i < turn->count; i++) {
        const struct candidate *candidate = &turn->list[i];
        if (candidate->row->weight > 0 && candidate->room > 0 && candidate->left > 0) {
            return true;
        }
    }
    return false;
}

static enum err load_candidates(struct turn *turn)
{
    struct request *request = turn->request;
    struct candidate_row *rows;
    TRY(distribute_store_candidates(request->db, request->arena, turn->pool.id, request->today, &rows, &turn->count));
    turn->list = ARENA_ARRAY(request->arena, struct candidate, turn->count + 1);
    for (size_t i = 0; i < turn->count; i++) {
        struct capacity capacity;
        TRY(capacity_of(request, rows[i].user_id, false, &capacity));
        turn->list[i] = (struct candidate){
            .row = &rows[i],
            .room = !capacity.limited                  ? INT64_MAX
                    : capacity.maximum > capacity.held ? capacity.maximum - capacity.held
                                                       : 0,
            .left = !turn->pool.auto_per_day.set                    ? INT64_MAX
                    : turn->pool.auto_per_day.value > rows[i].given ? turn->pool.auto_per_day.value - rows[i].given
                                                                    : 0,
            .held = rows[i].held,
            .given = rows[i].given,
        };
    }
    return OK;
}

/* Former owners are passed over as long as they may not claim. */
static enum err load_former(struct turn *turn, const struct waiting_row *waiting, size_t count)
{
    int64_t *ids = ARENA_ARRAY(turn->request->arena, int64_t, count + 1);
    if (!turn->pool.former_owner_days.set) {
        return OK;
    }
    for (size_t i = 0; i < count; i++) {
        ids[i] = waiting[i].id;
    }
    struct date since = date_add_days(turn->request->today, -(int)turn->pool.former_owner_days.value);
    return distribute_store_former(turn->request->db, turn->request->arena, ids, count, since, &turn->former);
}

static const char *why_nothing(const struct candidate *candidate)
{
    return candidate->row->weight == 0 ? "no_weight"
           : candidate->room <= 0      ? "over_capacity"
           : candidate->left <= 0      ? "daily_cap"
                                       : "no_turn";
}

static struct str note_of(const struct turn *turn)
{
    json_t *list = json_keep(turn->request->arena, json_array());
    for (size_t i = 0; i < turn->count; i++) {
        const struct candidate *candidate = &turn->list[i];
        if (candidate->now == 0) {
            json_array_append_new(list,
                                  json_pack("{s:I,s:o,s:s}", "user_id", (json_int_t)candidate->row->user_id, "name",
                                            json_str(candidate->row->name), "reason", why_nothing(candidate)));
        }
    }
    return json_write(turn->request->arena, list);
}

static enum err tell_receivers(const struct turn *turn)
{
    for (size_t i = 0; i < turn->count; i++) {
        const struct candidate *candidate = &turn->list[i];
        json_t *detail = json_keep(turn->request->arena, json_pack("{s:I}", "count", (json_int_t)candidate->now));
        if (candidate->now > 0) {
            TRY(notify_user(turn->request, candidate->row->user_id, "pool_given", "pool", turn->pool.id, detail));
        }
    }
    return OK;
}

static enum err distribute_step(struct db *db, void *context)
{
    struct distribution *distribution = context;
    struct request *request = &distribution->request;
    struct turn turn = {.request = request};
    struct pointer_row pointer;
    struct waiting_row *waiting;
    size_t count;
    size_t moved = 0;
    distribution->more = false;
    enum err err = pool_store_settings(db, request->arena, distribution->pool_id, true, &turn.pool);
    if (err != OK || !turn.pool.is_active) {
        return err == ERR_NOT_FOUND ? OK : err; /* it was deleted or switched off meanwhile */
    }
    TRY(distribute_store_pointer(db, request->arena, distribution->pool_id, true, &pointer));
    turn.last_user_id = pointer.last_user_id;
    TRY(load_candidates(&turn));
    TRY(distribute_store_waiting(db, request->arena, distribution->pool_id, distribution->after, CHUNK, &waiting,
                                 &count));
    if (count == 0) {
        return OK; /* nothing waits: what was noted last stays */
    }
    TRY(distribute_store_lock(db, request->arena, distribution->pool_id, waiting, count));
    TRY(load_former(&turn, waiting, count));
    struct record_move *moves = ARENA_ARRAY(request->arena, struct record_move, count + 1);
    for (size_t i = 0; i < count && turn.count > 0; i++) {
        struct candidate *candidate = waiting[i].is_gone ? NULL : choose(&turn, waiting[i].id);
        if (candidate != NULL) {
            moves[moved++] = (struct record_move){.id = waiting[i].id, .owner_id = {true, candidate->row->user_id}};
            give(&turn, candidate);
        }
    }
    struct move_options options = {.cause = MOVE_AUTO, .unscoped = true, .skip_refused = true};
    TRY(record_move(request, &CUSTOMER, moves, moved, &options));
    size_t given = 0;
    move_ids(request->arena, moves, moved, &given);
    take_away_refused(&turn, moves, moved);
    TRY(tell_receivers(&turn));
    TRY(distribute_store_set_pointer(request, distribution->pool_id, turn.last_user_id, note_of(&turn)));
    distribution->after = waiting[count - 1];
    distribution->more = count == CHUNK && has_takers(&turn);
    distribution->done += (int64_t)given;
    return OK;
}

static enum err distribute_pool(struct distribution *distribution)
{
    do {
        job_request(distribution->job, &distribution->request);
        distribution->request.arena = arena_create(ARENA_BYTES);
        enum err err = db_tx(distribution->job->db, distribute_step, distribution);
        if (err == OK) {
            notify_publish(&distribution->request);
        }
        arena_destroy(distribution->request.arena);
        TRY(err);
        TRY(job_progress(distribution->job, distribution->done, 0, "distribute"));
    } while (distribution->more);
    return OK;
}

enum err pool_run_distribute(struct job *job, json_t **result_out)
{
    int64_t *ids;
    size_t count;
    int64_t done = 0;
    TRY(distribute_store_pools(job->db, job->arena, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        struct distribution distribution = {.job = job, .pool_id = ids[i], .after.pool_entered_at.set = true};
        TRY(distribute_pool(&distribution));
        done += distribution.done;
    }
    *result_out = json_pack("{s:I}", "given", (json_int_t)done);
    return OK;
}

enum err distribute_answer(struct request *request, int64_t pool_id, json_t **out)
{
    struct pool_settings pool;
    struct pointer_row pointer = {0};
    TRY(pool_check_admin(request, pool_id));
    TRY(pool_store_settings(request->db, request->arena, pool_id, false, &pool));
    enum err err = distribute_store_pointer(request->db, request->arena, pool_id, false, &pointer);
    if (err != OK && err != ERR_NOT_FOUND) {
        return err;
    }
    json_t *note = pointer.note.set ? json_loadb(pointer.note.value.ptr, pointer.note.value.len, 0, NULL) : NULL;
    *out = json_keep(request->arena,
                     json_pack("{s:o,s:o,s:o,s:o}", "distribution", json_str(pool.distribution), "last_run_at",
                               json_opt_instant(request->arena, pointer.last_run_at), "last_user_id",
                               json_opt_int(pointer.last_user_id), "nothing", note == NULL ? json_array() : note));
    return OK;
}
