/* Lists of ids. */
#include "unit.h"

#include "platform/ids.h"

static void sorted_and_each_once(void **state)
{
    (void)state;
    int64_t ids[] = {5, -1, 5, INT64_MAX, INT64_MIN, 0, -1};
    static const int64_t wanted[] = {INT64_MIN, -1, 0, 5, INT64_MAX};
    assert_int_equal(ids_sort(ids, 7), 5);
    assert_memory_equal(ids, wanted, sizeof wanted);
    assert_int_equal(ids_sort(ids, 1), 1);
    assert_int_equal(ids_sort(NULL, 0), 0);
}

static void found_or_not(void **state)
{
    (void)state;
    static const int64_t ids[] = {1, 3, 9};
    assert_true(ids_have(ids, 3, 1));
    assert_true(ids_have(ids, 3, 9));
    assert_false(ids_have(ids, 3, 2));
    assert_false(ids_have(ids, 2, 9));
    assert_false(ids_have(NULL, 0, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {UNIT_TEST(sorted_and_each_once), UNIT_TEST(found_or_not)};
    return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}
