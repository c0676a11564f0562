/* What opportunities show of the follow-ups and tasks about them. */
#include "activity_rules.h"

#include <string.h>

#include "activity_store.h"
#include "platform/tx.h"

enum { CHUNK = 2000 };

enum err activity_follow(struct request *request, const struct record_change *change)
{
    bool is_activity = strcmp(change->object->name, "task") == 0 || strcmp(change->object->name, "follow_up") == 0;
    if (!is_activity) {
        return OK;
    }
    struct value now = change_after(change, "opportunity_id");
    struct value before = change_before(change, "opportunity_id");
    if (now.type == VALUE_INT) {
        TRY(activity_store_refresh(request->db, request->arena, now.integer));
    }
    bool left = before.type == VALUE_INT && !value_eq(before, now);
    return left ? activity_store_refresh(request->db, request->arena, before.integer) : OK;
}

/* Opportunities on their way through. */
struct chunk {
    struct arena *arena; /* memory of the chunk */
    bool repair;         /* put right what differs */
    int64_t after;       /* the opportunity before */
    int64_t last;        /* the last one of the chunk; 0: there is none */
    int64_t *wrong;      /* those that differ */
    size_t wrong_count;  /* in `wrong` */
};

static enum err examine_chunk(struct db *db, void *context)
{
    struct chunk *chunk = context;
    arena_reset(chunk->arena);
    chunk->wrong_count = 0;
    TRY(activity_store_last(db, chunk->arena, chunk->after, CHUNK, &chunk->last));
    if (chunk->last == 0) {
        return OK;
    }
    TRY(activity_store_wrong(db, chunk->arena, chunk->after, chunk->last, &chunk->wrong, &chunk->wrong_count));
    for (size_t i = 0; chunk->repair && i < chunk->wrong_count; i++) {
        TRY(activity_store_refresh_all(db, chunk->arena, chunk->wrong[i]));
    }
    return OK;
}

enum err activity_examine(struct db *db, bool repair, void (*difference)(void *context, struct str sentence),
                          void *context, int64_t *wrong_out)
{
    struct chunk chunk = {.arena = arena_create((size_t)64 * 1024 * 1024), .repair = repair, .last = 1};
    enum err err = OK;
    *wrong_out = 0;
    while (err == OK && chunk.last != 0) {
        err = db_tx(db, examine_chunk, &chunk);
        for (size_t i = 0; err == OK && i < chunk.wrong_count; i++) {
            difference(context, str_format(chunk.arena,
                                           "opportunity %lld: next step, last activity or furthest stage differ from "
                                           "its tasks, follow-ups and moves",
                                           (long long)chunk.wrong[i]));
        }
        *wrong_out += (int64_t)chunk.wrong_count;
        chunk.after = chunk.last;
    }
    arena_destroy(chunk.arena);
    return err;
}
