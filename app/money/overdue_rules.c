/* The night: installments whose day has passed are overdue, and people hear of it step by step: after 1 day the owner,
 * after 7 the owner's manager too, after 15 the head of the owner's department, after 30 whoever keeps the books. A
 * night that was missed is made up for: the step that has been reached is told once, those in front of it are not. */
#include "installment_rules.h"

#include "allocation_rules.h"
#include "installment_store.h"
#include "platform/notify.h"
#include "platform/tx.h"

enum { CHUNK = 200, NAMES_MAX = 3, STEP_COUNT = 4 };
static const int64_t STEPS[STEP_COUNT] = {1, 7, 15, 30};

/* What one person hears of one chunk. */
struct message {
    int64_t user_id;              /* whom */
    size_t count;                 /* installments */
    const struct late_row *first; /* the first of them */
    const struct late_row *last;  /* the last one */
    int64_t days;                 /* of the one that is latest */
    struct str names[NAMES_MAX];  /* numbers of contracts */
};

/* The job on its way. */
struct night {
    struct job *job;          /* whose run */
    struct arena *arena;      /* memory of the chunk */
    struct error error;       /* of the chunk */
    struct request request;   /* as the company */
    int64_t after;            /* contract done last */
    int64_t reached;          /* last contract of the chunk: a transaction may run again */
    size_t found;             /* in the chunk */
    const int64_t *finance;   /* people who keep the books */
    size_t finance_count;     /* in `finance` */
    struct message *messages; /* of the chunk */
    size_t message_count;     /* in `messages` */
};

static void begin(struct night *night)
{
    arena_reset(night->arena);
    error_init(&night->error, night->arena);
    job_request(night->job, &night->request);
    night->request.arena = night->arena;
    night->request.error = &night->error;
}

static enum err mark_chunk(struct db *db, void *context)
{
    struct night *night = context;
    struct bringing bringing = {.today = night->job->today};
    int64_t *ids;
    begin(night);
    night->reached = night->after;
    TRY(installment_store_late(db, night->arena, night->job->today, night->after, CHUNK, &ids, &night->found));
    if (night->found == 0) {
        return OK;
    }
    TRY(allocation_bring(db, night->arena, &bringing, ids, night->found, NULL, 0));
    night->reached = ids[night->found - 1];
    return OK;
}

static int64_t step_of(int64_t days)
{
    int64_t step = 0;
    for (size_t i = 0; i < STEP_COUNT; i++) {
        step = days >= STEPS[i] ? STEPS[i] : step;
    }
    return step;
}

static void add_message(struct night *night, struct opt_int user_id, const struct late_row *row)
{
    struct message *message = NULL;
    if (!user_id.set) {
        return;
    }
    for (size_t i = 0; i < night->message_count && message == NULL; i++) {
        message = night->messages[i].user_id == user_id.value ? &night->messages[i] : NULL;
    }
    if (message == NULL) {
        message = &night->messages[night->message_count++];
        *message = (struct message){.user_id = user_id.value, .first = row};
    } else if (message->last == row) {
        return; /* owner and head at once */
    }
    message->last = row;
    if (message->count < NAMES_MAX) {
        message->names[message->count] = row->contract_number;
    }
    message->days = row->overdue_days > message->days ? row->overdue_days : message->days;
    message->count++;
}

static void collect(struct night *night, const struct late_row *row)
{
    int64_t step = step_of(row->overdue_days);
    add_message(night, row->owner_id, row);
    if (step >= STEPS[1]) {
        add_message(night, row->manager_id, row);
    }
    if (step >= STEPS[2]) {
        add_message(night, row->head_id, row);
    }
    for (size_t i = 0; step >= STEPS[3] && i < night->finance_count; i++) {
        add_message(night, (struct opt_int){true, night->finance[i]}, row);
    }
}

static enum err send(struct night *night)
{
    struct request *request = &night->request;
    for (size_t i = 0; i < night->message_count; i++) {
        const struct message *message = &night->messages[i];
        const struct late_row *row = message->first;
        bool one = message->count == 1;
        struct buf names;
        buf_init(&names, request->arena);
        for (size_t n = 0; n < message->count && n < NAMES_MAX; n++) {
            buf_add_c(&names, n == 0 ? "" : "、");
            buf_add(&names, message->names[n]);
        }
        json_t *detail = json_keep(request->arena,
                                   json_pack("{s:o,s:o,s:o,s:I,s:I}", "name", json_str(row->name), "contract",
                                             json_str(buf_str(&names)), "customer", json_opt_str(row->customer), "days",
                                             (json_int_t)message->days, "count", (json_int_t)message->count));
        TRY(notify_user(request, message->user_id, one ? "installment_overdue" : "installments_overdue", "installment",
                        one ? row->id : 0, detail));
    }
    return OK;
}

static enum err tell_chunk(struct db *db, void *context)
{
    struct night *night = context;
    struct late_row *rows;
    begin(night);
    notify_forget(&night->request);
    TRY(installment_store_to_tell(db, night->arena, CHUNK, &rows, &night->found));
    night->message_count = 0;
    night->messages =
        ARENA_ARRAY(night->arena, struct message, night->found * (STEP_COUNT - 1) + night->finance_count + 1);
    for (size_t i = 0; i < night->found; i++) {
        collect(night, &rows[i]);
        TRY(installment_store_told(db, night->arena, rows[i].id, step_of(rows[i].overdue_days)));
    }
    return send(night);
}

static enum err go_through(struct night *night, enum err (*chunk)(struct db *db, void *context), const char *phase,
                           int64_t *done)
{
    night->found = CHUNK;
    while (night->found == CHUNK) {
        TRY(db_tx(night->job->db, chunk, night));
        notify_publish(&night->request);
        night->after = night->reached;
        *done += (int64_t)night->found;
        TRY(job_progress(night->job, *done, 0, phase));
    }
    return OK;
}

enum err overdue_run(struct job *job, json_t **result_out)
{
    struct night night = {.job = job, .arena = arena_create(64 * 1024 * 1024)};
    int64_t marked = 0;
    int64_t told = 0;
    int64_t *finance;
    enum err err = installment_store_finance(job->db, job->arena, &finance, &night.finance_count);
    night.finance = finance;
    err = err == OK ? go_through(&night, mark_chunk, "overdue", &marked) : err;
    err = err == OK ? go_through(&night, tell_chunk, "reminders", &told) : err;
    arena_destroy(night.arena);
    TRY(err);
    *result_out = json_pack("{s:I,s:I}", "contracts", (json_int_t)marked, "told", (json_int_t)told);
    return OK;
}
