/* What the parts of the demo company share: its people and things, seeded numbers, records of the past. */
#ifndef DABIAO_DEMO_MAKING_H
#define DABIAO_DEMO_MAKING_H

#include "demo_words.h"
#include "platform/object.h"

enum { DEMO_CUSTOMERS = 240, DEMO_LEADS = 150, DEMO_FIRST_REP = 7 };

/* A demo in the making. */
struct demo {
    struct request request;                 /* acts as the administrator */
    uint64_t state;                         /* of the random numbers */
    int64_t departments[32];                /* ids by index */
    int64_t people[64];                     /* ids by index */
    int64_t products[16];                   /* ids by index */
    int64_t price_book;                     /* with their prices */
    int64_t stages[8];                      /* of the default pipeline, in order */
    size_t done;                            /* customers made */
    int names[DEMO_CUSTOMERS + DEMO_LEADS]; /* what each is called: brand, trade and city in one number */
};

/* The next number, 0 to count - 1: the same on every machine. */
int demo_pick(struct demo *demo, int count);
/* How many words a NULL-terminated list has. */
int demo_words(const char *const *list);
/* A record of the company as an import makes it, with the time it was made then. */
enum err demo_create_at(struct demo *demo, const char *object, json_t *body, struct opt_instant at,
                        int64_t *id) MUST_CHECK;
/* A moment `days` before today, in working hours. */
struct instant demo_days_ago(struct demo *demo, int days);
/* The end of the day `days` before today, not after now: when what is dated that day was written down. */
struct opt_instant demo_evening(struct demo *demo, int days);
json_t *demo_date(struct demo *demo, int days_back);
/* "苏州恒远新能源": no other customer is called that. `index`: 0 to DEMO_CUSTOMERS + DEMO_LEADS - 1, ascending. */
struct str demo_company_name(struct demo *demo, size_t index, int city, int trade);
/* Says on stderr what went wrong in a part. */
void demo_complain(const struct demo *demo, const char *what, enum err err);

#endif
