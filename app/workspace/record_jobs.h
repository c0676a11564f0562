/* Jobs over many records. */
#ifndef DABIAO_RECORD_JOBS_H
#define DABIAO_RECORD_JOBS_H

#include "platform/job.h"

/* record.bulk: one action on many records, each in its own transaction; refused ones are counted with their reasons. */
enum err record_run_bulk(struct job *job, json_t **result_out) MUST_CHECK;
/* record.export: the list without its limit, as CSV or XLSX. */
enum err record_run_export(struct job *job, json_t **result_out) MUST_CHECK;
/* record.purge: removes what lay in the recycle bin for 30 days; forgets old idempotency keys. */
enum err record_run_purge(struct job *job, json_t **result_out) MUST_CHECK;

#endif
