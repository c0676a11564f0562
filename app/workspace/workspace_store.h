/* SQL of saved views, notifications and readiness. */
#ifndef DABIAO_WORKSPACE_STORE_H
#define DABIAO_WORKSPACE_STORE_H

#include "platform/db.h"

/* A saved view. */
struct view_row {
    int64_t id;             /* saved_view.id */
    int64_t user_id;        /* whose */
    struct str object;      /* object name */
    struct str name;        /* shown */
    struct opt_str filter;  /* filter language */
    struct opt_str sort;    /* sort of the list */
    struct opt_str columns; /* JSON list */
    bool is_shared;         /* everyone sees it */
    bool is_default;        /* opened first by its owner */
    int64_t version;        /* optimistic lock */
};
enum err view_store_list(struct db *db, struct arena *arena, int64_t user_id, struct str object,
                         struct view_row **rows_out, size_t *count_out) MUST_CHECK;
/* Own views only. Errors: ERR_NOT_FOUND. */
enum err view_store_get(struct db *db, struct arena *arena, int64_t id, int64_t user_id,
                        struct view_row *out) MUST_CHECK;
enum err view_store_insert(struct db *db, struct arena *arena, const struct view_row *view, struct instant now,
                           int64_t *id_out) MUST_CHECK;
/* ERR_STALE_VERSION when it changed meanwhile. */
enum err view_store_update(struct db *db, struct arena *arena, const struct view_row *view,
                           struct instant now) MUST_CHECK;
enum err view_store_delete(struct db *db, struct arena *arena, int64_t id, int64_t user_id) MUST_CHECK;
enum err view_store_clear_default(struct db *db, struct arena *arena, int64_t user_id, struct str object) MUST_CHECK;

struct notification_row {
    int64_t id;                 /* notification.id */
    struct str kind;            /* translation key */
    struct opt_str object;      /* about a record of this kind */
    struct opt_int record_id;   /* which */
    struct opt_str detail;      /* JSON */
    struct opt_instant read_at; /* seen */
    struct instant created_at;  /* told */
};
enum err notification_store_list(struct db *db, struct arena *arena, int64_t user_id, int64_t before_id, int64_t limit,
                                 struct notification_row **rows_out, size_t *count_out) MUST_CHECK;
enum err notification_store_unread(struct db *db, struct arena *arena, int64_t user_id, int64_t *out) MUST_CHECK;
/* id 0: all. */
enum err notification_store_read(struct db *db, struct arena *arena, int64_t user_id, int64_t id,
                                 struct instant now) MUST_CHECK;

enum err workspace_store_ping(struct db *db, struct arena *arena) MUST_CHECK;
/* Stored answers of idempotency keys older than a day. */
enum err workspace_store_forget_keys(struct db *db, struct arena *arena, struct instant before) MUST_CHECK;

struct change_row {
    int64_t id;        /* audit_entry.id: the cursor */
    struct str object; /* whose record */
    int64_t record_id; /* which */
    struct str action; /* create update delete … */
    struct instant at; /* when */
};
/* Changes after `since`, older than `before` (transactions still running are waited for), oldest first. */
enum err change_store_list(struct db *db, struct arena *arena, int64_t since, struct instant before, int64_t limit,
                           struct change_row **rows_out, size_t *count_out) MUST_CHECK;

#endif
