/* The import engine: a file, a mapping, rows through the same record calls as every other way in. */
#ifndef DABIAO_IMPORT_RULES_H
#define DABIAO_IMPORT_RULES_H

#include "import_store.h"
#include "platform/job.h"

/* What a kind of import takes: an object's writable fields, or the fields of targets. */
struct import_kind {
    const char *name;            /* object name, or target */
    const struct object *object; /* NULL for target */
    const struct field *fields;  /* what columns can be mapped to */
    enum permission permission;  /* needed to import */
};
/* Errors: ERR_NOT_FOUND. */
enum err import_kind_find(struct arena *arena, struct str name, struct import_kind *out) MUST_CHECK;

/* Looks into a file: format, columns with samples and date order, guesses of the fields. Returns JSON and the headings'
 * hash. */
enum err import_inspect(struct request *request, const char *path, const struct import_kind *kind, json_t **format_out,
                        json_t **mapping_out, struct str *header_hash_out) MUST_CHECK;
/* The body that carries a mapping. */
extern const struct field IMPORT_MAPPING_BODY[];
/* Refuses a mapping of another shape, with unknown fields, or with constants that a field does not take. */
enum err import_check_mapping(struct request *request, const struct import_kind *kind, json_t *mapping) MUST_CHECK;
/* Runs a batch (from where a killed run stopped), calling `progress` after each chunk. */
enum err import_run(struct request *request, struct import_batch *batch,
                    enum err (*progress)(void *context, int64_t done, int64_t total), void *context) MUST_CHECK;
/* Takes back what a batch made, newest first; records changed since are left and counted. */
enum err import_rollback(struct request *request, struct import_batch *batch,
                         enum err (*progress)(void *context, int64_t done, int64_t total), void *context,
                         int64_t *undone_out, int64_t *left_out) MUST_CHECK;

enum err import_run_job(struct job *job, json_t **result_out) MUST_CHECK;
enum err import_rollback_job(struct job *job, json_t **result_out) MUST_CHECK;
/* Removes files that belong to no import: of requests that were killed, of batches that are gone. */
enum err import_clean_job(struct job *job, json_t **result_out) MUST_CHECK;

#endif
