/* Clearing away jobs that nobody looks at any more. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "platform/job_store.h"
#include "platform/log.h"

enum { KEEP_DAYS = 30, CHUNK = 200 };

/* The file first: a row without a file is found again, a file without a row is not. */
static enum err remove_job(struct job *job, const struct job_old *old)
{
    if (old->result_file.set) {
        const char *path = str_c(
            job->arena, str_format(job->arena, "%s/%.*s", job->config->data_dir, STR_ARG(old->result_file.value)));
        if (unlink(path) != 0 && errno != ENOENT) {
            LOG_EVENT(LOG_WARN, "job_file_not_removed", LOG_INT("id", old->id), LOG_C("why", strerror(errno)));
            return OK;
        }
    }
    return job_store_remove(job->db, job->arena, old->id);
}

enum err job_run_clean(struct job *job, json_t **result_out)
{
    struct instant before = {job->now.ms - (int64_t)KEEP_DAYS * 24 * 3600 * 1000};
    struct job_old *old;
    size_t count;
    int64_t removed = 0;
    do {
        TRY(job_store_old(job->db, job->arena, before, CHUNK, &old, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(remove_job(job, &old[i]));
        }
        removed += (int64_t)count;
        TRY(job_progress(job, removed, 0, "clean"));
    } while (count == CHUNK);
    *result_out = json_pack("{s:I}", "removed", (json_int_t)removed);
    return OK;
}
