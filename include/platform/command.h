/* Subcommands of the program: the platform's own in main.c, the features' through COMMANDS. */
#ifndef DABIAO_PLATFORM_COMMAND_H
#define DABIAO_PLATFORM_COMMAND_H

#include <stdbool.h>

#include "platform/config.h"
#include "platform/values.h"

/* Exit codes of commands. */
enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_MISUSED = 2 };

/* One subcommand. */
struct command {
    const char *name;                                               /* word on the command line */
    const char *about;                                              /* one line for `dabiao help` */
    int (*run)(const struct config *config, int argc, char **argv); /* argv[0] is the word; returns the exit code */
};

/* Those of the features (app/features.c): tables, each ended by a row without name; the list by NULL. */
extern const struct command *const COMMANDS[];

/* The word after `name` among the arguments ("--as"), or `fallback`. */
const char *command_option(int argc, char **argv, const char *name, const char *fallback);
/* Whether `name` ("--json") stands among the arguments. */
bool command_flag(int argc, char **argv, const char *name);
/* The moment after `--at`, as if it were then; not set without it. False, and a line on stderr, when it is none. */
bool command_clock(int argc, char **argv, struct opt_instant *out);

/* `dabiao request METHOD PATH --as LOGIN [--body FILE|-]`: one request without a web server. */
int request_command(const struct config *config, int argc, char **argv);

#endif
