/* Currencies. */
#include "engines/currency.h"

#include <stddef.h>

enum { USUAL_DIGITS = 2 };

int currency_digits(struct str currency)
{
    static const struct {
        const char *code;
        int digits;
    } unusual[] = {{"JPY", 0}, {"KRW", 0}, {"VND", 0}, {"CLP", 0}, {"ISK", 0},
                   {"KWD", 3}, {"BHD", 3}, {"OMR", 3}, {"TND", 3}};
    for (size_t i = 0; i < sizeof unusual / sizeof unusual[0]; i++) {
        if (str_eq_c(currency, unusual[i].code)) {
            return unusual[i].digits;
        }
    }
    return USUAL_DIGITS;
}

bool currency_convert(int64_t minor, int digits, int64_t rate_nano, int to_digits, int64_t *out)
{
    struct money result;
    int64_t part = rate_nano;
    int64_t whole = CURRENCY_RATE_ONE;
    for (int i = digits; i < to_digits; i++) {
        part *= 10; /* rates are at most 10^15: this fits */
    }
    for (int i = to_digits; i < digits; i++) {
        whole *= 10;
    }
    if (!money_mul_ratio((struct money){minor}, part, whole, &result)) {
        return false;
    }
    *out = result.minor;
    return true;
}
