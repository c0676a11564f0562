/* Errors: the table, the first cause stays, refused fields collect. */
#include "unit.h"

#include "platform/err.h"

static void the_table_is_complete(void **state)
{
    (void)state;
    for (int code = OK + 1; code < ERR_COUNT; code++) {
        assert_in_range(err_status((enum err)code), 400, 599);
        assert_true(strlen(err_code((enum err)code)) > 0);
        assert_true(strlen(err_text((enum err)code)) > 10);
        for (int other = code + 1; other < ERR_COUNT; other++) {
            assert_string_not_equal(err_code((enum err)code), err_code((enum err)other));
        }
    }
    assert_int_equal(err_status(ERR_NOT_FOUND), 404);
    assert_string_equal(err_code(ERR_STALE_VERSION), "stale_version");
    assert_string_equal(err_code(OK), "ok");
}

static void the_first_cause_stays(void **state)
{
    (void)state;
    struct error error;
    error_init(&error, unit_arena);
    assert_int_equal(error_set(&error, ERR_CONFLICT, "%s has it", "A"), ERR_CONFLICT);
    assert_int_equal(error_set(&error, ERR_INTERNAL, "later"), ERR_INTERNAL);
    assert_int_equal(error.code, ERR_CONFLICT);
    assert_str(error.detail, "A has it");
}

static void fields_collect(void **state)
{
    (void)state;
    struct error error;
    char name[] = "lines.2.quantity";
    error_init(&error, unit_arena);
    assert_int_equal(error_check_fields(&error), OK);
    error_field(&error, str_from(name), "too_small", "must be at least %d", 1);
    name[0] = 'X';
    assert_int_equal(error_check_fields(&error), ERR_INVALID);
    assert_int_equal(error.code, ERR_INVALID);
    assert_str(error.fields[0].field, "lines.2.quantity");
    assert_str(error.fields[0].code, "too_small");
    assert_str(error.fields[0].message, "must be at least 1");
    for (int i = 0; i < 2 * ERROR_FIELD_MAX; i++) {
        error_field(&error, STR("x"), "required", "x");
    }
    assert_int_equal(error.field_count, ERROR_FIELD_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT_TEST(the_table_is_complete),
        UNIT_TEST(the_first_cause_stays),
        UNIT_TEST(fields_collect),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
