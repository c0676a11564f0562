/* The master: forks workers and schedulers, restarts what dies, drains on SIGTERM, renews on SIGHUP. */
#ifndef DABIAO_PLATFORM_SUPERVISE_H
#define DABIAO_PLATFORM_SUPERVISE_H

#include "platform/config.h"

/* Runs the whole program until it is told to stop. `argv` is that of main, for the new generation at SIGHUP. */
int supervise_run(const struct config *config, char **argv);

#endif
