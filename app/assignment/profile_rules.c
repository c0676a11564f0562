/* The bits of assignment.profile, written by the database (migration 0027): a typical interval for each number. */
#include "profile_rules.h"

#include <assert.h>

#include "ledger.h"
#include "platform/object.h"

const int PROFILE_RESPONSE_MINUTES[PROFILE_RESPONSES] = {60, 120, 240, 480, 960, 2400};
const int PROFILE_CURVE_DAYS[PROFILE_CURVE] = {0, 3, 7, 14, 30, 60, 90, 180, 365};

enum {
    IS_OPEN = 1 << 0,
    IS_TOUCHED = 1 << 1,
    HAS_DEAL = 1 << 2,
    IS_WON = 1 << 3,
    HAS_OPPORTUNITY = 1 << 4,
    HAS_CONTRACT = 1 << 5,
    IS_PAID = 1 << 6,
    HAS_FORMER_OWNER = 1 << 7,
    OUTCOME_SHIFT = 8,
    OUTCOME_BITS = 7,
    RESPONSE_SHIFT = 11,
    RESPONSE_BITS = 7,
    CURVE_SHIFT = 14,
    CURVE_BITS = 15,
};

/* In the order of the database's FIELD(); 0 is none of them, which only a masked profile has. */
static const char *const OUTCOMES[] = {NULL, "open", "won", "transferred", "returned", "recycled", "deleted"};

bool profile_has_former_owner(int64_t profile)
{
    return (profile & HAS_FORMER_OWNER) != 0;
}

/* A number of its class: 0 none, 1 below the first bound, k from bound k - 1 on. */
static struct value response_of(int64_t class)
{
    assert(class <= PROFILE_RESPONSES + 1);
    if (class == 0) {
        return value_null();
    }
    return value_int(class == 1 ? 0 : PROFILE_RESPONSE_MINUTES[class - 2]);
}

/* 0 none, k up to day k - 1 of the curve, the last one later than all. */
static struct value days_of(int64_t class)
{
    assert(class <= PROFILE_CURVE + 1);
    if (class == 0) {
        return value_null();
    }
    return value_int(class <= PROFILE_CURVE ? PROFILE_CURVE_DAYS[class - 1]
                                            : PROFILE_CURVE_DAYS[PROFILE_CURVE - 1] + 1);
}

struct value *profile_values(struct request *request, size_t count, int64_t profile, bool is_late)
{
    struct value *values = ARENA_ARRAY(request->arena, struct value, count);
    int64_t outcome = profile >> OUTCOME_SHIFT & OUTCOME_BITS;
    const struct instant past = {request->now.ms - 1};
    const struct {
        const char *field;
        struct value value;
    } known[] = {
        {"ended_at", (profile & IS_OPEN) != 0 ? value_null() : V(past)},
        {"first_touch_at", (profile & IS_TOUCHED) != 0 ? V(past) : value_null()},
        {"first_touch_due_at", is_late ? V(past) : value_null()},
        {"deal_on", (profile & HAS_DEAL) != 0 ? V(request->today) : value_null()},
        {"won_on", (profile & IS_WON) != 0 ? V(request->today) : value_null()},
        {"opportunity_count", value_int((profile & HAS_OPPORTUNITY) != 0)},
        {"contract_count", value_int((profile & HAS_CONTRACT) != 0)},
        {"received_minor", value_int((profile & IS_PAID) != 0)},
        {"outcome", outcome == 0 ? value_null() : V(OUTCOMES[outcome])},
        {"response_minutes", response_of(profile >> RESPONSE_SHIFT & RESPONSE_BITS)},
        {"days_to_deal", days_of(profile >> CURVE_SHIFT & CURVE_BITS)},
    };
    for (size_t i = 0; i < count; i++) {
        values[i] = value_null();
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        values[object_field(&ASSIGNMENT, known[i].field)] = known[i].value;
    }
    return values;
}
