/* What commands share. */
#include "platform/command.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

const char *command_option(int argc, char **argv, const char *name, const char *fallback)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return argv[i + 1];
        }
    }
    return fallback;
}

bool command_clock(int argc, char **argv, struct opt_instant *out)
{
    const char *text = command_option(argc, argv, "--at", NULL);
    *out = (struct opt_instant){.set = text != NULL};
    if (text == NULL || instant_parse(str_from(text), &out->value)) {
        return true;
    }
    fprintf(stderr, "--at takes a moment such as 2031-01-31T15:59:59.999Z.\n");
    return false;
}

bool command_flag(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return true;
        }
    }
    return false;
}
