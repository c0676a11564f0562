/* What becomes of plans. */
#include "next_plan_rules.h"

#include "customer.h"
#include "next_plan_store.h"
#include "platform/audit.h"
#include "platform/notify.h"
#include "platform/tx.h"

enum { AHEAD_MS = 15 * 60 * 1000, DAY_MS = 86400000, CHUNK = 200 };

void plan_prepare(struct request *request, struct record_change *change)
{
    bool written = change->action == RECORD_CREATE || change->action == RECORD_UPDATE;
    if (!written || (change->before != NULL && !change_differs(change, "next_plan_at"))) {
        return;
    }
    struct value at = change_after(change, "next_plan_at");
    /* What is imported with a time that has passed was done or forgotten long ago: nobody is reminded of it. */
    bool past = change->importing && at.type == VALUE_INSTANT && at.instant.ms < request->now.ms;
    change_set(change, "plan_status", at.type == VALUE_NULL ? value_null() : V(past ? "done" : "open"));
    change_set(change, "plan_closed_at", past ? at : value_null());
    change_set(change, "plan_follow_up_id", value_null());
}

enum err plan_saved(struct request *request, const struct record_change *change)
{
    bool other_time = change->action == RECORD_UPDATE && change_differs(change, "next_plan_at");
    return other_time ? plan_store_renew(request->db, request->arena, change->id) : OK;
}

/* ---- ending a plan ---- */

static struct value field_of(const struct value *values, const char *name)
{
    return values[object_field(&FOLLOW_UP, name)];
}

static enum err load_open(struct request *request, int64_t id, struct value **values)
{
    int64_t version = 0;
    TRY(record_load(request, &FOLLOW_UP, id, true, values, &version));
    struct value status = field_of(*values, "plan_status");
    return status.type == VALUE_TEXT && str_eq_c(status.text, "open")
               ? OK
               : error_set(request->error, ERR_PLAN_CLOSED, "%s", err_text(ERR_PLAN_CLOSED));
}

static enum err close(struct request *request, int64_t id, int64_t customer_id, const char *status,
                      struct opt_int done_by, struct str reason)
{
    TRY(plan_store_close(request->db, request->arena, id, status, done_by, request->now));
    TRY(customer_refresh_follow_ups(request, customer_id));
    json_t *changes = json_keep(request->arena, json_pack("{s:[s,s]}", "plan_status", "open", status));
    return audit_write(request, "follow_up", id, "update", 0, changes, reason);
}

/* Whom and what the plan was about, unless the body says otherwise. */
static json_t *body_of(struct request *request, const json_t *body, const struct value *plan)
{
    static const char *const kept[] = {"contact_id", "opportunity_id"};
    json_t *full = json_keep(request->arena, json_deep_copy(body));
    json_object_set_new(full, "customer_id", json_integer(field_of(plan, "customer_id").integer));
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        struct value value = field_of(plan, kept[i]);
        if (value.type == VALUE_INT && json_object_get(full, kept[i]) == NULL) {
            json_object_set_new(full, kept[i], json_integer(value.integer));
        }
    }
    return full;
}

enum err plan_complete(struct request *request, int64_t id, const json_t *body, int64_t *follow_up_id_out)
{
    struct value *plan;
    TRY(load_open(request, id, &plan));
    TRY(record_create(request, &FOLLOW_UP, body_of(request, body, plan), NULL, follow_up_id_out));
    return close(request, id, field_of(plan, "customer_id").integer, "done", (struct opt_int){true, *follow_up_id_out},
                 (struct str){0});
}

enum err plan_cancel(struct request *request, int64_t id, struct str reason)
{
    struct value *plan;
    TRY(load_open(request, id, &plan));
    return close(request, id, field_of(plan, "customer_id").integer, "cancelled", (struct opt_int){0}, reason);
}

/* ---- reminders ---- */

/* One kind of reminder on its way. */
struct reminding {
    struct request *request; /* of the job */
    int64_t notice;          /* plan_notice it leaves */
    const char *kind;        /* of the notification */
    struct instant from, to; /* of next_plan_at */
    size_t count;            /* told by the last chunk */
};

static enum err remind_chunk(struct db *db, void *context)
{
    struct reminding *reminding = context;
    struct request *request = reminding->request;
    struct plan_row *rows;
    notify_forget(request);
    TRY(plan_store_due(db, request->arena, reminding->notice, reminding->from, reminding->to, CHUNK, &rows,
                       &reminding->count));
    for (size_t i = 0; i < reminding->count; i++) {
        json_t *detail = json_keep(
            request->arena, json_pack("{s:o,s:o,s:o}", "customer", json_str(rows[i].customer_name), "plan",
                                      json_opt_str(rows[i].plan), "at", json_instant(request->arena, rows[i].at)));
        TRY(notify_user(request, rows[i].owner_id, reminding->kind, "follow_up", rows[i].id, detail));
        TRY(plan_store_told(db, request->arena, rows[i].id, reminding->notice));
    }
    return OK;
}

static enum err remind(struct job *job, struct reminding *reminding, int64_t *told)
{
    do {
        TRY(db_tx(job->db, remind_chunk, reminding));
        notify_publish(reminding->request);
        *told += (int64_t)reminding->count;
        TRY(job_progress(job, *told, 0, reminding->kind));
    } while (reminding->count == CHUNK);
    return OK;
}

enum err plan_remind(struct job *job, json_t **result_out)
{
    struct request request;
    int64_t told = 0;
    job_request(job, &request);
    struct instant midnight = date_start(job->today, job->zone);
    struct reminding due = {&request, 1, "plan_due", {job->now.ms - DAY_MS}, {job->now.ms + AHEAD_MS}, 0};
    struct reminding overdue = {&request, 2, "plan_overdue", {0}, {midnight.ms - 1}, 0};
    TRY(remind(job, &due, &told));
    TRY(remind(job, &overdue, &told));
    *result_out = json_pack("{s:I}", "told", (json_int_t)told);
    return OK;
}
