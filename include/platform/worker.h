/* One FastCGI worker: takes a request, has it dispatched, sends the answer. */
#ifndef DABIAO_PLATFORM_WORKER_H
#define DABIAO_PLATFORM_WORKER_H

#include "platform/config.h"
#include "platform/supervise.h"

/* Serves until SIGTERM or until it has served its share. Returns the exit code: 0, or EXIT_CANNOT_START. */
int worker_run(const struct config *config, const struct child_handles *handles);

#endif
