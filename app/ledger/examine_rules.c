/* The examination of intervals: the figures are brought in line as always, compared with what they were, and taken back
 * again unless they are to be repaired. How long an answer took was measured by the calendar of that day and stays;
 * only that it is there, and how the interval stands to its customer, is looked at. */
#include "examine_rules.h"

#include "ledger.h"
#include "ledger_store.h"
#include "platform/tx.h"

enum { CHUNK = 512 };

/* Customers on their way through. */
struct chunk {
    struct arena *arena; /* memory of the chunk */
    bool repair;         /* keep what comes out */
    int64_t after;       /* the customer before */
    int64_t last;        /* the last one of the chunk */
    size_t count;        /* customers in the chunk */
    struct str *wrong;   /* what differs, a sentence for each interval */
    size_t wrong_count;  /* in `wrong` */
};

static enum err examine_chunk(struct db *db, void *context)
{
    struct chunk *chunk = context;
    int64_t *customers;
    struct figures_row *before;
    struct figures_row *after;
    size_t before_count, after_count;
    arena_reset(chunk->arena);
    chunk->wrong_count = 0;
    TRY(examine_store_customers(db, chunk->arena, chunk->after, CHUNK, &customers, &chunk->count));
    if (chunk->count == 0) {
        return OK;
    }
    chunk->last = customers[chunk->count - 1];
    TRY(examine_store_figures(db, chunk->arena, chunk->after, chunk->last, &before, &before_count));
    TRY(ledger_refresh(db, chunk->arena, customers, chunk->count));
    TRY(examine_store_figures(db, chunk->arena, chunk->after, chunk->last, &after, &after_count));
    chunk->wrong = ARENA_ARRAY(chunk->arena, struct str, before_count + 1);
    for (size_t i = 0; i < before_count && i < after_count; i++) {
        if (!str_eq(before[i].figures, after[i].figures)) {
            chunk->wrong[chunk->wrong_count++] =
                str_format(chunk->arena, "assignment %lld: its figures differ from the records: %.*s instead of %.*s",
                           (long long)before[i].id, STR_ARG(before[i].figures), STR_ARG(after[i].figures));
        }
    }
    return chunk->repair ? OK : ERR_CONFLICT; /* takes everything back */
}

enum err ledger_examine(struct db *db, bool repair, void (*difference)(void *context, struct str sentence),
                        void *context, int64_t *wrong_out)
{
    struct chunk chunk = {.arena = arena_create((size_t)256 * 1024 * 1024), .repair = repair, .count = CHUNK};
    enum err err = OK;
    *wrong_out = 0;
    while (err == OK && chunk.count == CHUNK) {
        err = db_tx(db, examine_chunk, &chunk);
        err = err == ERR_CONFLICT && !repair ? OK : err;
        for (size_t i = 0; err == OK && i < chunk.wrong_count; i++) {
            difference(context, chunk.wrong[i]);
        }
        *wrong_out += (int64_t)chunk.wrong_count;
        chunk.after = chunk.last;
    }
    arena_destroy(chunk.arena);
    return err;
}
