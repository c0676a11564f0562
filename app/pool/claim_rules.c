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
    int64_t left; /* claims left today; -1: no limit */
};

static void check_fresh(const struct claim *claim, const struct wanted_row *row, struct record_move *move)
{
    bool former = row->left_on.set && claim->pool->fresh_former_hours.set;
    int64_t hours = claim->pool->fresh_hours.set ? claim->pool->fresh_hours.value : 0;
    if (former && claim->pool->fresh_former_hours.value > hours) {
        hours = claim->pool->fresh_former_hours.value;
    }
    if (hours == 0 || !row->pool_entered_at.set) {
        return;
    }
    struct instant free_at = {row->pool_entered_at.value.ms + hours * HOUR_MS};
    if (free_at.ms > claim->request->now.ms) {
        refuse_until(move, ERR_FRESH,
                     str_format(claim->request->arena, "Customers may be claimed %lld hours after they came in.",
                                (long long)hours),
                     free_at);
    }
}

static void check_former(const struct claim *claim, const struct wanted_row *row, struct record_move *move)
{
    if (!row->left_on.set || !claim->pool->former_owner_days.set) {
        return;
    }
    struct date free_on = date_add_days(row->left_on.value, (int)claim->pool->former_owner_days.value);
    if (date_compare(claim->request->today, free_on) < 0) {
        refuse_until(move, ERR_FORMER_OWNER,
                     str_format(claim->request->arena, "Former owners may claim again %lld days after they lost it.",
                                (long long)claim->pool->former_owner_days.value),
                     date_start(free_on, claim->request->zone));
    }
}

static void check_one(struct claim *claim, const struct wanted_row *row, struct record_move *move)
{
    bool lies_here = row != NULL && row->pool_id.set && row->pool_id.value == claim->pool->id;
    if (!lies_here) {
        bool was_here = row != NULL && row->was_in_pool.set && row->was_in_pool.value != 0;
        enum err code = was_here ? ERR_ALREADY_CLAIMED : ERR_NOT_FOUND;
        move_refuse(move, code, str_from(err_text(code)));
        return;
    }
    check_former(claim, row, move);
    check_fresh(claim, row, move);
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

static enum err load_claim(struct request *request, int64_t pool_id, struct pool_settings *pool, struct claim *out)
{
    struct pool_membership mine;
    int64_t used = 0;
    TRY(pool_store_membership(request->db, request->arena, pool_id, request->user->user_id, &mine));
    if (!mine.is_member) {
        TRY(scope_check(request, &POOL, pool_id, false));
        return error_set(request->error, ERR_NOT_A_MEMBER, "%s", err_text(ERR_NOT_A_MEMBER));
    }
    TRY(pool_store_settings(request->db, request->arena, pool_id, true, pool));
    if (!pool->is_active) {
        return error_set(request->error, ERR_POOL_INACTIVE, "The pool %.*s is switched off.", STR_ARG(pool->name));
    }
    TRY(claim_store_lock_claimer(request->db, request->arena, request->user->user_id));
    *out = (struct claim){.request = request, .pool = pool, .left = -1};
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
    struct wanted_row *rows;
    size_t row_count;
    TRY(load_claim(request, order->pool_id, &pool, &claim));
    TRY(claim_store_lock(request, order->ids, order->count, request->user->user_id, order->pool_id, &rows, &row_count));
    struct record_move *moves = order_moves(request, order, (struct opt_int){true, request->user->user_id});
    for (size_t i = 0; i < order->count; i++) {
        check_one(&claim, order_find(rows, row_count, moves[i].id), &moves[i]);
    }
    struct move_options options = {.cause = MOVE_CLAIM, .unscoped = true, .skip_refused = true};
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
