/* Request memory: a list of blocks, and cleanups run newest first. */
#include "platform/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 64 * 1024, ALIGNMENT = 16 };

struct block {
    struct block *next; /* older block */
    size_t size;        /* bytes in `data` */
    size_t used;        /* bytes handed out */
    max_align_t data[]; /* the memory */
};

struct cleanup {
    struct cleanup *next;     /* registered before */
    void (*release)(void *);  /* what to call */
    void *object;             /* with what */
};

struct arena {
    struct block *blocks;     /* newest first */
    struct cleanup *cleanups; /* newest first */
    size_t cap;               /* bytes that may be handed out */
    size_t used;              /* bytes handed out since the last reset */
};

static void die(const char *why)
{
    fprintf(stderr, "{\"level\":\"error\",\"event\":\"arena\",\"why\":\"%s\"}\n", why);
    _Exit(70);
}

struct arena *arena_create(size_t cap_bytes)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (arena == NULL) {
        die("out of memory");
    }
    arena->cap = cap_bytes;
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

static void free_blocks(struct arena *arena, struct block *keep)
{
    while (arena->blocks != NULL) {
        struct block *block = arena->blocks;
        arena->blocks = block->next;
        if (block != keep) {
            free(block);
        }
    }
}

void arena_destroy(struct arena *arena)
{
    if (arena == NULL) {
        return;
    }
    run_cleanups(arena);
    free_blocks(arena, NULL);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    run_cleanups(arena);
    struct block *first = arena->blocks;
    while (first != NULL && first->next != NULL) {
        first = first->next;
    }
    free_blocks(arena, first);
    if (first != NULL) {
        first->next = NULL;
        first->used = 0;
        arena->blocks = first;
    }
    arena->used = 0;
}

static struct block *add_block(struct arena *arena, size_t at_least)
{
    size_t size = at_least > BLOCK_SIZE ? at_least : BLOCK_SIZE;
    struct block *block = malloc(sizeof *block + size);
    if (block == NULL) {
        die("out of memory");
    }
    block->size = size;
    block->used = 0;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2 || arena->used + size > arena->cap) {
        die("a request asked for more memory than it may have");
    }
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct block *block = arena->blocks;
    if (block == NULL || block->size - block->used < rounded) {
        block = add_block(arena, rounded);
    }
    void *memory = (char *)block->data + block->used;
    block->used += rounded;
    arena->used += rounded;
    memset(memory, 0, rounded);
    return memory;
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
