/* Action permissions: `object.action` keys of permissions.def. */
#ifndef DABIAO_PLATFORM_PERMISSION_H
#define DABIAO_PLATFORM_PERMISSION_H

#include "platform/str.h"

enum permission {
    PERMISSION_PUBLIC,    /* no sign-in needed: the route says so */
    PERMISSION_SIGNED_IN, /* any signed-in user */
#define PERMISSION(symbol, key, zh, en) PERM_##symbol,
#include "permissions.def"
#undef PERMISSION
    PERMISSION_COUNT
};

const char *permission_key(enum permission permission);
const char *permission_label(enum permission permission, bool chinese);
/* False when there is no such key. */
bool permission_find(struct str key, enum permission *out);

#endif
