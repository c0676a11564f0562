/* SQL of duplicate rules and of the keys that records hold. */
#ifndef DABIAO_DUPLICATE_STORE_H
#define DABIAO_DUPLICATE_STORE_H

#include "platform/object_store.h"

/* A rule. */
struct duplicate_rule {
    int64_t id;             /* duplicate_rule.id */
    struct str object;      /* customer, contact */
    struct str fields;      /* names, comma separated */
    struct str method;      /* exact, normalised, phone */
    struct str action;      /* block, warn, review */
    bool is_active;         /* asked at every save */
    int64_t revision;       /* of the keys wanted */
    int64_t built_revision; /* whose keys all records have */
    int64_t version;        /* optimistic lock */
    struct instant updated_at;
};
/* Rules that are not deleted; `object` NULL: of all; `only_active`: those asked at every save. By id. */
enum err rule_store_list(struct db *db, struct arena *arena, const char *object, bool only_active,
                         struct duplicate_rule **rows_out, size_t *count_out) MUST_CHECK;
/* Errors: ERR_NOT_FOUND. `deleted`: those on their way out too. */
enum err rule_store_get(struct db *db, struct arena *arena, int64_t id, bool deleted,
                        struct duplicate_rule *out) MUST_CHECK;
enum err rule_store_insert(struct db *db, struct arena *arena, const struct duplicate_rule *rule, struct value user,
                           struct instant now, int64_t *id_out) MUST_CHECK;
/* Errors: ERR_STALE_VERSION. */
enum err rule_store_update(struct db *db, struct arena *arena, const struct duplicate_rule *rule, struct value user,
                           struct instant now) MUST_CHECK;
enum err rule_store_delete(struct db *db, struct arena *arena, int64_t id, int64_t version, struct value user,
                           struct instant now) MUST_CHECK;
enum err rule_store_built(struct db *db, struct arena *arena, int64_t id, int64_t revision) MUST_CHECK;
/* Removes a deleted rule whose keys are gone. */
enum err rule_store_remove(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;

/* A key of a record. */
struct key_row {
    int64_t rule_id;   /* of which rule */
    int64_t revision;  /* and revision */
    struct str hash;   /* of the text */
    int64_t slot;      /* 0, record_id, or -record_id in the recycle bin */
    int64_t record_id; /* whose */
};
/* Errors: ERR_DUPLICATE when the slot is taken. */
enum err key_store_insert(struct db *db, struct arena *arena, const struct key_row *key) MUST_CHECK;
/* The same for many; those whose slot is taken are left out. */
enum err key_store_insert_free(struct db *db, struct arena *arena, const struct key_row *keys, size_t count) MUST_CHECK;
/* Keys of records under one rule and revision. */
enum err key_store_of_records(struct db *db, struct arena *arena, const struct duplicate_rule *rule, const int64_t *ids,
                              size_t count, struct key_row **rows_out, size_t *count_out) MUST_CHECK;
enum err key_store_delete(struct db *db, struct arena *arena, const struct key_row *key) MUST_CHECK;
/* Gives slot 0 of a key that nobody holds any more to the record that came next. */
enum err key_store_promote(struct db *db, struct arena *arena, const struct key_row *key) MUST_CHECK;
/* Records with this key but for one, those in the recycle bin too; the holder of slot 0 first. */
enum err key_store_holders(struct db *db, struct arena *arena, const struct key_row *key, int64_t limit,
                           int64_t **ids_out, size_t *count_out) MUST_CHECK;
/* Removes keys of a rule whose revision is below `revision`, at most `limit`; says how many. */
enum err key_store_drop_old(struct db *db, struct arena *arena, int64_t rule_id, int64_t revision, int64_t limit,
                            int64_t *dropped_out) MUST_CHECK;
/* All keys of a record that is purged. `object`: whose rules. */
enum err key_store_forget(struct db *db, struct arena *arena, const char *object, int64_t record_id) MUST_CHECK;

/* A record as a rebuild reads it. */
struct keyed_record {
    int64_t id;                 /* record */
    bool deleted;               /* in the recycle bin */
    const struct value *values; /* of the rule's fields, in their order */
};
/* Records above `after_id`, locked against changes. `fields` are indices of the object's fields. */
enum err key_store_records(struct db *db, struct arena *arena, const struct object *object, const size_t *fields,
                           size_t field_count, int64_t after_id, int64_t limit, struct keyed_record **rows_out,
                           size_t *count_out) MUST_CHECK;
enum err key_store_last_id(struct db *db, struct arena *arena, const struct object *object, int64_t *out) MUST_CHECK;

#endif
