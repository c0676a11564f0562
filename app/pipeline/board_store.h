/* SQL of the board. */
#ifndef DABIAO_BOARD_STORE_H
#define DABIAO_BOARD_STORE_H

#include "platform/object_store.h"

/* One opportunity as the board counts it. */
struct board_row {
    int64_t id;                  /* opportunity.id */
    int64_t stage_id;            /* column */
    struct str currency;         /* ISO 4217 */
    int64_t amount_minor;        /* minor units */
    int64_t win_probability_ppm; /* chance */
    int64_t base_minor;          /* in the company's currency */
    int64_t base_weighted_minor; /* that, times its chance */
    int64_t entered_ms;          /* since when in the stage */
};
/* Streams all opportunities of the list, in no order: one pass over many rows. A non-zero return stops and is
 * returned. */
enum err board_store_scan(struct request *request, const struct list_request *list,
                          enum err (*each)(void *context, const struct board_row *row), void *context) MUST_CHECK;

/* What a stage has in one currency. */
struct board_sum {
    int64_t stage_id;       /* which stage */
    struct str currency;    /* ISO 4217 */
    int64_t count;          /* opportunities */
    int64_t amount_minor;   /* together */
    int64_t weighted_minor; /* each times its chance, half up to the minor unit */
};
/* One card. */
struct board_card {
    int64_t id;                          /* opportunity.id */
    int64_t version;                     /* for If-Match */
    int64_t stage_id;                    /* column */
    struct str name;                     /* shown */
    struct opt_int customer_id;          /* of whom */
    struct opt_str customer_name;        /* by name */
    struct opt_int owner_id;             /* whose */
    struct opt_str owner_name;           /* by name */
    int64_t amount_minor;                /* minor units */
    struct str currency;                 /* ISO 4217 */
    int64_t base_minor;                  /* in the company's currency */
    int64_t win_probability_ppm;         /* chance */
    struct opt_date expected_close_on;   /* when it should close */
    struct instant stage_entered_at;     /* since when here */
    struct opt_instant last_activity_at; /* last sign of life */
    struct opt_str next_step;            /* earliest open task */
    struct opt_date next_step_on;        /* its day */
    int64_t slip_count;                  /* put off so often */
};
/* These opportunities, the newest in their stage first. */
enum err board_store_cards(struct request *request, const int64_t *ids, size_t count, struct board_card **rows_out,
                           size_t *count_out) MUST_CHECK;

#endif
