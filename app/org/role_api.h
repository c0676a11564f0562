/* Routes of roles, listed by org_api. */
#ifndef DABIAO_ROLE_API_H
#define DABIAO_ROLE_API_H

#include "platform/route.h"

route_handler role_api_list, role_api_get, role_api_create, role_api_update, role_api_delete, role_api_permissions;
extern const struct field ROLE_BODY[], ROLE_ANSWER[], ROLES_ANSWER[], PERMISSIONS_ANSWER[];

#define ROLE_ROUTES                                                                                                    \
    {"GET", "/roles", "role.list",  PERMISSION_SIGNED_IN, 0,    RECORDS_NONE,    NULL,                                 \
     NULL,  NULL,     ROLES_ANSWER, role_api_list,        NULL, "Roles by name."},                                     \
        {"GET",                                                                                                        \
         "/roles/{id}",                                                                                                \
         "role.get",                                                                                                   \
         PERM_ROLE_VIEW,                                                                                               \
         0,                                                                                                            \
         RECORDS_NONE,                                                                                                 \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         ROLE_ANSWER,                                                                                                  \
         role_api_get,                                                                                                 \
         NULL,                                                                                                         \
         "One role with its rights."},                                                                                 \
        {"POST", "/roles",  "role.create", PERM_ROLE_EDIT,  0,    RECORDS_NONE,  NULL,                                 \
         NULL,   ROLE_BODY, ROLE_ANSWER,   role_api_create, NULL, "Adds a role."},                                     \
        {"PUT",                                                                                                        \
         "/roles/{id}",                                                                                                \
         "role.update",                                                                                                \
         PERM_ROLE_EDIT,                                                                                               \
         ROUTE_VERSION,                                                                                                \
         RECORDS_NONE,                                                                                                 \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         ROLE_BODY,                                                                                                    \
         ROLE_ANSWER,                                                                                                  \
         role_api_update,                                                                                              \
         NULL,                                                                                                         \
         "Replaces a role's rights."},                                                                                 \
        {"DELETE",                                                                                                     \
         "/roles/{id}",                                                                                                \
         "role.delete",                                                                                                \
         PERM_ROLE_EDIT,                                                                                               \
         0,                                                                                                            \
         RECORDS_NONE,                                                                                                 \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         NULL,                                                                                                         \
         role_api_delete,                                                                                              \
         NULL,                                                                                                         \
         "Removes a role nobody holds."},                                                                              \
    {                                                                                                                  \
        "GET", "/permissions", "permission.list", PERM_ROLE_VIEW, 0, RECORDS_NONE, NULL, NULL, NULL,                   \
            PERMISSIONS_ANSWER, role_api_permissions, NULL, "Every action permission."                                 \
    }

#endif
