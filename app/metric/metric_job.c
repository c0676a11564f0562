/* The rebuild of all facts and sums as long work. */
#include "measure_rules.h"

static enum err report_progress(void *context, const char *object, int64_t done, int64_t total)
{
    return job_progress(context, done, total, object);
}

/* A run that is taken again begins again: what is in line already costs little. */
enum err metric_run_rebuild(struct job *job, json_t **result_out)
{
    (void)result_out;
    return metric_rebuild(job->db, report_progress, job);
}

enum err metric_queue_rebuild(struct db *db, struct arena *arena, int64_t user_id)
{
    int64_t id;
    return job_queue(db, arena, "metric.rebuild", user_id, json_keep(arena, json_object()), NULL, &id);
}
