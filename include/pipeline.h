/* Pipelines, their stages and gates, the guide of each stage, the board, the analysis. */
#ifndef DABIAO_PIPELINE_H
#define DABIAO_PIPELINE_H

#include "platform/object.h"

extern const struct feature PIPELINE_FEATURE;
extern const struct feature GUIDE_FEATURE;

/* One step of a pipeline. */
struct stage_row {
    int64_t id;                   /* stage.id */
    int64_t pipeline_id;          /* of which pipeline */
    struct str name;              /* shown */
    struct str kind;              /* open, won, lost */
    int64_t sort_order;           /* position */
    int64_t win_probability_ppm;  /* usual chance */
    struct str forecast_category; /* pipeline, best_case, commit, closed, omitted */
    struct opt_int usual_days;    /* without activity; later it rests */
    struct opt_int longest_days;  /* in the stage; longer is overdue */
    struct str required_fields;   /* comma separated */
    struct opt_str enter_roles;   /* ids, comma separated; none: everybody */
    struct opt_str leave_roles;   /* likewise */
    bool allow_skip;              /* of the pipeline */
    bool allow_back;              /* of the pipeline */
    bool is_bound;                /* the pipeline is for some departments only */
};

/* All live stages of one pipeline, in order. */
struct stages {
    const struct stage_row *items; /* in order */
    size_t count;                  /* in `items` */
};

bool stage_is_open(const struct stage_row *stage);
/* Errors: ERR_NOT_FOUND. */
enum err pipeline_stages_of(struct db *db, struct arena *arena, int64_t stage_id, struct stages *out) MUST_CHECK;
/* NULL when it is none of them. */
const struct stage_row *stages_find(const struct stages *stages, int64_t stage_id);
/* How far a stage lies: the order of open ones, won behind them all, lost before them all. */
int64_t stage_reach(const struct stage_row *stage);
/* The first open stage: of the pipeline, or (pipeline 0) of the one that opportunities of the department begin in: the
 * one bound nearest above it, else the default one. Errors: ERR_NOT_FOUND. */
enum err pipeline_first_stage(struct db *db, struct arena *arena, int64_t pipeline_id, struct value department,
                              int64_t *stage_id_out) MUST_CHECK;
/* Whether an opportunity may come to be as the change says: the one gate of all ways in. Gives an import's closed deal
 * without a reason the reason "not recorded". Errors: ERR_GATE, all that stands in the way in extra.gates. */
enum err pipeline_check_move(struct request *request, struct record_change *change,
                             const struct stages *stages) MUST_CHECK;
/* Makes or replaces a pipeline as the checked body says (that of POST and PUT /pipelines). What the body leaves out of
 * a kept stage stays as it is; a used stage that is missing needs a move. Errors: ERR_INVALID, ERR_IN_USE with extra
 * {stage_id, count}, ERR_NOT_FOUND, ERR_STALE_VERSION. */
enum err pipeline_create(struct request *request, json_t *body, int64_t *id_out) MUST_CHECK;
enum err pipeline_update(struct request *request, int64_t id, int64_t version, json_t *body) MUST_CHECK;
/* Creates the default pipeline when there is none, and the reasons of closing. */
enum err pipeline_seed(struct db *db, struct arena *arena, bool chinese, struct instant now) MUST_CHECK;

#endif
