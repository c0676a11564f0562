/* Orders of owners and pool administrators: return, assign, move, delete. */
#include "order_rules.h"

#include "customer.h"
#include "platform/notify.h"
#include "platform/scope.h"
#include "platform/tx.h"
#include "route_rules.h"

struct record_move *order_moves(struct request *request, const struct pool_order *order, struct opt_int owner_id)
{
    struct record_move *moves = ARENA_ARRAY(request->arena, struct record_move, order->count + 1);
    for (size_t i = 0; i < order->count; i++) {
        moves[i] = (struct record_move){.id = order->ids[i], .owner_id = owner_id};
    }
    return moves;
}

const struct wanted_row *order_find(const struct wanted_row *rows, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].id == id) {
            return &rows[i];
        }
    }
    return NULL;
}

static json_t *available_on(struct request *request, const struct record_move *move)
{
    struct opt_date day = {move->available_at.set, instant_date(move->available_at.value, request->zone)};
    return json_opt_date(request->arena, day);
}

enum err order_refuse(struct request *request, const struct record_move *move)
{
    enum err err = move_error(request, move);
    if (move->available_at.set) {
        json_object_set_new(request->error->extra, "available_on", available_on(request, move));
    }
    return err;
}

struct record_move *order_find_move(struct record_move *moves, size_t count, int64_t id)
{
    size_t i = 0;
    while (i < count && moves[i].id != id) {
        i++;
    }
    return &moves[i];
}

static json_t *result_json(struct request *request, const struct record_move *move)
{
    bool ok = move->refused == OK;
    return json_pack("{s:I,s:b,s:o,s:o,s:o,s:o}", "id", (json_int_t)move->id, "ok", ok, "code",
                     ok ? json_null() : json_string(err_code(move->refused)), "detail",
                     ok ? json_null() : json_str(move->why), "available_at",
                     json_opt_instant(request->arena, move->available_at), "available_on", available_on(request, move));
}

enum err order_answer(struct request *request, const struct pool_order *order, struct record_move *moves, json_t **out)
{
    json_t *results = json_array();
    json_int_t done = 0;
    *out = json_keep(request->arena, json_object());
    json_object_set_new(*out, "results", results);
    if (order->count == 1 && !order->by_job && moves[0].refused != OK) {
        return order_refuse(request, &moves[0]);
    }
    for (size_t i = 0; i < order->count; i++) {
        const struct record_move *move = order_find_move(moves, order->count, order->ids[i]);
        done += move->refused == OK;
        json_array_append_new(results, result_json(request, move));
    }
    json_object_set_new(*out, "done", json_integer(done));
    return OK;
}

/* ---- return ---- */

/* Words from the pool's list, or any where it has none. */
static enum err check_reason(struct request *request, int64_t pool_id, struct str reason)
{
    struct str *reasons;
    size_t count;
    bool found = false;
    TRY(pool_store_reasons(request->db, request->arena, pool_id, &reasons, &count));
    for (size_t i = 0; i < count; i++) {
        found |= str_eq(reasons[i], reason);
    }
    if (reason.len == 0 || (count > 0 && !found)) {
        error_field(request->error, STR("reason"), reason.len == 0 ? "required" : "not_an_option",
                    "A return needs one of the pool's reasons.");
        return error_check_fields(request->error);
    }
    return OK;
}

static enum err check_open(struct request *request, int64_t pool_id)
{
    struct pool_settings pool;
    TRY(pool_store_settings(request->db, request->arena, pool_id, true, &pool));
    return pool.is_active
               ? OK
               : error_set(request->error, ERR_POOL_INACTIVE, "The pool %.*s is switched off.", STR_ARG(pool.name));
}

