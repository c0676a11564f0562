/* The table of action permissions. */
#include "platform/permission.h"

static const struct {
    const char *key; /* "customer.view" */
    const char *zh;  /* label */
    const char *en;  /* label */
} PERMISSIONS[] = {
    {"public", "公开", "Public"},
    {"signed_in", "已登录", "Signed in"},
#define PERMISSION(symbol, key, zh, en) {key, zh, en},
#include "permissions.def"
#undef PERMISSION
};

const char *permission_key(enum permission permission)
{
    return PERMISSIONS[permission].key;
}

const char *permission_label(enum permission permission, bool chinese)
{
    return chinese ? PERMISSIONS[permission].zh : PERMISSIONS[permission].en;
}

bool permission_find(struct str key, enum permission *out)
{
    for (int i = PERMISSION_SIGNED_IN + 1; i < PERMISSION_COUNT; i++) {
        if (str_eq_c(key, PERMISSIONS[i].key)) {
            *out = (enum permission)i;
            return true;
        }
    }
    return false;
}
