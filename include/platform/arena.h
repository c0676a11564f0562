/* Memory for one request: taken in pieces, given back all at once.
 *
 * The arena never returns NULL: past its cap (or when the system has none) the process logs and ends, and the
 * supervisor starts another worker. Business code therefore has no checks for memory and no `free`. */
#ifndef DABIAO_PLATFORM_ARENA_H
#define DABIAO_PLATFORM_ARENA_H

#include <stddef.h>

struct arena;

/* Exit code of a process that ran out of memory; a worker that ends with it is started again. */
enum { ARENA_EXIT_CODE = 70 };

/* A new arena that may hold `cap_bytes`. Owns: the caller destroys it. */
struct arena *arena_create(size_t cap_bytes);
/* Runs the cleanups and frees everything, the arena too. Accepts NULL. */
void arena_destroy(struct arena *arena);
/* Runs the cleanups (last registered first) and makes the memory reusable; keeps the first block. */
void arena_reset(struct arena *arena);
/* `size` zeroed bytes, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
/* `count` times `item_size` zeroed bytes; a product that overflows counts as "past the cap". */
void *arena_alloc_array(struct arena *arena, size_t item_size, size_t count);
/* Calls `release(object)` at reset or destroy: how foreign objects (json_t, FILE, MYSQL_RES) join the arena. */
void arena_defer(struct arena *arena, void (*release)(void *object), void *object);
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *arena);

/* One zeroed `type`, or an array of `count`. */
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc_array((arena), sizeof(type), (size_t)(count)))

#endif
