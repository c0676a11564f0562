/* The routes every object has, made from its table of fields. */
#ifndef DABIAO_PLATFORM_OBJECT_ROUTES_H
#define DABIAO_PLATFORM_OBJECT_ROUTES_H

#include "platform/object.h"

/* Rows for one object; they live as long as the process. */
const struct route *object_routes(const struct object *object, size_t *count_out);

#endif
