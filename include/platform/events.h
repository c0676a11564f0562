/* Tells browsers, through nginx, that something changed. Best effort: they poll as a fallback. */
#ifndef DABIAO_PLATFORM_EVENTS_H
#define DABIAO_PLATFORM_EVENTS_H

#include "platform/config.h"
#include "platform/str.h"

/* Publishes {"name": name} to a channel; at most 200 ms; nothing when no events socket is set. */
void events_publish(const struct config *config, struct str channel, struct str name);

#endif
