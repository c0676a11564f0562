/* Request memory: a list of blocks, and cleanups run newest first.
 *
 * Invariants: only the first block, of the standard size, is kept at a reset, so one big request does not leave a big
 * worker behind. Large pieces get blocks of their own, so the current block stays in use. Under the address sanitizer
 * memory that was not handed out is poisoned. */
#include "platform/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/log.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ADDRESS_SANITIZER 1
#endif
#endif
#ifdef UNDER_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#endif

enum { BLOCK_SIZE = 64 * 1024, LARGE_SIZE = BLOCK_SIZE / 4, ALIGNMENT = 16 };

/* One piece of the system's memory. */
struct block {
    struct block *next; /* further block of the arena */
    size_t size;        /* bytes in `data` */
    size_t used;        /* bytes handed out */
    max_align_t data[]; /* the memory */
};

/* One foreign object that joined the arena. */
struct cleanup {
    struct cleanup *next;    /* registered before */
    void (*release)(void *); /* what to call */
    void *object;            /* with what */
};

struct arena {
    struct block *first;      /* kept at a reset */
    struct block *current;    /* where small pieces come from */
    struct block *others;     /* all blocks but the first */
    struct cleanup *cleanups; /* newest first */
    size_t cap;               /* bytes that may be handed out */
    size_t used;              /* bytes handed out since the last reset */
};

static void die(const char *why, size_t bytes)
{
    LOG_EVENT(LOG_ERROR, "out_of_memory", LOG_C("why", why), LOG_INT("bytes", (int64_t)bytes));
    _Exit(ARENA_EXIT_CODE);
}

static struct block *block_create(size_t size)
{
    struct block *block = malloc(sizeof *block + size);
    if (block == NULL) {
        die("the system has no more memory", size);
    }
    block->next = NULL;
    block->size = size;
    block->used = 0;
    ASAN_POISON_MEMORY_REGION(block->data, size);
    return block;
}

struct arena *arena_create(size_t cap_bytes)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (arena == NULL) {
        die("the system has no more memory", sizeof *arena);
    }
    arena->cap = cap_bytes;
    arena->first = block_create(BLOCK_SIZE);
    arena->current = arena->first;
    return arena;
}

static void run_cleanups(struct arena *arena)
{
    while (arena->cleanups != NULL) {
        struct cleanup *cleanup = arena->cleanups;
        arena->cleanups = cleanup->next;
        cleanup->release(cleanup->object);
    }
}

void arena_reset(struct arena *arena)
{
    run_cleanups(arena);
    while (arena->others != NULL) {
        struct block *block = arena->others;
        arena->others = block->next;
        free(block);
    }
    arena->current = arena->first;
    arena->first->used = 0;
    arena->used = 0;
    ASAN_POISON_MEMORY_REGION(arena->first->data, arena->first->size);
}

void arena_destroy(struct arena *arena)
{
    if (arena == NULL) {
        return;
    }
    arena_reset(arena);
    free(arena->first);
    free(arena);
}

/* A block with room for `size` bytes. */
static struct block *find_room(struct arena *arena, size_t size)
{
    if (arena->current->size - arena->current->used >= size) {
        return arena->current;
    }
    struct block *block = block_create(size > LARGE_SIZE ? size : BLOCK_SIZE);
    block->next = arena->others;
    arena->others = block;
    if (size <= LARGE_SIZE) {
        arena->current = block;
    }
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > arena->cap || arena->cap - arena->used < size) {
        die("a request asked for more memory than it may have", size);
    }
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct block *block = find_room(arena, rounded);
    void *memory = (char *)block->data + block->used;
    block->used += rounded;
    arena->used += rounded < arena->cap - arena->used ? rounded : arena->cap - arena->used;
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    memset(memory, 0, size);
    return memory;
}

void *arena_alloc_array(struct arena *arena, size_t item_size, size_t count)
{
    size_t size;
    if (__builtin_mul_overflow(item_size, count, &size)) {
        die("an array does not fit into memory", count);
    }
    return arena_alloc(arena, size);
}

void arena_defer(struct arena *arena, void (*release)(void *object), void *object)
{
    struct cleanup *cleanup = ARENA_NEW(arena, struct cleanup);
    cleanup->release = release;
    cleanup->object = object;
    cleanup->next = arena->cleanups;
    arena->cleanups = cleanup;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
