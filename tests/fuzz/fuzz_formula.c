/* Fuzzes the formula language and the patterns of texts: whatever is written parses or is refused with a place inside
 * of it, and what parses has a value of its type, or none, for filled and for empty records. */
#include <assert.h>
#include <string.h>

#include "engines/formula.h"
#include "engines/pattern.h"

static enum formula_type find(void *context, struct str name)
{
    (void)context;
    return str_starts(name, STR("n"))   ? FORMULA_NUMBER
           : str_starts(name, STR("t")) ? FORMULA_TEXT
           : str_starts(name, STR("d")) ? FORMULA_DATE
           : str_starts(name, STR("b")) ? FORMULA_BOOLEAN
                                        : FORMULA_EMPTY;
}

static struct formula_value value_of(enum formula_type type, size_t index)
{
    static const int64_t numbers[] = {0, 1, -1, 123456789, 8999999999999999999, -8999999999999999999};
    return (struct formula_value){.type = type,
                                  .number = numbers[index % 6],
                                  .text = index % 2 == 0 ? STR("客户 a") : STR(""),
                                  .date = date_of(index % 2 == 0 ? 1000 : 9999, 12, 31),
                                  .boolean = index % 2 == 0};
}

static void calculate(struct arena *arena, const struct formula *formula, bool empty)
{
    struct formula_value values[FORMULA_NAMES_MAX] = {0};
    const char *fault = NULL;
    for (size_t i = 0; i < formula->name_count && !empty; i++) {
        values[i] = value_of(find(NULL, formula->names[i]), i);
    }
    struct formula_value value = formula_calc(arena, formula, values, date_of(2026, 3, 31), &fault);
    assert(value.type == FORMULA_EMPTY || value.type == formula->root->type);
    assert(value.type == FORMULA_EMPTY || fault == NULL);
    assert(value.type != FORMULA_NUMBER || (value.number < FORMULA_LIMIT && value.number > -FORMULA_LIMIT));
    assert(value.type != FORMULA_TEXT || str_chars(value.text) <= FORMULA_TEXT_MAX);
    for (int scale = 0; value.type == FORMULA_NUMBER && scale <= 6; scale++) {
        (void)formula_units(value.number, scale);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create((size_t)256 << 20);
    struct str text = str_n((const char *)data, size);
    struct formula *formula = NULL;
    struct formula_fault fault;
    if (!str_is_utf8(text)) {
        arena_destroy(arena);
        return 0;
    }
    if (formula_parse(arena, text, find, NULL, &formula, &fault)) {
        calculate(arena, formula, false);
        calculate(arena, formula, true);
    } else {
        assert(fault.code != NULL && fault.message.len > 0);
        assert(fault.position <= size && fault.position + fault.length <= size + 1);
    }
    size_t half = size / 2;
    const struct pattern *pattern = pattern_parse(arena, str_slice(text, 0, half));
    if (pattern != NULL) {
        (void)pattern_matches(arena, pattern, str_slice(text, half, size));
    }
    arena_destroy(arena);
    return 0;
}
