/* SQL of pipelines, stages and the stage history. */
#ifndef DABIAO_OPPORTUNITY_STORE_H
#define DABIAO_OPPORTUNITY_STORE_H

#include "platform/db.h"

/* One step of a pipeline. */
struct stage_row {
    int64_t id;                   /* stage.id */
    int64_t pipeline_id;          /* of which pipeline */
    struct str name;              /* shown */
    struct str kind;              /* open, won, lost */
    int64_t sort_order;           /* position */
    int64_t win_probability_ppm;  /* usual chance */
    struct str forecast_category; /* pipeline, best_case, commit, closed, omitted */
};

struct pipeline_row {
    int64_t id;      /* pipeline.id */
    struct str name; /* shown */
    bool is_default; /* for new opportunities */
    int64_t version; /* optimistic lock */
};

/* Errors: ERR_NOT_FOUND. */
enum err stage_store_get(struct db *db, struct arena *arena, int64_t stage_id, struct stage_row *out) MUST_CHECK;
/* First open stage of a pipeline; pipeline 0: of the default one. Errors: ERR_NOT_FOUND. */
enum err stage_store_first(struct db *db, struct arena *arena, int64_t pipeline_id, struct stage_row *out) MUST_CHECK;
enum err stage_store_list(struct db *db, struct arena *arena, struct stage_row **rows_out,
                          size_t *count_out) MUST_CHECK;
enum err pipeline_store_list(struct db *db, struct arena *arena, struct pipeline_row **rows_out,
                             size_t *count_out) MUST_CHECK;
enum err pipeline_store_insert(struct db *db, struct arena *arena, struct str name, bool is_default, struct instant now,
                               int64_t *id_out) MUST_CHECK;
/* ERR_STALE_VERSION when the version is not the stored one. */
enum err pipeline_store_update(struct db *db, struct arena *arena, int64_t id, int64_t version, struct str name,
                               struct instant now) MUST_CHECK;
enum err pipeline_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now) MUST_CHECK;
enum err stage_store_insert(struct db *db, struct arena *arena, const struct stage_row *stage) MUST_CHECK;
enum err stage_store_update(struct db *db, struct arena *arena, const struct stage_row *stage) MUST_CHECK;
enum err stage_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now) MUST_CHECK;
/* Live opportunities in a stage; in any stage of a pipeline. */
enum err stage_store_use(struct db *db, struct arena *arena, int64_t stage_id, int64_t *out) MUST_CHECK;
enum err pipeline_store_use(struct db *db, struct arena *arena, int64_t pipeline_id, int64_t *out) MUST_CHECK;
/* Appends to the history; `from` null for a new opportunity. */
enum err stage_event_add(struct db *db, struct arena *arena, int64_t opportunity_id, struct value from, int64_t to,
                         int64_t amount_minor, struct value expected_close, struct value seconds, struct instant at,
                         struct value user) MUST_CHECK;

struct stage_event_row {
    int64_t id;                        /* stage_event.id */
    struct opt_str from_stage;         /* name */
    struct str to_stage;               /* name */
    int64_t amount_minor;              /* after the move */
    struct opt_date expected_close_on; /* after the move */
    struct opt_int seconds_in_stage;   /* in the stage before */
    struct instant at;                 /* when */
    struct opt_str user_name;          /* who */
};
enum err stage_event_list(struct db *db, struct arena *arena, int64_t opportunity_id, struct stage_event_row **rows_out,
                          size_t *count_out) MUST_CHECK;
/* Currency of the company. */
enum err opportunity_store_currency(struct db *db, struct arena *arena, struct str *out) MUST_CHECK;
/* Name of a customer. */
enum err opportunity_store_customer_name(struct db *db, struct arena *arena, int64_t customer_id,
                                         struct str *out) MUST_CHECK;

#endif
