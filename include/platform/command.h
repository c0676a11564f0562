/* Subcommands of the program: the platform's own in main.c, the features' through COMMANDS. */
#ifndef DABIAO_PLATFORM_COMMAND_H
#define DABIAO_PLATFORM_COMMAND_H

#include "platform/config.h"

/* One subcommand. */
struct command {
    const char *name;  /* word on the command line */
    const char *about; /* one line for `dabiao help` */
    int (*run)(const struct config *config, int argc, char **argv); /* argv[0] is the word; returns the exit code */
};

/* Those of the features (app/features.c), NULL-terminated. */
extern const struct command *const COMMANDS[];

#endif
