/* Who would get which customer, before anything is written: the preview shows it, the run keeps it. */
#ifndef DABIAO_PLAN_RULES_H
#define DABIAO_PLAN_RULES_H

#include "ledger.h"
#include "plan_store.h"

enum { PLAN_ITEMS_MAX = 20000, PLAN_PEOPLE_MAX = 500, PLAN_RULES_MAX = 100 };

/* Somebody who may get customers. */
struct plan_person {
    int64_t user_id;          /* whom */
    struct str name;          /* shown */
    struct capacity capacity; /* what he holds and may hold */
    int64_t room;             /* left, as the plan goes on; DISTRIBUTE_NO_LIMIT without a limit */
    bool *free;               /* by item: takes no room; NULL without a limit */
    int64_t given;            /* by this plan */
};

/* The whole plan. */
struct plan {
    struct plan_item *items;     /* in the order of the selection */
    size_t item_count;           /* in `items` */
    struct plan_person *people;  /* each once, in the order named */
    size_t person_count;         /* in `people` */
    int64_t *rule_counts;        /* map: customers by rule */
    size_t rule_count;           /* in `rule_counts` */
    struct str pointer_key;      /* round robin: name of the turns, else no text */
    struct opt_int pointer_user; /* … whose turn was last, after this plan */
};

/* The body that asks for a batch. */
extern const struct field PLAN_BODY[];
/* Looks at what the table of fields cannot: one selection, people who can work, filters, choices the user has the right
 * to. Errors: ERR_INVALID naming the fields, ERR_BAD_FILTER, ERR_FORBIDDEN. */
enum err plan_check(struct request *request, const json_t *body) MUST_CHECK;
/* Makes the plan of a checked body. `lock`: whose turn it is stays locked. Errors: ERR_INVALID when the selection is
 * too large, ERR_BAD_FILTER. */
enum err plan_make(struct request *request, const json_t *body, bool lock, struct plan *out) MUST_CHECK;
/* The plan as the preview shows it. */
extern const struct field PLAN_ANSWER[];
json_t *plan_json(struct request *request, const struct plan *plan);

/* Selection → items, each customer once, with name and owner; the rest refused. Errors: as plan_make. */
enum err plan_select(struct request *request, const json_t *body, struct plan *plan) MUST_CHECK;
/* Items that wait for their turn → people. */
enum err plan_distribute(struct request *request, const json_t *body, bool lock, struct plan *plan) MUST_CHECK;
/* A filter over customers, as the user may use it. Errors: ERR_BAD_FILTER. */
enum err plan_filter(struct request *request, const json_t *json, struct list_request *out) MUST_CHECK;
/* Decides an item: it stays as asked, or cannot be given. */
void plan_keep(struct plan_item *item, const char *code, struct str detail);
void plan_refuse(struct plan_item *item, const char *code, struct str detail);
bool plan_waits(const struct plan_item *item);

#endif
