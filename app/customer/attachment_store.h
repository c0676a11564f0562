/* SQL of attachments. */
#ifndef DABIAO_ATTACHMENT_STORE_H
#define DABIAO_ATTACHMENT_STORE_H

#include "platform/db.h"

/* A file that belongs to a record. */
struct attachment_row {
    int64_t id;                     /* attachment.id */
    struct str object;              /* customer, follow_up, opportunity, conflict_claim; any in a field */
    int64_t record_id;              /* which record */
    struct opt_int guide_item_id;   /* of an opportunity: what the file shows to be done */
    struct opt_int field_id;        /* the custom field it stands in; record_id 0: it waits for a record */
    struct str name;                /* as uploaded */
    struct str content_type;        /* what the bytes are */
    int64_t size_bytes;             /* length */
    struct str path;                /* below data_dir */
    struct instant created_at;      /* uploaded */
    struct opt_int created_by_id;   /* by whom */
    struct opt_str created_by_name; /* by name */
};
/* Oldest first, without removed ones and those in fields. */
enum err attachment_store_list(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                               struct attachment_row **rows_out, size_t *count_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND, for removed ones too. */
enum err attachment_store_get(struct db *db, struct arena *arena, int64_t id, struct attachment_row *out) MUST_CHECK;
enum err attachment_store_count(struct db *db, struct arena *arena, const char *object, int64_t record_id,
                                int64_t *out) MUST_CHECK;
enum err attachment_store_insert(struct db *db, struct arena *arena, const struct attachment_row *row,
                                 struct str sha256, int64_t *id_out) MUST_CHECK;
/* The file goes with the next sweep. */
enum err attachment_store_remove(struct db *db, struct arena *arena, int64_t id, struct instant now) MUST_CHECK;
enum err attachment_store_remove_of(struct db *db, struct arena *arena, const char *object,
                                    int64_t record_id) MUST_CHECK;
/* Files of the claims to a customer that is purged. */
enum err attachment_store_remove_claims(struct db *db, struct arena *arena, int64_t customer_id) MUST_CHECK;
/* Whether the item belongs to the guide of the opportunity's pipeline. */
enum err attachment_store_has_item(struct db *db, struct arena *arena, int64_t opportunity_id, int64_t item_id,
                                   bool *out) MUST_CHECK;
/* Counts the files of a follow-up again. */
enum err attachment_store_recount(struct db *db, struct arena *arena, int64_t follow_up_id) MUST_CHECK;

/* Files for fields that a user uploaded and no record took. */
enum err attachment_store_count_waiting(struct db *db, struct arena *arena, int64_t user_id, int64_t *out) MUST_CHECK;
/* Removes those of all users from before a moment. */
enum err attachment_store_drop_waiting(struct db *db, struct arena *arena, struct instant before,
                                       struct instant now) MUST_CHECK;

/* Removed ones with their files, at most `limit`. */
enum err attachment_store_removed(struct db *db, struct arena *arena, int64_t limit, struct attachment_row **rows_out,
                                  size_t *count_out) MUST_CHECK;
enum err attachment_store_forget(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;
/* Whether a file is still somebody's. */
enum err attachment_store_has_path(struct db *db, struct arena *arena, struct str path, bool *out) MUST_CHECK;

#endif
