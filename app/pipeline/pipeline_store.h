/* SQL of pipelines and stages. */
#ifndef DABIAO_PIPELINE_STORE_H
#define DABIAO_PIPELINE_STORE_H

#include "pipeline.h"

/* A sequence of stages. */
struct pipeline_row {
    int64_t id;                    /* pipeline.id */
    struct str name;               /* shown */
    bool is_default;               /* for new opportunities */
    bool allow_skip;               /* forward over stages */
    bool allow_back;               /* to earlier ones */
    int64_t version;               /* optimistic lock */
    struct opt_str department_ids; /* comma separated; none: everybody's */
};

/* All live ones, the default one first. */
enum err pipeline_store_list(struct db *db, struct arena *arena, struct pipeline_row **rows_out,
                             size_t *count_out) MUST_CHECK;
/* The pipeline in which the department's opportunities begin; 0 when there is none. */
enum err pipeline_store_of(struct db *db, struct arena *arena, int64_t department_id, int64_t *out) MUST_CHECK;
/* Locks a live one. Errors: ERR_NOT_FOUND. */
enum err pipeline_store_lock(struct db *db, struct arena *arena, int64_t id, struct pipeline_row *out) MUST_CHECK;
enum err pipeline_store_insert(struct db *db, struct arena *arena, const struct pipeline_row *row, struct instant now,
                               int64_t *id_out) MUST_CHECK;
enum err pipeline_store_update(struct db *db, struct arena *arena, const struct pipeline_row *row,
                               struct instant now) MUST_CHECK;
/* The default one from now on; whichever was is no longer. */
enum err pipeline_store_make_default(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;
/* Errors: ERR_NOT_FOUND, for the default one too. */
enum err pipeline_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now) MUST_CHECK;
enum err pipeline_store_set_departments(struct db *db, struct arena *arena, int64_t id, const int64_t *ids,
                                        size_t count) MUST_CHECK;
/* Which of these departments (roles) there are: their number. */
enum err pipeline_store_departments(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                                    int64_t *out) MUST_CHECK;
enum err pipeline_store_roles(struct db *db, struct arena *arena, const int64_t *ids, size_t count,
                              int64_t *out) MUST_CHECK;
/* Whether the department or one above it is named by the pipeline. */
enum err pipeline_store_takes(struct db *db, struct arena *arena, int64_t pipeline_id, int64_t department_id,
                              bool *out) MUST_CHECK;
/* Roles of a user. */
enum err pipeline_store_user_roles(struct db *db, struct arena *arena, int64_t user_id, int64_t **ids_out,
                                   size_t *count_out) MUST_CHECK;

/* Live stages of all pipelines, in order. */
enum err stage_store_list(struct db *db, struct arena *arena, struct stage_row **rows_out,
                          size_t *count_out) MUST_CHECK;
/* … of one pipeline. */
enum err stage_store_of(struct db *db, struct arena *arena, int64_t pipeline_id, struct stages *out) MUST_CHECK;
enum err stage_store_insert(struct db *db, struct arena *arena, const struct stage_row *stage,
                            int64_t *id_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND when it is not of that pipeline. */
enum err stage_store_update(struct db *db, struct arena *arena, const struct stage_row *stage) MUST_CHECK;
enum err stage_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now) MUST_CHECK;
enum err stage_store_delete_all(struct db *db, struct arena *arena, int64_t pipeline_id, struct instant now) MUST_CHECK;
/* Holds a live stage as it is to the transaction's end. Errors: ERR_NOT_FOUND. */
enum err stage_store_hold(struct db *db, struct arena *arena, int64_t stage_id) MUST_CHECK;
/* `direction`: enter, leave. */
enum err stage_store_set_roles(struct db *db, struct arena *arena, int64_t stage_id, const char *direction,
                               const int64_t *ids, size_t count) MUST_CHECK;
/* Opportunities in a stage, in any stage of a pipeline: those in the recycle bin too. */
enum err stage_store_use(struct db *db, struct arena *arena, int64_t stage_id, int64_t *out) MUST_CHECK;
enum err pipeline_store_use(struct db *db, struct arena *arena, int64_t pipeline_id, int64_t *out) MUST_CHECK;

/* Opportunities of a stage, locked, ascending from `after`, at most `limit`. */
enum err stage_store_members(struct db *db, struct arena *arena, int64_t stage_id, int64_t after, int64_t limit,
                             int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* Moves these to another stage of the same kind: with an event, the chance of the stage where it was the old one's. */
enum err stage_store_map(struct db *db, struct arena *arena, const struct stage_row *from, const struct stage_row *to,
                         const int64_t *ids, size_t count, struct instant now, struct value user) MUST_CHECK;
/* Finds the furthest stages of all opportunities of a pipeline again. */
enum err stage_store_refresh_furthest(struct db *db, struct arena *arena, int64_t pipeline_id) MUST_CHECK;

#endif
