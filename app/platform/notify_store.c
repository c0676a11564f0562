/* Table notification. */
#include "platform/notify.h"

#include "platform/events.h"

STATEMENT(ADD, "notify.add",
          "INSERT INTO notification (user_id, kind, object, record_id, detail, created_at) VALUES (?, ?, ?, ?, ?, ?)");

static void remember(struct request *request, int64_t user_id)
{
    for (size_t i = 0; i < request->told_count; i++) {
        if (request->told[i] == user_id) {
            return;
        }
    }
    if (request->told_count < TOLD_MAX) {
        request->told[request->told_count++] = user_id;
    }
}

enum err notify_user(struct request *request, int64_t user_id, const char *kind, const char *object, int64_t record_id,
                     const json_t *detail)
{
    if (request->user != NULL && request->user->user_id == user_id) {
        return OK;
    }
    struct value about = object == NULL ? value_null() : V(object);
    struct value id = record_id == 0 ? value_null() : V(record_id);
    struct value text = detail == NULL ? value_null() : V(json_write(request->arena, detail));
    TRY(db_exec(request->db, request->arena, &ADD, ARGS(V(user_id), V(kind), about, id, text, V(request->now))));
    remember(request, user_id);
    return OK;
}

void notify_publish(struct request *request)
{
    for (size_t i = 0; i < request->told_count; i++) {
        struct str channel = str_format(request->arena, "user/%lld", (long long)request->told[i]);
        events_publish_one(request->config, channel, STR("notification"));
    }
    notify_forget(request);
}

void notify_forget(struct request *request)
{
    request->told_count = 0;
}
