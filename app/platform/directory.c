/* The worker's kept names. */
#include "platform/directory.h"

#include <string.h>

#include "directory_store.h"
#include "platform/identity.h"

enum { TABLES = 16, ROWS_MAX = 20000, CACHE_BYTES = 512 * 1024 * 1024 };

struct directory {
    const char *table;                /* SQL table */
    const struct directory_row *rows; /* by ascending id; NULL when there are more than ROWS_MAX */
    size_t count;                     /* in rows */
};

/* One worker serves one request at a time, so names live until a request of another epoch comes. */
static struct {
    struct arena *arena;             /* holds the names; NULL until the first use */
    int64_t epoch;                   /* company.org_epoch they belong to */
    struct directory tables[TABLES]; /* what was asked for so far */
    size_t count;                    /* in tables */
} cache;

static const struct directory *find(const char *table)
{
    for (size_t i = 0; i < cache.count; i++) {
        if (strcmp(cache.tables[i].table, table) == 0) {
            return &cache.tables[i];
        }
    }
    return NULL;
}

static void begin_epoch(int64_t epoch)
{
    if (cache.arena == NULL) {
        cache.arena = arena_create(CACHE_BYTES);
    }
    arena_reset(cache.arena);
    cache.count = 0;
    cache.epoch = epoch;
}

static enum err load(struct request *request, const struct reference *reference, const struct directory **out)
{
    struct directory *directory = &cache.tables[cache.count];
    *directory = (struct directory){.table = reference->table};
    TRY(directory_store_rows(request->db, cache.arena, reference, ROWS_MAX + 1, &directory->rows, &directory->count));
    if (directory->count > ROWS_MAX) {
        directory->rows = NULL;
    }
    cache.count++;
    *out = directory;
    return OK;
}

enum err directory_open(struct request *request, const struct reference *reference, const struct directory **out)
{
    *out = NULL;
    if (!reference->names_kept || request->org_epoch == 0) {
        return OK;
    }
    if (cache.epoch != request->org_epoch) {
        begin_epoch(request->org_epoch);
    }
    const struct directory *found = find(reference->table);
    /* A transaction that writes may see names that never come to be, so only reading requests fill the cache. */
    if (found == NULL && cache.count < TABLES && str_eq_c(request->method, "GET")) {
        TRY(load(request, reference, &found));
    }
    *out = found != NULL && found->rows != NULL ? found : NULL;
    return OK;
}

bool directory_name(const struct directory *directory, int64_t id, struct str *out)
{
    size_t low = 0;
    size_t high = directory->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (directory->rows[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < directory->count && directory->rows[low].id == id;
    *out = found ? directory->rows[low].name : (struct str){0};
    return found;
}

enum err directory_change(struct request *request)
{
    request->org_epoch = 0;
    return epoch_raise(request->db, request->arena);
}
