/* The master: opens the socket, starts workers and schedulers, restarts what dies, renews them at SIGHUP, drains at
 * SIGTERM. It never touches the database. */
#ifndef DABIAO_PLATFORM_SUPERVISE_H
#define DABIAO_PLATFORM_SUPERVISE_H

#include "platform/config.h"

/* Exit code of a process that cannot start and must not be started again: bad settings, wrong database. */
enum { EXIT_CANNOT_START = 2 };

/* What the master hands to a process it starts, as arguments `run-worker` or `run-scheduler` and three numbers. */
struct child_handles {
    int listen_fd;  /* the FastCGI socket */
    int metrics_fd; /* shared counters */
    int ready_fd;   /* where child_ready reports */
};

/* Runs the whole program until SIGTERM or SIGINT. `program` is the path of the binary: processes are started from it,
 * so that SIGHUP takes a new binary and new settings (read with config_load). A generation that cannot start leaves the
 * present one in place. Returns the exit code: 0, or EXIT_CANNOT_START. */
int supervise_run(const struct config *config, const char *program);

/* In a started process: reads the numbers of its arguments (argv[0] is the word). False when they are not ours. */
bool child_handles_parse(int argc, char **argv, struct child_handles *out);
/* Tells the master that the process serves now. */
void child_ready(const struct child_handles *handles);

#endif
