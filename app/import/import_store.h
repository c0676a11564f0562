/* SQL of imports. */
#ifndef DABIAO_IMPORT_STORE_H
#define DABIAO_IMPORT_STORE_H

#include "platform/object.h"

/* One import. */
struct import_batch {
    int64_t id;                                                        /* import_batch.id */
    struct str kind;                                                   /* object name, or target */
    struct str file_name;                                              /* as uploaded */
    struct str path;                                                   /* below data_dir */
    struct str status;                                                 /* uploaded running checked done rolled_back */
    struct str format;                                                 /* JSON */
    struct opt_str mapping;                                            /* JSON */
    struct str header_hash;                                            /* of the headings */
    bool dry_run;                                                      /* of the last run */
    int64_t row_count;                                                 /* rows read */
    int64_t done_row;                                                  /* last committed row */
    int64_t created_count, updated_count, skipped_count, failed_count; /* rows by outcome */
    struct opt_int job_id;                                             /* last job */
    struct opt_int created_by_id;                                      /* whose */
    struct instant created_at;                                         /* uploaded */
};

enum err import_store_insert(struct db *db, struct arena *arena, const struct import_batch *batch, struct instant now,
                             int64_t *id_out) MUST_CHECK;
/* user_id 0: everybody's. Errors: ERR_NOT_FOUND. */
enum err import_store_get(struct db *db, struct arena *arena, int64_t id, int64_t user_id,
                          struct import_batch *out) MUST_CHECK;
enum err import_store_list(struct db *db, struct arena *arena, int64_t user_id, int64_t limit,
                           struct import_batch **rows_out, size_t *count_out) MUST_CHECK;
/* Mapping last used for the same kind and headings. Errors: ERR_NOT_FOUND. */
enum err import_store_remembered(struct db *db, struct arena *arena, struct str kind, struct str header_hash,
                                 struct str *mapping_out) MUST_CHECK;
/* The files of all imports, in binary order. */
enum err import_store_paths(struct db *db, struct arena *arena, struct str **paths_out, size_t *count_out) MUST_CHECK;
enum err import_store_set_mapping(struct db *db, struct arena *arena, int64_t id, struct str mapping,
                                  struct instant now) MUST_CHECK;
/* A new run: counts and faults start again. */
enum err import_store_begin(struct db *db, struct arena *arena, int64_t id, bool dry_run, int64_t job_id,
                            struct instant now) MUST_CHECK;
/* Counts and position after a chunk. */
enum err import_store_progress(struct db *db, struct arena *arena, const struct import_batch *batch,
                               struct instant now) MUST_CHECK;
enum err import_store_status(struct db *db, struct arena *arena, int64_t id, const char *status,
                             struct instant now) MUST_CHECK;
enum err import_store_fault(struct db *db, struct arena *arena, int64_t batch_id, int64_t row_number, struct str cells,
                            struct str errors) MUST_CHECK;
enum err import_store_record(struct db *db, struct arena *arena, int64_t batch_id, int64_t row_number,
                             const char *object, int64_t record_id, const char *action, int64_t version,
                             struct value before) MUST_CHECK;

struct import_fault {
    int64_t row_number;
    struct str cells;
    struct str errors;
};
enum err import_store_faults(struct db *db, struct arena *arena, int64_t batch_id, int64_t after_row, int64_t limit,
                             struct import_fault **rows_out, size_t *count_out) MUST_CHECK;

struct import_record {
    int64_t id;
    struct str object;
    int64_t record_id;
    struct str action;
    int64_t version;
    struct opt_str before_values;
};
/* Newest first, below `before_id`. */
enum err import_store_records(struct db *db, struct arena *arena, int64_t batch_id, int64_t before_id, int64_t limit,
                              struct import_record **rows_out, size_t *count_out) MUST_CHECK;
/* Those noted behind an id, by object; and the last id noted so far, 0 for none. */
enum err import_store_noted(struct db *db, struct arena *arena, int64_t batch_id, int64_t after_id,
                            struct import_record **rows_out, size_t *count_out) MUST_CHECK;
enum err import_store_last_noted(struct db *db, struct arena *arena, int64_t batch_id, int64_t *out) MUST_CHECK;

/* Ids (at most two, to tell one from several) of live rows of a reference that people call `text`: by name, code,
 * number or login. `pipeline_id` narrows stages; 0: any. Within the user's scope. */
enum err import_store_find(struct request *request, const char *reference, struct str text, int64_t pipeline_id,
                           int64_t ids_out[2], size_t *count_out) MUST_CHECK;
/* Ids (at most two) of live records whose field equals the value. */
enum err import_store_find_key(struct request *request, const struct object *object, const char *field,
                               struct value value, int64_t ids_out[2], size_t *count_out) MUST_CHECK;

/* Currencies of which there are rates. */
enum err import_store_rated(struct request *request, struct str **out, size_t *count_out) MUST_CHECK;
/* The currency of a record; `out` stays as it was when there is none. */
enum err import_store_currency_of(struct request *request, const struct object *object, int64_t id,
                                  struct str *out) MUST_CHECK;

#endif
