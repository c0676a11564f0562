/* Steps of escalation: what they consist of, and the nightly job. */
#include "escalation_rules.h"

#include <stdlib.h>

#include "customer.h"
#include "escalation_store.h"
#include "platform/calendar.h"
#include "platform/notify.h"
#include "platform/tx.h"

enum { CHUNK = 500, NAMES_MAX = 5, DAYS_MAX = 3650 };

static const struct option DAY_KINDS[] = {
    {"calendar", "自然日", "Calendar days"}, {"working", "工作日", "Working days"}, {NULL, NULL, NULL}};
static const struct field FIELDS[] = {
    {.name = "name",
     .zh = "名称",
     .en = "Step",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE,
     .about = "shown"},
    {.name = "days",
     .zh = "未跟进天数",
     .en = "Days",
     .type = FIELD_INT,
     .min = 1,
     .max = DAYS_MAX,
     .flags = FIELD_REQUIRED | FIELD_SORTABLE,
     .about = "without a follow-up since the owner got the customer"},
    {.name = "day_kind", .zh = "天数类型", .en = "Counted", .type = FIELD_ENUM, .options = DAY_KINDS, .about = "which"},
    {.name = "notify_owner", .zh = "通知负责人", .en = "Owner", .type = FIELD_BOOL, .about = "hears of it"},
    {.name = "notify_manager", .zh = "通知直属上级", .en = "Manager", .type = FIELD_BOOL, .about = "hears of it"},
    {.name = "notify_department_head",
     .zh = "通知部门负责人",
     .en = "Department head",
     .type = FIELD_BOOL,
     .about = "hears of it"},
    {.name = "notify_operations",
     .zh = "通知销售运营",
     .en = "Operations",
     .type = FIELD_BOOL,
     .about = "whoever has that role hears of it"},
    {.name = "mark_risk",
     .zh = "标记流失风险",
     .en = "Mark as risk",
     .type = FIELD_BOOL,
     .about = "until the next follow-up"},
    {.name = "filter",
     .zh = "适用客户",
     .en = "Customers",
     .type = FIELD_JSON,
     .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST | FIELD_NO_FILTER,
     .about = "filter over customers it is about; null: all"},
    {.name = "is_active", .zh = "启用", .en = "Active", .type = FIELD_BOOL, .about = "looked at every day"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static enum err parse_filter(struct request *request, struct opt_str text, struct filter **out)
{
    struct filter_context context = {.today = request->today, .zone = request->zone};
    *out = NULL;
    return text.set
               ? filter_parse_text(request->arena, object_fields(&CUSTOMER), text.value, &context, request->error, out)
               : OK;
}

static enum err prepare_step(struct request *request, struct record_change *change)
{
    struct filter *filter;
    struct value text = change_after(change, "filter");
    return parse_filter(request, opt_str_of(text), &filter);
}

const struct object ESCALATION_STEP = {
    .name = "escalation_step",
    .zh = "未跟进提醒",
    .en = "Escalation step",
    .plural = "escalation-steps",
    .table = "escalation_step",
    .fields = FIELDS,
    .view = PERM_ESCALATION_EDIT,
    .create = PERM_ESCALATION_EDIT,
    .edit = PERM_ESCALATION_EDIT,
    .remove = PERM_ESCALATION_EDIT,
    .export = PERM_ESCALATION_EDIT,
    .import = PERM_ESCALATION_EDIT,
    .transfer = PERM_ESCALATION_EDIT,
    .default_sort = "days",
    .flags = OBJECT_DIRECTORY,
    .prepare = prepare_step,
};

/* ---- the nightly job ---- */

/* What one person hears of one chunk. */
struct message {
    int64_t user_id;             /* whom */
    size_t count;                /* customers */
    int64_t customer_id;         /* the first */
    struct str names[NAMES_MAX]; /* of the first */
};

/* One step on its way. */
struct escalating {
    struct request *request;            /* of the job */
    const struct escalation_step *step; /* which */
    const struct filter *filter;        /* customers it is about */
    struct instant cutoff;              /* touched before: passed */
    const int64_t *operations;          /* people with that role */
    size_t operation_count;             /* in `operations` */
    int64_t after_id;                   /* last customer done */
    int64_t reached;                    /* last customer of the chunk */
    size_t count;                       /* customers of the chunk */
    struct message *messages;           /* of the chunk */
    size_t message_count;               /* in `messages` */
};

static void add_message(struct escalating *escalating, struct opt_int user_id, const struct neglected_row *customer)
{
    struct message *message = NULL;
    if (!user_id.set) {
        return;
    }
    for (size_t i = 0; i < escalating->message_count && message == NULL; i++) {
        message = escalating->messages[i].user_id == user_id.value ? &escalating->messages[i] : NULL;
    }
    if (message == NULL) {
        message = &escalating->messages[escalating->message_count++];
        *message = (struct message){.user_id = user_id.value};
    }
    /* Whoever is owner and head at once hears of a customer once. */
    if (message->count > 0 && message->customer_id == customer->id) {
        return;
    }
    if (message->count < NAMES_MAX) {
        message->names[message->count] = customer->name;
    }
    message->customer_id = customer->id;
    message->count++;
}

static void collect(struct escalating *escalating, const struct neglected_row *rows)
{
    const struct escalation_step *step = escalating->step;
    for (size_t i = 0; i < escalating->count; i++) {
        add_message(escalating, (struct opt_int){step->notify_owner, rows[i].owner_id}, &rows[i]);
        add_message(escalating,
                    (struct opt_int){step->notify_manager && rows[i].manager_id.set, rows[i].manager_id.value},
                    &rows[i]);
        add_message(escalating,
                    (struct opt_int){step->notify_department_head && rows[i].head_id.set, rows[i].head_id.value},
                    &rows[i]);
        for (size_t o = 0; step->notify_operations && o < escalating->operation_count; o++) {
            add_message(escalating, (struct opt_int){true, escalating->operations[o]}, &rows[i]);
        }
    }
}

static enum err send(struct escalating *escalating)
{
    struct request *request = escalating->request;
    for (size_t i = 0; i < escalating->message_count; i++) {
        const struct message *message = &escalating->messages[i];
        struct buf names;
        buf_init(&names, request->arena);
        for (size_t n = 0; n < message->count && n < NAMES_MAX; n++) {
            buf_add_c(&names, n == 0 ? "" : "、");
            buf_add(&names, message->names[n]);
        }
        json_t *detail =
            json_keep(request->arena, json_pack("{s:o,s:I,s:I,s:o}", "step", json_str(escalating->step->name), "days",
                                                (json_int_t)escalating->step->days, "count", (json_int_t)message->count,
                                                "customers", json_str(buf_str(&names))));
        bool one = message->count == 1;
        TRY(notify_user(request, message->user_id, one ? "no_follow_up" : "no_follow_ups", "customer",
                        one ? message->customer_id : 0, detail));
    }
    return OK;
}

static enum err escalate_chunk(struct db *db, void *context)
{
    struct escalating *escalating = context;
    struct request *request = escalating->request;
    struct neglected_row *rows;
    notify_forget(request);
    TRY(escalation_store_neglected(db, request->arena, escalating->step, escalating->filter, escalating->cutoff,
                                   escalating->after_id, CHUNK, &rows, &escalating->count));
    if (escalating->count == 0) {
        return OK;
    }
    escalating->reached = rows[escalating->count - 1].id;
    escalating->message_count = 0;
    escalating->messages =
        ARENA_ARRAY(request->arena, struct message, escalating->count * 3 + escalating->operation_count + 1);
    collect(escalating, rows);
    TRY(escalation_store_note(db, request->arena, escalating->step->id, rows, escalating->count, request->now));
    if (escalating->step->mark_risk) {
        TRY(escalation_store_mark_risk(db, request->arena, rows, escalating->count));
    }
    return send(escalating);
}

/* What was touched before this moment has had the step's days without a follow-up today. */
static struct instant cutoff_of(const struct job *job, const struct worktime *worktime,
                                const struct escalation_step *step)
{
    struct date day = date_add_days(job->today, -(int)step->days);
    if (str_eq_c(step->day_kind, "working")) {
        while (worktime_days_between(worktime, day, job->today) < step->days && day.days > 0) {
            day = date_add_days(day, -1);
        }
    }
    return date_start(date_add_days(day, 1), job->zone);
}

static enum err run_step(struct job *job, struct escalating *escalating, int64_t *done)
{
    struct filter *filter;
    TRY(parse_filter(escalating->request, escalating->step->filter, &filter));
    escalating->filter = filter;
    escalating->after_id = 0;
    do {
        struct arena *outer = escalating->request->arena;
        escalating->request->arena = arena_create(64 * 1024 * 1024);
        enum err err = db_tx(job->db, escalate_chunk, escalating);
        if (err == OK) {
            notify_publish(escalating->request);
        }
        arena_destroy(escalating->request->arena);
        escalating->request->arena = outer;
        TRY(err);
        escalating->after_id = escalating->reached;
        *done += (int64_t)escalating->count;
        TRY(job_progress(job, *done, 0, "escalation"));
    } while (escalating->count == CHUNK);
    return OK;
}

enum err escalation_run(struct job *job, json_t **result_out)
{
    struct request request;
    struct worktime worktime;
    struct escalation_step *steps;
    int64_t *operations;
    size_t operation_count;
    size_t count;
    int64_t done = 0;
    job_request(job, &request);
    TRY(calendar_load(job->db, job->arena, &worktime));
    TRY(escalation_store_operations(job->db, job->arena, &operations, &operation_count));
    TRY(escalation_store_steps(job->db, job->arena, &steps, &count));
    for (size_t i = 0; i < count; i++) {
        struct escalating escalating = {.request = &request,
                                        .step = &steps[i],
                                        .cutoff = cutoff_of(job, &worktime, &steps[i]),
                                        .operations = operations,
                                        .operation_count = operation_count};
        TRY(run_step(job, &escalating, &done));
    }
    *result_out = json_pack("{s:I}", "passed", (json_int_t)done);
    return OK;
}
