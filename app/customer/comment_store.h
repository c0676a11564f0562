/* SQL of comments and mentions. */
#ifndef DABIAO_COMMENT_STORE_H
#define DABIAO_COMMENT_STORE_H

#include "platform/db.h"

/* What somebody said to a record. */
struct comment_row {
    int64_t id;                 /* record_comment.id */
    int64_t record_id;          /* to which */
    struct str content;         /* what */
    struct instant created_at;  /* when */
    int64_t created_by_id;      /* who */
    struct str created_by_name; /* by name */
};
/* Oldest first, from behind `after_id`. */
enum err comment_store_list(struct db *db, struct arena *arena, const char *object, int64_t record_id, int64_t after_id,
                            int64_t limit, struct comment_row **rows_out, size_t *count_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND, for deleted ones too. */
enum err comment_store_get(struct db *db, struct arena *arena, int64_t id, struct comment_row *out) MUST_CHECK;
enum err comment_store_insert(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                              struct str content, int64_t user_id, struct instant now, int64_t *id_out) MUST_CHECK;
enum err comment_store_delete(struct db *db, struct arena *arena, int64_t id, struct instant now) MUST_CHECK;
/* Counts the comments of a follow-up again. */
enum err comment_store_recount(struct db *db, struct arena *arena, int64_t follow_up_id) MUST_CHECK;
/* Comments of a record that is purged, with who was mentioned in them and in the record. */
enum err comment_store_forget(struct db *db, struct arena *arena, const char *object, int64_t record_id) MUST_CHECK;

/* Who was called by @name. */
struct mention_row {
    int64_t user_id;      /* whom */
    struct str user_name; /* by name */
};
enum err mention_store_list(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                            struct mention_row **rows_out, size_t *count_out) MUST_CHECK;
/* Replaces those of a record. */
enum err mention_store_set(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                           const int64_t *user_ids, size_t count) MUST_CHECK;

#endif
