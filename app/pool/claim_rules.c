/* Claims: every rule is checked under lock, in the transaction in which the owner changes. */
#include "claim_rules.h"

#include "claim_store.h"
#include "customer.h"
#include "order_rules.h"
#include "platform/scope.h"

enum { HOUR_MS = 3600 * 1000 };

/* Time cures it: from this moment on. */
static void refuse_until(struct record_move *move, enum err code, struct str why, struct instant at)
{
    if (move->refused == OK) {
        move->available_at = (struct opt_instant){true, at};
        move_refuse(move, code, why);
    }
}

static struct instant tomorrow(const struct request *request)
{
    return date_start(date_add_days(request->today, 1), request->zone);
}

/* What one claim needs to know. */
struct claim {
    struct request *request;
    const struct pool_settings *pool;
    const struct pool_order *order;
    int64_t left;           /* claims left today; -1: no limit */
    struct left_row *lost;  /* what the claimer has held and lost, where the pool asks */
    size_t lost_count;      /* in `lost` */
    int64_t *were_here;     /* what lay here once and does no more */
    size_t were_here_count; /* in `were_here` */
};

/* The last time the claimer lost it. */
static struct opt_date left_on(const struct claim *claim, int64_t customer_id)
{
    struct opt_date last = {0};
    for (size_t i = 0; i < claim->lost_count; i++) {
        const struct left_row *row = &claim->lost[i];
        if (row->customer_id == customer_id && (!last.set || date_compare(row->left_on, last.value) > 0)) {
            last = (struct opt_date){true, row->left_on};
        }
    }
    return last;
}

static void check_fresh(const struct claim *claim, struct opt_date left, struct record_move *move)
{
    bool former = left.set && claim->pool->fresh_former_hours.set;
    int64_t hours = claim->pool->fresh_hours.set ? claim->pool->fresh_hours.value : 0;
    if (former && claim->pool->fresh_former_hours.value > hours) {
        hours = claim->pool->fresh_former_hours.value;
    }
    if (hours == 0 || !move->from_pool_since.set) {
        return;
    }
    struct instant free_at = {move->from_pool_since.value.ms + hours * HOUR_MS};
    if (free_at.ms > claim->request->now.ms) {
        refuse_until(move, ERR_FRESH,
                     str_format(claim->request->arena, "Customers may be claimed %lld hours after they came in.",
                                (long long)hours),
                     free_at);
    }
}

static void check_former(const struct claim *claim, struct opt_date left, struct record_move *move)
{
    if (!left.set || !claim->pool->former_owner_days.set) {
        return;
    }
    struct date free_on = date_add_days(left.value, (int)claim->pool->former_owner_days.value);
    if (date_compare(claim->request->today, free_on) < 0) {
        refuse_until(move, ERR_FORMER_OWNER,
                     str_format(claim->request->arena, "Former owners may claim again %lld days after they lost it.",
                                (long long)claim->pool->former_owner_days.value),
                     date_start(free_on, claim->request->zone));
    }
}

static bool lies_here(const struct claim *claim, const struct record_move *move)
{
    return move->from_pool_id.set && move->from_pool_id.value == claim->pool->id;
}

static void refuse_elsewhere(const struct claim *claim, struct record_move *move)
{
    enum err code = ERR_NOT_FOUND;
    for (size_t i = 0; i < claim->were_here_count; i++) {
        code = claim->were_here[i] == move->id ? ERR_ALREADY_CLAIMED : code;
    }
    move_refuse(move, code, str_from(err_text(code)));
}

static void check_one(struct claim *claim, struct record_move *move)
{
    if (!lies_here(claim, move)) {
        refuse_elsewhere(claim, move);
        return;
    }
    struct opt_date left = left_on(claim, move->id);
    check_former(claim, left, move);
    check_fresh(claim, left, move);
    if (move->refused == OK && claim->left == 0) {
        refuse_until(move, ERR_CLAIM_LIMIT,
                     str_format(claim->request->arena, "This pool allows %lld claims a day.",
                                (long long)claim->pool->claims_per_day.value),
                     tomorrow(claim->request));
    }
    if (move->refused == OK && claim->left > 0) {
        claim->left--;
    }
}

/* What only the locked rows can tell. */
static enum err load_past(struct claim *claim, const struct record_move *moves, size_t count)
{
    struct request *request = claim->request;
    int64_t *elsewhere = ARENA_ARRAY(request->arena, int64_t, count + 1);
    size_t elsewhere_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (moves[i].refused == OK && !lies_here(claim, &moves[i])) {
            elsewhere[elsewhere_count++] = moves[i].id;
        }
    }
    if (claim->pool->former_owner_days.set || claim->pool->fresh_former_hours.set) {
        TRY(claim_store_left(request, claim->order->ids, claim->order->count, request->user->user_id, &claim->lost,
                             &claim->lost_count));
    }
    return claim_store_were_in(request, elsewhere, elsewhere_count, claim->pool->id, &claim->were_here,
                               &claim->were_here_count);
}

