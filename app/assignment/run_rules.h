/* Batches on their way: jobs that assign and take back, in chunks that a killed process leaves whole. */
#ifndef DABIAO_RUN_RULES_H
#define DABIAO_RUN_RULES_H

#include "platform/job.h"
#include "run_store.h"

enum { RUN_CHUNK = 500 };

/* Where a chunk of a batch works: memory and request of its own, so that it may run again after a deadlock. */
struct run {
    struct job *job;         /* whose run */
    int64_t batch_id;        /* which batch */
    json_t *body;            /* what was asked for */
    struct arena *arena;     /* memory of the chunk */
    struct error error;      /* of the chunk */
    struct request request;  /* of the job's user */
    struct batch_row batch;  /* locked by the chunk */
    size_t found;            /* items of the last chunk */
    struct run_tally tally;  /* what became of them */
    struct run_result *lost; /* all or nothing: refusals that outlive the transaction; in the job's memory */
    size_t lost_count;       /* in `lost` */
};
/* Begins a chunk: forgets what the last try left and locks the batch. */
enum err run_begin(struct run *run, struct db *db) MUST_CHECK;
/* Results of moves that stand in the order of the items. A refusal is told by its own code. */
struct run_result run_refusal(const struct run_item *item, const char *result, const struct record_move *move);

/* Jobs. */
enum err assignment_run_job(struct job *job, json_t **result_out) MUST_CHECK;
enum err assignment_undo_job(struct job *job, json_t **result_out) MUST_CHECK;
/* Writes the result file of a batch to job->result_path; `name_out` is what it is offered as. */
enum err assignment_write_file(struct job *job, int64_t batch_id, bool xlsx, struct str *name_out) MUST_CHECK;

#endif
