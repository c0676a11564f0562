/* What the unit tests share: cmocka, an arena for each test, random numbers with a fixed seed, short assertions on
 * texts. A file that needs no arena simply does not use it. */
#ifndef DABIAO_TESTS_UNIT_H
#define DABIAO_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/arena.h"
#include "platform/str.h"

/* Memory of the running test: set up and destroyed around each (UNIT_TEST). */
static struct arena *unit_arena;
static uint64_t unit_random_state = 20260331;

static inline int unit_setup(void **state)
{
    (void)state;
    unit_arena = arena_create((size_t)256 * 1024 * 1024);
    return 0;
}

static inline int unit_teardown(void **state)
{
    (void)state;
    arena_destroy(unit_arena);
    unit_arena = NULL;
    return 0;
}

/* A test that has `unit_arena`. */
#define UNIT_TEST(function) cmocka_unit_test_setup_teardown(function, unit_setup, unit_teardown)

/* 64 random bits, the same in every run. */
static inline uint64_t unit_random(void)
{
    unit_random_state ^= unit_random_state << 13;
    unit_random_state ^= unit_random_state >> 7;
    unit_random_state ^= unit_random_state << 17;
    return unit_random_state;
}

/* A random number in from…to, both included. */
static inline int64_t unit_random_in(int64_t from, int64_t to)
{
    return (int64_t)((uint64_t)from + unit_random() % ((uint64_t)to - (uint64_t)from + 1));
}

/* The text `got` is `expected`. */
#define assert_str(got, expected) assert_string_equal(str_c(unit_arena, (got)), (expected))

#endif
