/* The demo company: `dabiao demo` fills an empty installation with people, customers, deals, money and targets. */
#ifndef DABIAO_DEMO_H
#define DABIAO_DEMO_H

#include "platform/command.h"

extern const struct command DEMO_COMMANDS[];

#endif
