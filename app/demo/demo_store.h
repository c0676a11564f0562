/* SQL of the demo beyond records. */
#ifndef DABIAO_DEMO_STORE_H
#define DABIAO_DEMO_STORE_H

#include "platform/db.h"

enum err demo_store_company(struct db *db, struct arena *arena, struct str name) MUST_CHECK;
enum err demo_store_top_department(struct db *db, struct arena *arena, int64_t *out) MUST_CHECK;
enum err demo_store_role(struct db *db, struct arena *arena, const char *code, int64_t *out) MUST_CHECK;
/* Stages of the default pipeline, in order: four open, won, lost. */
enum err demo_store_stages(struct db *db, struct arena *arena, int64_t stages_out[8]) MUST_CHECK;
/* The default pipeline. */
enum err demo_store_pipeline(struct db *db, struct arena *arena, int64_t *out) MUST_CHECK;
/* A reason of losing, by position. */
enum err demo_store_lost_reason(struct db *db, struct arena *arena, int64_t position, int64_t *out) MUST_CHECK;
/* Customers of somebody, at most four. */
enum err demo_store_customers_of(struct db *db, struct arena *arena, int64_t owner_id, int64_t ids_out[4],
                                 size_t *count_out) MUST_CHECK;
/* Ticks what salespeople of the demo did: more of it where the deal was won. */
enum err demo_store_marks(struct db *db, struct arena *arena) MUST_CHECK;
/* The administrator admin in the top department. */
enum err demo_store_admin(struct db *db, struct arena *arena, struct instant now) MUST_CHECK;

/* Whoever reads what happened finds the record made when it says it was. */
enum err demo_store_date_audit(struct db *db, struct arena *arena, const char *object, int64_t id,
                               struct instant at) MUST_CHECK;

#endif
