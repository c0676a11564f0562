/* Which lines money is for: fixed examples, and what holds for any amounts. */
#include "engines/line_share.h"

#include "unit.h"

enum { LINES_MAX = 6, SOURCES_MAX = 12 };

static uint64_t seed = 88172645463325252ULL;
static struct arena *arena;

static int64_t pick(int64_t limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)(seed % (uint64_t)limit);
}

static int64_t sum_of(const int64_t *amounts, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += amounts[i];
    }
    return sum;
}

static void expect(const int64_t *found, const int64_t *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(found[i], expected[i]);
    }
}

static void test_split(void **state)
{
    (void)state;
    int64_t parts[4];
    line_split(arena, 100, (const int64_t[]){1, 1, 1}, 3, parts);
    expect(parts, (const int64_t[]){34, 33, 33}, 3);
    line_split(arena, 10, (const int64_t[]){1, 0, 2, 3}, 4, parts); /* 1.67, 0, 3.33, 5 */
    expect(parts, (const int64_t[]){2, 0, 3, 5}, 4);
    line_split(arena, 7, (const int64_t[]){0, 0}, 2, parts);
    expect(parts, (const int64_t[]){0, 0}, 2);
    line_split(arena, 1000000000000000, (const int64_t[]){1000000000000000, 999999999999999, 1}, 3, parts);
    assert_int_equal(sum_of(parts, 3), 1000000000000000);
}

static void test_default_and_choice(void **state)
{
    (void)state;
    const int64_t chosen[] = {30, 0};
    const struct line_source sources[] = {{.amount = 50}, {.amount = 50, .chosen = chosen}};
    int64_t shares[4];
    int64_t refunded[2];
    line_share(arena, (const int64_t[]){60, 40}, 2, sources, 2, shares, refunded);
    expect(shares, (const int64_t[]){30, 20, 30, 20}, 4);
    expect(refunded, (const int64_t[]){0, 0}, 2);
}

/* What was said of later money stands, though the money in front would have taken the room. */
static void test_choice_of_later_money(void **state)
{
    (void)state;
    const int64_t chosen[] = {40, 0};
    const struct line_source sources[] = {{.amount = 60}, {.amount = 40, .chosen = chosen}};
    int64_t shares[4];
    int64_t refunded[2];
    line_share(arena, (const int64_t[]){60, 40}, 2, sources, 2, shares, refunded);
    expect(shares, (const int64_t[]){20, 40, 40, 0}, 4);
}

static void test_refunds(void **state)
{
    (void)state;
    const int64_t back[] = {15, 0};
    const int64_t chosen[] = {50, 0};
    int64_t shares[2];
    int64_t refunded[2];
    const int64_t totals[] = {60, 40};
    line_share(arena, totals, 2, &(struct line_source){.amount = 80, .refunded = 20}, 1, shares, refunded);
    expect(shares, (const int64_t[]){48, 32}, 2);
    expect(refunded, (const int64_t[]){12, 8}, 2);
    line_share(arena, totals, 2, &(struct line_source){.amount = 85, .refunded = 15, .taken_back = back}, 1, shares,
               refunded);
    expect(shares, (const int64_t[]){45, 40}, 2);
    expect(refunded, (const int64_t[]){15, 0}, 2);
    line_share(arena, totals, 2,
               &(struct line_source){.amount = 35, .refunded = 15, .chosen = chosen, .taken_back = back}, 1, shares,
               refunded);
    expect(shares, (const int64_t[]){35, 0}, 2);
    line_share(arena, totals, 2, &(struct line_source){.amount = 0, .refunded = 50, .chosen = chosen}, 1, shares,
               refunded);
    expect(shares, (const int64_t[]){0, 0}, 2);
    expect(refunded, (const int64_t[]){50, 0}, 2);
}

static void check(const int64_t *totals, size_t lines, const struct line_source *sources, size_t count)
{
    int64_t shares[SOURCES_MAX * LINES_MAX];
    int64_t refunded[LINES_MAX];
    int64_t of_line[LINES_MAX] = {0};
    int64_t refunds = 0;
    line_share(arena, totals, lines, sources, count, shares, refunded);
    for (size_t s = 0; s < count; s++) {
        assert_int_equal(sum_of(shares + s * lines, lines), sources[s].amount);
        refunds += sources[s].refunded;
        for (size_t i = 0; i < lines; i++) {
            assert_true(shares[s * lines + i] >= 0);
            of_line[i] += shares[s * lines + i];
        }
    }
    for (size_t i = 0; i < lines; i++) {
        assert_true(of_line[i] <= totals[i]);
        assert_true(refunded[i] >= 0);
    }
    assert_int_equal(sum_of(refunded, lines), refunds);
}

static void test_any(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        int64_t totals[LINES_MAX];
        int64_t chosen[SOURCES_MAX][LINES_MAX];
        int64_t back[SOURCES_MAX][LINES_MAX];
        struct line_source sources[SOURCES_MAX];
        size_t lines = (size_t)pick(LINES_MAX) + 1;
        size_t count = (size_t)pick(SOURCES_MAX + 1);
        for (size_t i = 0; i < lines; i++) {
            totals[i] = pick(4) == 0 ? 0 : pick(300);
        }
        int64_t left = sum_of(totals, lines);
        bool priced = left > 0;
        for (size_t s = 0; s < count; s++) {
            int64_t amount = pick(5) == 0 ? left : pick(left + 1);
            int64_t taken = priced && pick(2) == 0 ? pick(100) : 0;
            left -= amount;
            sources[s] = (struct line_source){.amount = amount, .refunded = taken};
            sources[s].chosen = pick(2) == 0 ? chosen[s] : NULL;
            sources[s].taken_back = pick(2) == 0 ? back[s] : NULL;
            for (size_t i = 0; i < lines; i++) {
                chosen[s][i] = pick(3) == 0 ? pick(200) : 0;
                back[s][i] = pick(taken + 1);
                taken -= back[s][i];
            }
        }
        check(totals, lines, sources, count);
        arena_reset(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_default_and_choice),
        cmocka_unit_test(test_choice_of_later_money),
        cmocka_unit_test(test_refunds),
        cmocka_unit_test(test_any),
    };
    arena = arena_create((size_t)1024 * 1024);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_destroy(arena);
    return failed;
}
