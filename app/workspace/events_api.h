/* Routes of the event stream, listed by workspace_api. */
#ifndef DABIAO_EVENTS_API_H
#define DABIAO_EVENTS_API_H

#include "platform/route.h"

route_handler events_api_ticket, events_api_authorize;

#endif
