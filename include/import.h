/* Import: files of any kind of record through one engine. */
#ifndef DABIAO_IMPORT_H
#define DABIAO_IMPORT_H

#include "platform/command.h"
#include "platform/route.h"

extern const struct feature IMPORT_FEATURE;
/* `dabiao import KIND FILE --map M.json [--as LOGIN] [--dry-run] [--json]`. */
extern const struct command IMPORT_COMMANDS[];

#endif
