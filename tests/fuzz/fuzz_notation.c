/* Fuzzes the notations: any text is a value or a fault; values are in range and read back from their plain form. */
#include <assert.h>

#include "engines/notation.h"
#include "platform/arena.h"

static void check_date(struct arena *arena, struct str text, enum date_order order)
{
    struct date date;
    struct date again;
    struct instant instant;

    if (notation_date(text, order, &date) == NOTATION_OK) {
        assert(notation_date(date_format(arena, date), order, &again) == NOTATION_OK && again.days == date.days);
        assert(date_compare(date, date_of(1000, 1, 1)) >= 0 && date_compare(date, date_of(9999, 12, 31)) <= 0);
    }
    (void)notation_instant(text, order, "America/New_York", &instant);
}

static void check_numbers(struct arena *arena, struct str text, struct number_style style)
{
    struct number_style plain = {0};
    int64_t value = 0;
    int64_t again = 0;
    struct money money;

    if (notation_integer(text, style, &value) == NOTATION_OK && value != INT64_MIN) {
        struct str written = str_format(arena, "%lld", (long long)value);
        assert(notation_integer(written, plain, &again) == NOTATION_OK && again == value);
    }
    if (notation_money(text, style, &money) == NOTATION_OK) {
        int64_t size = money.minor < 0 ? -money.minor : money.minor;
        struct str written = str_format(arena, "%s%lld.%02lld", money.minor < 0 ? "-" : "", (long long)(size / 100),
                                        (long long)(size % 100));
        assert(notation_money(written, plain, &money) == NOTATION_OK && (money.minor == size || money.minor == -size));
    }
    (void)notation_ppm(text, style, true, &value);
    (void)notation_ppm(text, style, false, &value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_n((const char *)data, size);
    struct arena *arena = arena_create((size_t)16 << 20);
    struct date_order_guess guess = {0};
    struct date date;
    struct str phone;
    struct str again;
    int second = 0;
    bool truth = false;

    for (int order = DATE_ORDER_UNKNOWN; order <= DATE_ORDER_DMY; order++) {
        check_date(arena, text, (enum date_order)order);
    }
    for (int style = 0; style < 4; style++) {
        check_numbers(arena, text, (struct number_style){.decimal_comma = style & 1, .round = style & 2});
    }
    date_order_see(&guess, text);
    assert(guess.dates + guess.others <= 1);
    if (notation_serial(text, false, &date, &second) == NOTATION_OK) {
        assert(second >= 0 && second < 86400);
    }
    (void)notation_bool(text, &truth);
    if (notation_phone(arena, text, &phone) == NOTATION_OK) {
        assert(phone.len >= 5 && notation_phone(arena, phone, &again) == NOTATION_OK && str_eq(phone, again));
    }
    arena_destroy(arena);
    return 0;
}