/* The claims left today go to those that were asked for first. */
static enum err check_claims(struct request *request, struct record_move *moves, size_t count, void *context)
{
    struct claim *claim = context;
    (void)request;
    TRY(load_past(claim, moves, count));
    for (size_t i = 0; i < claim->order->count; i++) {
        check_one(claim, order_find_move(moves, count, claim->order->ids[i]));
    }
    return OK;
}

static enum err load_claim(struct request *request, const struct pool_order *order, struct pool_settings *pool,
                           struct claim *out)
{
    int64_t pool_id = order->pool_id;
    int64_t used = 0;
    enum err err = pool_store_lock_as_member(request->db, request->arena, pool_id, request->user->user_id, pool);
    if (err == ERR_NOT_FOUND) {
        TRY(scope_check(request, &POOL, pool_id, false));
        return error_set(request->error, ERR_NOT_A_MEMBER, "%s", err_text(ERR_NOT_A_MEMBER));
    }
    TRY(err);
    if (!pool->is_active) {
        return error_set(request->error, ERR_POOL_INACTIVE, "The pool %.*s is switched off.", STR_ARG(pool->name));
    }
    TRY(claim_store_lock_claimer(request->db, request->arena, request->user->user_id));
    *out = (struct claim){.request = request, .pool = pool, .order = order, .left = -1};
    if (pool->claims_per_day.set) {
        TRY(claim_store_claims(request->db, request->arena, request->user->user_id, pool_id, request->today,
                               pool->refund_returns, &used));
        out->left = used < pool->claims_per_day.value ? pool->claims_per_day.value - used : 0;
    }
    return OK;
}

enum err claim_customers(struct request *request, const struct pool_order *order, json_t **out)
{
    struct pool_settings pool;
    struct claim claim = {0};
    TRY(load_claim(request, order, &pool, &claim));
    struct record_move *moves = order_moves(request, order, (struct opt_int){true, request->user->user_id});
    struct move_options options = {
        .cause = MOVE_CLAIM, .unscoped = true, .skip_refused = true, .check = check_claims, .context = &claim};
    TRY(record_move(request, &CUSTOMER, moves, order->count, &options));
    return order_answer(request, order, moves, out);
}

enum err claim_count_view(struct request *request, int64_t pool_id, int64_t customer_id)
{
    struct pool_settings pool;
    int64_t count = 0;
    bool seen = false;
    TRY(pool_store_settings(request->db, request->arena, pool_id, false, &pool));
    TRY(claim_store_lock_claimer(request->db, request->arena, request->user->user_id));
    TRY(claim_store_views(request->db, request->arena, request->user->user_id, pool_id, request->today, customer_id,
                          &count, &seen));
    if (!seen && pool.views_per_day.set && count >= pool.views_per_day.value) {
        struct record_move move = {0};
        refuse_until(&move, ERR_VIEW_QUOTA,
                     str_format(request->arena, "This pool lets you open %lld customers a day.",
                                (long long)pool.views_per_day.value),
                     tomorrow(request));
        return order_refuse(request, &move);
    }
    return claim_store_add_view(request, pool_id, customer_id);
}

static json_t *left_json(struct opt_int limit, int64_t used)
{
    return !limit.set ? json_null() : json_integer(limit.value > used ? limit.value - used : 0);
}

enum err claim_allowance(struct request *request, int64_t pool_id, json_t **out)
{
    struct pool_settings pool;
    int64_t claims = 0;
    int64_t views = 0;
    bool seen = false;
    int64_t user_id = request->user->user_id;
    TRY(scope_check(request, &POOL, pool_id, false));
    TRY(pool_store_settings(request->db, request->arena, pool_id, false, &pool));
    TRY(claim_store_claims(request->db, request->arena, user_id, pool_id, request->today, pool.refund_returns,
                           &claims));
    TRY(claim_store_views(request->db, request->arena, user_id, pool_id, request->today, 0, &views, &seen));
    *out = json_keep(request->arena, json_pack("{s:o,s:o,s:o}", "claims_left", left_json(pool.claims_per_day, claims),
                                               "views_left", left_json(pool.views_per_day, views), "resets_at",
                                               json_instant(request->arena, tomorrow(request))));
    return OK;
}
