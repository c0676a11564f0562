/* SQL in the making carries its arguments; permissions are found by their keys. */
#include "unit.h"

#include "platform/permission.h"
#include "platform/query.h"

static void arguments_follow_their_marks(void **state)
{
    (void)state;
    struct query query;
    query_init(&query, unit_arena);
    assert_str(query_text(&query), "");
    assert_int_equal(query_args(&query).count, 0);
    query_sql(&query, "SELECT id FROM customer WHERE name = ");
    query_arg(&query, V("'; DROP"));
    query_sql(&query, " AND id IN ");
    query_arg_ids(&query, (const int64_t[]){3, 1, 2}, 3);
    assert_str(query_text(&query), "SELECT id FROM customer WHERE name = ? AND id IN (?, ?, ?, ?)");
    struct args args = query_args(&query);
    assert_int_equal(args.count, 5);
    assert_true(value_eq(args.items[0], V("'; DROP")));
    assert_int_equal(args.items[1].integer, 3);
    assert_int_equal(args.items[3].integer, 2);
    assert_int_equal(args.items[4].integer, 2); /* filled up by repeating the last one */
}

static void an_empty_list_matches_nothing(void **state)
{
    (void)state;
    struct query query;
    query_init(&query, unit_arena);
    query_sql(&query, "id IN ");
    query_arg_ids(&query, NULL, 0);
    assert_str(query_text(&query), "id IN (NULL)");
    assert_int_equal(query_args(&query).count, 0);
}

static void queries_are_joined(void **state)
{
    (void)state;
    struct query query, condition;
    query_init(&query, unit_arena);
    query_init(&condition, unit_arena);
    query_sql(&condition, "a = ");
    query_arg(&condition, V(7));
    query_sql(&query, "b = ");
    query_arg(&query, V(6));
    query_sql(&query, " AND ");
    query_append(&query, &condition);
    query_append(&query, &query);
    assert_str(query_text(&query), "b = ? AND a = ?b = ? AND a = ?");
    const int64_t expected[] = {6, 7, 6, 7};
    assert_int_equal(query_args(&query).count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(query_args(&query).items[i].integer, expected[i]);
    }
}

static void many_arguments_fit(void **state)
{
    (void)state;
    enum { COUNT = 4096 };
    int64_t ids[COUNT];
    struct query query;
    for (int i = 0; i < COUNT; i++) {
        ids[i] = i;
    }
    query_init(&query, unit_arena);
    query_arg_ids(&query, ids, COUNT);
    assert_int_equal(query_args(&query).count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(query_args(&query).items[i].integer, i);
    }
    assert_int_equal(query_text(&query).len, 2 + COUNT + 2 * (COUNT - 1));
}

static void permissions_are_found(void **state)
{
    (void)state;
    enum permission found = PERMISSION_PUBLIC;
    for (int i = PERMISSION_SIGNED_IN + 1; i < PERMISSION_COUNT; i++) {
        assert_true(permission_find(str_from(permission_key((enum permission)i)), &found));
        assert_int_equal(found, i);
        assert_true(strlen(permission_label(found, true)) > 0);
        assert_true(strlen(permission_label(found, false)) > 0);
    }
    assert_true(permission_find(STR("customer.edit"), &found));
    assert_int_equal(found, PERM_CUSTOMER_EDIT);
    assert_string_equal(permission_label(found, false), "Edit customers");
    /* What everybody has is not a permission that a role could name. */
    assert_false(permission_find(STR("public"), &found));
    assert_false(permission_find(STR("signed_in"), &found));
    assert_false(permission_find(STR("customer"), &found));
    assert_false(permission_find((struct str){0}, &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(arguments_follow_their_marks), UNIT_TEST(an_empty_list_matches_nothing),
        UNIT_TEST(queries_are_joined),           UNIT_TEST(many_arguments_fit),
        UNIT_TEST(permissions_are_found),
    };
    return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
