/* The processes that run jobs. */
#ifndef DABIAO_PLATFORM_SCHEDULER_H
#define DABIAO_PLATFORM_SCHEDULER_H

#include "platform/config.h"
#include "platform/supervise.h"
#include "platform/values.h"

/* A process of the master: queues what the schedules name and runs due jobs until SIGTERM. A running job is asked to
 * stop at its next job_progress and goes on in another process. Returns the exit code: 0, or EXIT_CANNOT_START. */
int scheduler_process(const struct config *config, const struct child_handles *handles);

/* The first moment after `now` that a schedule names: "daily HH:MM" in the zone, or "every SECONDS". On a day whose
 * clock is put forward or back before HH:MM, that hour off. Anything else is a programming mistake. Example: "daily
 * 02:30" in Asia/Shanghai at 2026-03-31T18:00Z gives 2026-03-31T18:30Z. */
struct instant schedule_next(const char *schedule, struct instant now, const char *zone);

#endif
