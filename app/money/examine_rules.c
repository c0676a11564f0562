/* All contracts brought in line: for the examination (and then taken back again, unless it repairs), and once for the
 * payments there were before they were allocated. */
#include "installment_rules.h"

#include "allocation_rules.h"
#include "invoice_store.h"
#include "platform/tx.h"

enum { CHUNK = 500 };

/* Contracts on their way through. */
struct chunk {
    struct arena *arena;      /* memory of the chunk */
    struct bringing bringing; /* how */
    bool repair;              /* keep what comes out */
    int64_t after;            /* the contract or payment before */
    int64_t last;             /* the last one of the chunk */
    size_t count;             /* in the chunk */
    struct str *sentences;    /* what differs */
    size_t sentence_count;    /* in `sentences` */
};

static void collect(void *context, struct str sentence)
{
    struct chunk *chunk = context;
    chunk->sentences[chunk->sentence_count++] = sentence;
}

static void begin(struct chunk *chunk)
{
    arena_reset(chunk->arena);
    chunk->sentence_count = 0;
    chunk->sentences = ARENA_ARRAY(chunk->arena, struct str, CHUNK + 1);
}

static enum err bring_chunk(struct db *db, void *context)
{
    struct chunk *chunk = context;
    int64_t *ids;
    begin(chunk);
    TRY(allocation_store_walk(db, chunk->arena, chunk->after, CHUNK, &ids, &chunk->count));
    if (chunk->count == 0) {
        return OK;
    }
    chunk->last = ids[chunk->count - 1];
    TRY(allocation_bring(db, chunk->arena, &chunk->bringing, ids, chunk->count, NULL, 0));
    return chunk->repair ? OK : ERR_CONFLICT; /* takes everything back */
}

static enum err examine_payments(struct db *db, void *context)
{
    struct chunk *chunk = context;
    int64_t *ids;
    begin(chunk);
    TRY(allocation_store_wrong_payments(db, chunk->arena, chunk->after, CHUNK, &ids, &chunk->count));
    for (size_t i = 0; i < chunk->count; i++) {
        collect(chunk, str_format(chunk->arena, "payment %lld: its figures differ from its refunds and allocations",
                                  (long long)ids[i]));
        chunk->last = ids[i];
    }
    if (!chunk->repair) {
        return OK;
    }
    TRY(allocation_store_save_refunded(db, chunk->arena, ids, chunk->count));
    return allocation_store_save_payments(db, chunk->arena, ids, chunk->count);
}

static enum err examine_invoices(struct db *db, void *context)
{
    struct chunk *chunk = context;
    int64_t *ids;
    begin(chunk);
    TRY(invoice_store_wrong(db, chunk->arena, chunk->after, CHUNK, &ids, &chunk->count));
    for (size_t i = 0; i < chunk->count; i++) {
        collect(chunk,
                str_format(chunk->arena, "contract %lld: its invoices do not agree with their sum", (long long)ids[i]));
        chunk->last = ids[i];
        if (chunk->repair) {
            TRY(invoice_store_refresh(db, chunk->arena, ids[i]));
        }
    }
    return OK;
}

/* Chunk by chunk, each in a transaction of its own. */
static enum err walk(struct db *db, struct chunk *chunk, enum err (*body)(struct db *db, void *context),
                     void (*difference)(void *context, struct str sentence), void *context, int64_t *wrong_out)
{
    chunk->after = 0;
    chunk->count = CHUNK;
    while (chunk->count == CHUNK) {
        enum err err = db_tx(db, body, chunk);
        TRY(err == ERR_CONFLICT && !chunk->repair ? OK : err);
        for (size_t i = 0; i < chunk->sentence_count; i++) {
            difference(context, chunk->sentences[i]);
        }
        *wrong_out += (int64_t)chunk->sentence_count;
        chunk->after = chunk->last;
    }
    return OK;
}

static enum err examine(struct db *db, struct chunk *chunk, void (*difference)(void *context, struct str sentence),
                        void *context, int64_t *wrong_out)
{
    chunk->bringing = (struct bringing){.keep_days = true, .difference = collect, .context = chunk};
    /* What a refund took decides what is allocated: the payments first. */
    TRY(walk(db, chunk, examine_payments, difference, context, wrong_out));
    TRY(walk(db, chunk, examine_invoices, difference, context, wrong_out));
    return walk(db, chunk, bring_chunk, difference, context, wrong_out);
}

enum err money_examine(struct db *db, bool repair, void (*difference)(void *context, struct str sentence),
                       void *context, int64_t *wrong_out)
{
    struct chunk chunk = {.arena = arena_create((size_t)256 * 1024 * 1024), .repair = repair};
    *wrong_out = 0;
    enum err err = examine(db, &chunk, difference, context, wrong_out);
    arena_destroy(chunk.arena);
    return err;
}

static enum err bring_all(struct job *job, struct chunk *chunk, int64_t *done)
{
    chunk->count = CHUNK;
    while (chunk->count == CHUNK) {
        TRY(db_tx(job->db, bring_chunk, chunk));
        chunk->after = chunk->last;
        *done += (int64_t)chunk->count;
        TRY(job_progress(job, *done, 0, "payments"));
    }
    return OK;
}

enum err money_run_allocate(struct job *job, json_t **result_out)
{
    struct chunk chunk = {
        .arena = arena_create((size_t)256 * 1024 * 1024), .repair = true, .bringing = {.today = job->today}};
    int64_t done = 0;
    enum err err = bring_all(job, &chunk, &done);
    arena_destroy(chunk.arena);
    TRY(err);
    *result_out = json_pack("{s:I}", "contracts", (json_int_t)done);
    return OK;
}
