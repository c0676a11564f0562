/* Moves of records between owners: who may, to whom, and who must hear of it. */
#include "platform/move.h"

#include <assert.h>
#include <stdlib.h>

#include "platform/ids.h"
#include "platform/move_store.h"
#include "platform/object.h"

const char *move_cause_word(enum move_cause cause)
{
    static const char *const words[] = {"create", "import", "transfer", "handover", "claim",    "assign",
                                        "auto",   "return", "recycle",  "undo",     "conflict", "merge"};
    return words[cause];
}

void move_refuse(struct record_move *move, enum err code, struct str why)
{
    if (move->refused == OK) {
        move->refused = code;
        move->why = why;
    }
}

enum err move_error(struct request *request, const struct record_move *move)
{
    if (move->available_at.set) {
        request->error->extra = json_keep(
            request->arena, json_pack("{s:o}", "available_at", json_instant(request->arena, move->available_at.value)));
    }
    return error_set(request->error, move->refused, "%.*s", STR_ARG(move->why));
}

int64_t *move_ids(struct arena *arena, const struct record_move *moves, size_t count, size_t *count_out)
{
    int64_t *ids = ARENA_ARRAY(arena, int64_t, count + 1);
    *count_out = 0;
    for (size_t i = 0; i < count; i++) {
        if (moves[i].refused == OK && !moves[i].unchanged) {
            ids[(*count_out)++] = moves[i].id;
        }
    }
    return ids;
}

static int compare_moves(const void *a, const void *b)
{
    int64_t left = ((const struct record_move *)a)->id;
    int64_t right = ((const struct record_move *)b)->id;
    return (left > right) - (left < right);
}

static bool has_id(const int64_t *ids, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

/* Outside the scope a record does not exist; visible but not writable is forbidden. */
static enum err refuse_absent(struct request *request, const struct object *object, struct record_move *moves,
                              size_t count, bool unscoped)
{
    int64_t *absent = ARENA_ARRAY(request->arena, int64_t, count + 1);
    int64_t *visible = NULL;
    size_t absent_count = 0;
    size_t visible_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (moves[i].version == 0) {
            absent[absent_count++] = moves[i].id;
        }
    }
    if (absent_count > 0 && !unscoped) {
        TRY(move_store_visible(request, object, absent, absent_count, &visible, &visible_count));
    }
    for (size_t i = 0; i < count; i++) {
        if (moves[i].version == 0) {
            enum err code = has_id(visible, visible_count, moves[i].id) ? ERR_FORBIDDEN : ERR_NOT_FOUND;
            move_refuse(&moves[i], code, str_from(err_text(code)));
        }
    }
    return OK;
}

/* Locks what there is and notes whose it is. The moves are ordered by id. */
static enum err lock_records(struct request *request, const struct object *object, struct record_move *moves,
                             size_t count, bool unscoped)
{
    struct held_row *rows;
    size_t row_count;
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = moves[i].id;
        moves[i].version = 0;
    }
    TRY(move_store_lock(request, object, ids, count, unscoped, &rows, &row_count));
    for (size_t i = 0, r = 0; i < count && r < row_count; i++) {
        if (moves[i].id == rows[r].id) {
            moves[i].from_owner_id = rows[r].owner_id;
            moves[i].from_department_id = rows[r].department_id;
            moves[i].version = rows[r].version;
            moves[i].from_pool_id = rows[r].pool_id;
            moves[i].from_pool_since = rows[r].pool_since;
            r++;
        }
    }
    return refuse_absent(request, object, moves, count, unscoped);
}

static const struct owner_row *find_owner(const struct owner_row *owners, size_t count, int64_t user_id)
{
    for (size_t i = 0; i < count; i++) {
        if (owners[i].user_id == user_id) {
            return &owners[i];
        }
    }
    return NULL;
}

static size_t distinct_owners(struct arena *arena, const struct record_move *moves, size_t count, int64_t **ids_out)
{
    int64_t *ids = ARENA_ARRAY(arena, int64_t, count + 1);
    size_t all = 0;
    for (size_t i = 0; i < count; i++) {
        if (moves[i].owner_id.set) {
            ids[all++] = moves[i].owner_id.value;
        }
    }
    *ids_out = ids;
    return ids_sort(ids, all);
}

/* New owners must be able to work; what is theirs already stays as it is. */
static enum err place_owners(struct request *request, struct record_move *moves, size_t count)
{
    int64_t *ids;
    struct owner_row *owners = NULL;
    size_t owner_count = 0;
    size_t id_count = distinct_owners(request->arena, moves, count, &ids);
    if (id_count > 0) {
        TRY(move_store_owners(request, ids, id_count, &owners, &owner_count));
    }
    for (size_t i = 0; i < count; i++) {
        struct record_move *move = &moves[i];
        move->department_id = (struct opt_int){0};
        if (move->owner_id.set) {
            const struct owner_row *owner = find_owner(owners, owner_count, move->owner_id.value);
            if (owner == NULL || !owner->active) {
                move_refuse(move, ERR_INVALID, STR("The owner must be an active user."));
                continue;
            }
            move->department_id = (struct opt_int){true, owner->department_id};
        }
        move->unchanged = move->owner_id.set == move->from_owner_id.set &&
                          (!move->owner_id.set || move->owner_id.value == move->from_owner_id.value);
    }
    return OK;
}

/* Giving to somebody else needs the transfer right. */
static void check_right(const struct request *request, const struct object *object, struct record_move *moves,
                        size_t count)
{
    if (identity_can(request->user, object->transfer)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        move_refuse(&moves[i], ERR_FORBIDDEN, STR("You may not give records to somebody else."));
    }
}

static const struct record_move *first_refused(const struct record_move *moves, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (moves[i].refused != OK) {
            return &moves[i];
        }
    }
    return NULL;
}

static enum err refuse_first(struct request *request, const struct object *object, const struct record_move *moves,
                             size_t count)
{
    const struct record_move *refused = first_refused(moves, count);
    if (refused == NULL) {
        return OK;
    }
    if (refused->refused == ERR_INVALID) {
        error_field(request->error, str_from(object->owner_column), "not_active", "%.*s", STR_ARG(refused->why));
        return error_check_fields(request->error);
    }
    return move_error(request, refused);
}

enum err move_tell(struct request *request, const struct object *object, const struct record_move *moves, size_t count,
                   const struct move_options *options)
{
    if (object->moved != NULL) {
        TRY(object->moved(request, object, moves, count, options));
    }
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        if (FEATURES[i]->moved != NULL) {
            TRY(FEATURES[i]->moved(request, object, moves, count, options));
        }
    }
    return OK;
}

enum err record_move(struct request *request, const struct object *object, struct record_move *moves, size_t count,
                     const struct move_options *options)
{
    assert(object->owner_column != NULL);
    if (count == 0) {
        return OK;
    }
    qsort(moves, count, sizeof *moves, compare_moves);
    TRY(lock_records(request, object, moves, count, options->unscoped));
    TRY(place_owners(request, moves, count));
    if (!options->unscoped) {
        check_right(request, object, moves, count);
    }
    if (options->check != NULL) {
        TRY(options->check(request, moves, count, options->context));
    }
    if (object->moving != NULL) {
        TRY(object->moving(request, object, moves, count, options));
    }
    if (!options->skip_refused) {
        TRY(refuse_first(request, object, moves, count));
    }
    TRY(move_store_write(request, object, moves, count, options));
    return move_tell(request, object, moves, count, options);
}
