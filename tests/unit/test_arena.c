/* The arena: zeroed and aligned memory, cleanups in reverse, reuse after a reset, the end at the cap. */
#include "unit.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static int released[8];
static size_t released_count;

static void note_release(void *object)
{
    released[released_count++] = *(int *)object;
}

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    for (size_t size = 0; size < 3000; size += 7) {
        unsigned char *memory = arena_alloc(unit_arena, size);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(memory[i], 0);
            memory[i] = 0xEE;
        }
    }
}

static void memory_is_zeroed_again_after_a_reset(void **state)
{
    (void)state;
    unsigned char *first = arena_alloc(unit_arena, 5000);
    memset(first, 0xEE, 5000);
    arena_reset(unit_arena);
    assert_int_equal(arena_used(unit_arena), 0);
    unsigned char *again = arena_alloc(unit_arena, 5000);
    assert_ptr_equal(first, again);
    for (size_t i = 0; i < 5000; i++) {
        assert_int_equal(again[i], 0);
    }
}

static void pieces_do_not_overlap(void **state)
{
    (void)state;
    enum { PIECES = 2000 };
    unsigned char *pieces[PIECES];
    size_t sizes[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        sizes[i] = (size_t)unit_random_in(0, i % 50 == 0 ? 200000 : 300);
        pieces[i] = arena_alloc(unit_arena, sizes[i]);
        memset(pieces[i], (int)(i % 251), sizes[i]);
    }
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t byte = 0; byte < sizes[i]; byte++) {
            assert_int_equal(pieces[i][byte], i % 251);
        }
    }
}

static void cleanups_run_newest_first_and_once(void **state)
{
    (void)state;
    static int numbers[] = {1, 2, 3, 4};
    struct arena *arena = arena_create(1 << 20);
    released_count = 0;
    for (size_t i = 0; i < 3; i++) {
        arena_defer(arena, note_release, &numbers[i]);
    }
    arena_reset(arena);
    const int expected[] = {3, 2, 1};
    assert_int_equal(released_count, 3);
    assert_memory_equal(released, expected, sizeof expected);
    arena_defer(arena, note_release, &numbers[3]);
    arena_destroy(arena);
    assert_int_equal(released_count, 4);
    assert_int_equal(released[3], 4);
    arena_destroy(NULL);
}

static void used_counts_what_was_handed_out(void **state)
{
    (void)state;
    arena_alloc(unit_arena, 100);
    assert_in_range(arena_used(unit_arena), 100, 128);
    arena_alloc(unit_arena, 1000000);
    assert_in_range(arena_used(unit_arena), 1000100, 1000200);
}

/* Exit code of a child that runs `action`; its log goes nowhere. */
static int exit_code_of(void (*action)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDERR_FILENO);
        action();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void stay_below_the_cap(void)
{
    struct arena *arena = arena_create(1000000);
    for (int i = 0; i < 10; i++) {
        arena_alloc(arena, 100000);
    }
    arena_destroy(arena);
}

static void pass_the_cap(void)
{
    struct arena *arena = arena_create(1000000);
    for (int i = 0; i < 11; i++) {
        arena_alloc(arena, 100000);
    }
}

static void ask_for_everything(void)
{
    arena_alloc(arena_create(1000000), SIZE_MAX);
}

static void overflow_an_array(void)
{
    struct arena *arena = arena_create(1000000);
    (void)ARENA_ARRAY(arena, int64_t, SIZE_MAX / 4);
}

static void the_process_ends_at_the_cap(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(stay_below_the_cap), 0);
    assert_int_equal(exit_code_of(pass_the_cap), ARENA_EXIT_CODE);
    assert_int_equal(exit_code_of(ask_for_everything), ARENA_EXIT_CODE);
    assert_int_equal(exit_code_of(overflow_an_array), ARENA_EXIT_CODE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(memory_is_zeroed_and_aligned),    UNIT_TEST(memory_is_zeroed_again_after_a_reset),
        UNIT_TEST(pieces_do_not_overlap),           UNIT_TEST(cleanups_run_newest_first_and_once),
        UNIT_TEST(used_counts_what_was_handed_out), UNIT_TEST(the_process_ends_at_the_cap),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
