/* Tells browsers, through nginx, that something changed. Best effort: they poll as a fallback. */
#ifndef DABIAO_PLATFORM_EVENTS_H
#define DABIAO_PLATFORM_EVENTS_H

#include "platform/config.h"
#include "platform/str.h"

/* Publishes {"names": [...]} to a channel ("user/7", "all"): one POST /pub/user_7 on the events socket for at most
 * EVENT_MAX names. Never data, only that something changed. Takes at most 200 ms; after a failure nothing is tried for
 * some seconds, so that a dead nginx costs the workers nothing. Does nothing when no events socket is set. */
void events_publish(const struct config *config, struct str channel, const struct str *names, size_t count);
void events_publish_one(const struct config *config, struct str channel, struct str name);

#endif