/* One's own customers, or, with the right to transfer, those one may change. */
static enum err check_giver(struct request *request, struct record_move *move, const struct wanted_row *row)
{
    bool own = row != NULL && row->owner_id.set && row->owner_id.value == request->user->user_id;
    if (own) {
        return OK;
    }
    enum err err = scope_check(request, &CUSTOMER, move->id, false);
    if (row == NULL || err == ERR_NOT_FOUND) {
        move_refuse(move, ERR_NOT_FOUND, str_from(err_text(ERR_NOT_FOUND)));
        return OK;
    }
    TRY(err);
    if (!row->owner_id.set) {
        move_refuse(move, ERR_CONFLICT, STR("Nobody holds this customer."));
        return OK;
    }
    err = identity_can(request->user, CUSTOMER.transfer) ? scope_check(request, &CUSTOMER, move->id, true)
                                                         : ERR_NOT_FOUND;
    if (err == ERR_NOT_FOUND) {
        move_refuse(move, ERR_FORBIDDEN, str_from(err_text(ERR_FORBIDDEN)));
        return OK;
    }
    return err;
}

/* The routes may tell several pools, each with reasons of its own: of many customers those stay whose pool does not
 * know the reason. */
static enum err check_routed_reason(struct request *request, const struct pool_order *order, int64_t pool_id,
                                    struct record_move *move)
{
    enum err err = check_reason(request, pool_id, order->reason);
    if (err != ERR_INVALID || !order->by_job) {
        return err;
    }
    move_refuse(move, err, str_dup(request->arena, request->error->fields[0].message));
    error_init(request->error, request->arena);
    return OK;
}

/* Where each goes: the pool named, or the one the routes tell. */
static enum err place_return(struct request *request, const struct pool_order *order, struct record_move *move)
{
    int64_t pool_id = order->pool_id;
    if (move->refused != OK) {
        return OK;
    }
    if (pool_id == 0) {
        TRY(route_of_customer(request, move->id, &pool_id));
        if (pool_id == 0) {
            move_refuse(move, ERR_NO_POOL, str_from(err_text(ERR_NO_POOL)));
            return OK;
        }
        TRY(check_routed_reason(request, order, pool_id, move));
    }
    move->pool_id = (struct opt_int){true, pool_id};
    return OK;
}

enum err return_check(struct request *request, const struct pool_order *order)
{
    if (order->pool_id != 0) {
        TRY(scope_check(request, &POOL, order->pool_id, false));
        TRY(check_open(request, order->pool_id));
    }
    return check_reason(request, order->pool_id, order->reason);
}

enum err return_customers(struct request *request, const struct pool_order *order, json_t **out)
{
    struct wanted_row *rows;
    size_t row_count;
    TRY(return_check(request, order));
    TRY(claim_store_lock_claimer(request->db, request->arena, request->user->user_id));
    TRY(claim_store_lock(request, order->ids, order->count, order->pool_id, &rows, &row_count));
    struct record_move *moves = order_moves(request, order, (struct opt_int){0});
    for (size_t i = 0; i < order->count; i++) {
        TRY(check_giver(request, &moves[i], order_find(rows, row_count, moves[i].id)));
        TRY(place_return(request, order, &moves[i]));
    }
    struct move_options options = {
        .cause = MOVE_RETURN, .unscoped = true, .skip_refused = true, .reason = order->reason};
    TRY(record_move(request, &CUSTOMER, moves, order->count, &options));
    return order_answer(request, order, moves, out);
}

/* ---- administrators ---- */

enum err pool_check_admin(struct request *request, int64_t pool_id)
{
    struct pool_membership mine;
    TRY(scope_check(request, &POOL, pool_id, false));
    TRY(pool_store_membership(request->db, request->arena, pool_id, request->user->user_id, &mine));
    bool may = mine.is_admin || scope_for(request, &POOL)->all;
    return may ? OK : error_set(request->error, ERR_FORBIDDEN, "Only its administrators do this in a pool.");
}

