/* SQL of the reasons of closing. */
#ifndef DABIAO_REASON_STORE_H
#define DABIAO_REASON_STORE_H

#include "platform/db.h"

/* Why deals are won or lost. */
struct reason_row {
    int64_t id;            /* close_reason.id */
    struct opt_str code;   /* not_recorded, or none */
    struct str kind;       /* won, lost */
    struct str name;       /* shown */
    bool needs_competitor; /* the deal must name one */
    bool needs_note;       /* the deal must say more */
    bool is_active;        /* can be chosen */
    int64_t sort_order;    /* position */
};

/* Live ones: won, then lost, in order. */
enum err reason_store_list(struct db *db, struct arena *arena, struct reason_row **rows_out,
                           size_t *count_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND. */
enum err reason_store_get(struct db *db, struct arena *arena, int64_t id, struct reason_row *out) MUST_CHECK;
/* Inserts (id 0) or writes over one. Errors: ERR_NOT_FOUND. */
enum err reason_store_save(struct db *db, struct arena *arena, const struct reason_row *row, struct instant now,
                           struct value user, int64_t *id_out) MUST_CHECK;
enum err reason_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now) MUST_CHECK;
enum err reason_store_count(struct db *db, struct arena *arena, int64_t *out) MUST_CHECK;

#endif
