/* Orders over many customers: one result each, or one refusal for one. */
#ifndef DABIAO_POOL_ORDER_RULES_H
#define DABIAO_POOL_ORDER_RULES_H

#include "claim_rules.h"
#include "claim_store.h"

/* Moves of the ordered customers to one owner or to nobody. */
struct record_move *order_moves(struct request *request, const struct pool_order *order, struct opt_int owner_id);
/* The one of this customer, which is among them. */
struct record_move *order_find_move(struct record_move *moves, size_t count, int64_t id);
/* NULL: no such row. */
const struct wanted_row *order_find(const struct wanted_row *rows, size_t count, int64_t id);
/* The refusal as the request's error, with available_at and available_on where time cures it. */
enum err order_refuse(struct request *request, const struct record_move *move) MUST_CHECK;
/* {done, results}; what the whole order does is told to listening pages. */
enum err order_answer(struct request *request, const struct pool_order *order, struct record_move *moves,
                      json_t **out) MUST_CHECK;

#endif
