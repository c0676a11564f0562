/* Table audit_entry. */
#include "platform/audit.h"

STATEMENT(
    ADD, "audit.add",
    "INSERT INTO audit_entry (object, record_id, action, version, changes, reason, user_id, address, request_id, at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

enum err audit_write(struct request *request, const char *object, int64_t record_id, const char *action,
                     int64_t version, const json_t *changes, struct str reason)
{
    struct value changes_value = changes == NULL ? value_null() : V(json_write(request->arena, changes));
    struct value user = request_actor(request);
    struct value reason_value = reason.len == 0 ? value_null() : V(reason);
    struct value version_value = version == 0 ? value_null() : V(version);
    return db_exec(request->db, request->arena, &ADD,
                   ARGS(V(object), V(record_id), V(action), version_value, changes_value, reason_value, user,
                        V(request->address), V(request->id), V(request->now)));
}
