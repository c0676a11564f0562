/* Shares last as long as somebody holds the record. Who was let in by a holder would otherwise see more of a customer
 * in a pool than its members, and go on seeing it when somebody else has taken it. */
#include "ended_rules.h"

#include "ended_store.h"

enum err share_hear_moved(struct request *request, const struct object *object, const struct record_move *moves,
                          size_t count, const struct move_options *options)
{
    int64_t *left = ARENA_ARRAY(request->arena, int64_t, count + 1);
    int64_t *back = ARENA_ARRAY(request->arena, int64_t, count + 1);
    size_t left_count = 0;
    size_t back_count = 0;
    bool undone = options->cause == MOVE_UNDO && options->run_id.set;
    for (size_t i = 0; i < count; i++) {
        const struct record_move *move = &moves[i];
        if (move->refused != OK || move->unchanged) {
            continue;
        }
        if (!move->owner_id.set) {
            left[left_count++] = move->id;
        } else if (undone) {
            back[back_count++] = move->id;
        }
    }
    TRY(left_count == 0 ? OK : ended_store_end(request, object, left, left_count, options->run_id));
    return back_count == 0 ? OK : ended_store_bring_back(request, object, back, back_count, options->run_id.value);
}

enum err share_hear_purged(struct db *db, struct arena *arena, const struct object *object, int64_t id)
{
    return ended_store_forget(db, arena, object->name, id);
}