/* Refuses what does not lie in the pool. */
static enum err lock_lying(struct request *request, const struct pool_order *order, struct record_move *moves)
{
    struct wanted_row *rows;
    size_t row_count;
    TRY(claim_store_lock(request, order->ids, order->count, order->pool_id, &rows, &row_count));
    for (size_t i = 0; i < order->count; i++) {
        const struct wanted_row *row = order_find(rows, row_count, moves[i].id);
        if (row == NULL || !row->pool_id.set || row->pool_id.value != order->pool_id) {
            enum err code = row != NULL && row->was_in_pool ? ERR_ALREADY_CLAIMED : ERR_NOT_FOUND;
            move_refuse(&moves[i], code, str_from(err_text(code)));
        }
    }
    return OK;
}

enum err assign_customers(struct request *request, const struct pool_order *order, json_t **out)
{
    TRY(pool_check_admin(request, order->pool_id));
    struct record_move *moves = order_moves(request, order, order->owner_id);
    TRY(lock_lying(request, order, moves));
    struct move_options options = {
        .cause = MOVE_ASSIGN, .unscoped = true, .skip_refused = true, .reason = order->reason};
    TRY(record_move(request, &CUSTOMER, moves, order->count, &options));
    size_t given = 0;
    const int64_t *ids = move_ids(request->arena, moves, order->count, &given);
    if (given > 0 && !order->by_job) {
        json_t *detail = json_keep(request->arena, json_pack("{s:I}", "count", (json_int_t)given));
        TRY(notify_user(request, order->owner_id.value, "pool_assigned", "customer", ids[0], detail));
    }
    return order_answer(request, order, moves, out);
}

enum err move_check(struct request *request, const struct pool_order *order)
{
    TRY(pool_check_admin(request, order->pool_id));
    TRY(scope_check(request, &POOL, order->to_pool_id.value, false));
    return check_open(request, order->to_pool_id.value);
}

enum err move_customers(struct request *request, const struct pool_order *order, json_t **out)
{
    size_t placed = 0;
    TRY(move_check(request, order));
    struct record_move *moves = order_moves(request, order, (struct opt_int){0});
    TRY(lock_lying(request, order, moves));
    for (size_t i = 0; i < order->count && order->to_pool_id.value == order->pool_id; i++) {
        move_refuse(&moves[i], ERR_CONFLICT, STR("It lies in this pool already."));
    }
    int64_t *ids = move_ids(request->arena, moves, order->count, &placed);
    struct pool_fact *facts = ARENA_ARRAY(request->arena, struct pool_fact, placed * 2 + 1);
    for (size_t i = 0; i < placed; i++) {
        facts[2 * i] = (struct pool_fact){
            .customer_id = ids[i], .pool_id = order->pool_id, .kind = "move", .direction = -1, .reason = order->reason};
        facts[2 * i + 1] = (struct pool_fact){.customer_id = ids[i],
                                              .pool_id = order->to_pool_id.value,
                                              .kind = "move",
                                              .direction = 1,
                                              .reason = order->reason};
    }
    TRY(pool_store_add_facts(request, facts, placed * 2));
    TRY(pool_store_place(request, ids, placed, order->to_pool_id.value, false));
    TRY(pool_store_audit(request, ids, placed, "move", (struct opt_int){true, order->pool_id}, order->to_pool_id.value,
                         order->reason));
    return order_answer(request, order, moves, out);
}

enum err delete_customers(struct request *request, const struct pool_order *order, json_t **out)
{
    TRY(pool_check_admin(request, order->pool_id));
    struct record_move *moves = order_moves(request, order, (struct opt_int){0});
    TRY(lock_lying(request, order, moves));
    for (size_t i = 0; i < order->count; i++) {
        if (moves[i].refused != OK) {
            continue;
        }
        /* What follows a customer into the bin comes back with it when something forbids its deletion. */
        TRY(tx_mark(request->db, "pool_delete"));
        enum err err = record_delete_unscoped(request, &CUSTOMER, moves[i].id);
        if (err != OK && err != ERR_IN_USE) {
            return err;
        }
        if (err == ERR_IN_USE) {
            TRY(tx_undo(request->db, "pool_delete"));
            move_refuse(&moves[i], err, str_dup(request->arena, request->error->detail));
            error_init(request->error, request->arena);
        }
    }
    return order_answer(request, order, moves, out);
}
