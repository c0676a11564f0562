/* One FastCGI worker: takes a request, has it dispatched, sends the answer. */
#ifndef DABIAO_PLATFORM_WORKER_H
#define DABIAO_PLATFORM_WORKER_H

#include "platform/config.h"

/* Opens the unix socket (0660; a stale file is replaced). Returns the descriptor, or -1 after a sentence on stderr. */
int worker_listen(const struct config *config);
/* Serves until it is asked to stop or has served its share. Returns the exit code: 0 done, 2 cannot start. */
int worker_run(const struct config *config, int listen_fd);

#endif
