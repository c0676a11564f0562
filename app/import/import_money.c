/* In which currency the amounts of a row are. */
#include "import_money.h"

#include "engines/currency.h"
#include "import_store.h"
#include "platform/company.h"

enum { USUAL_DIGITS = 2 };

/* As it is kept: the field makes capitals when the record is written. */
static struct str capitals(struct arena *arena, struct str text)
{
    char *copy = str_c(arena, text);
    for (size_t i = 0; i < text.len; i++) {
        copy[i] -= copy[i] >= 'a' && copy[i] <= 'z' ? 'a' - 'A' : 0;
    }
    return str_n(copy, text.len);
}

enum err import_money_prepare(struct run *run)
{
    TRY(company_currency(run->request->db, run->request->arena, &run->currency));
    if (currency_digits(run->currency) != USUAL_DIGITS) {
        run->odd_digits = true;
        return OK;
    }
    /* What is in another currency needs a rate of it. */
    struct str *foreign;
    size_t count;
    TRY(import_store_rated(run->request, &foreign, &count));
    for (size_t i = 0; i < count; i++) {
        run->odd_digits = run->odd_digits || currency_digits(foreign[i]) != USUAL_DIGITS;
    }
    return OK;
}

int import_money_own_digits(const struct run *run)
{
    return currency_digits(run->currency);
}

static enum err of_record(struct run *run, const char *object_name, int64_t id, struct str *currency)
{
    const struct object *object = object_find(object_name);
    return object == NULL || id == 0 ? OK : import_store_currency_of(run->request, object, id, currency);
}

/* The record that the key finds; 0: none, or it cannot be told yet. */
static enum err existing(struct run *run, const json_t *body, int64_t *id_out)
{
    struct str key = json_get_str(run->mapping, "key");
    const struct field *field = key.len == 0 ? NULL : fields_find(run->kind.fields, key);
    const json_t *member = field == NULL ? NULL : json_object_get(body, field->name);
    int64_t ids[2] = {0};
    size_t count = 0;
    if (field == NULL || !json_is_string(member)) {
        return OK;
    }
    struct str text = str_from(json_string_value(member));
    TRY(import_store_find_key(run->request, run->kind.object, field->name, V(text), ids, &count));
    *id_out = count == 1 ? ids[0] : 0;
    return OK;
}

enum err import_money_digits(struct run *run, const json_t *body, int *out)
{
    const struct object *object = run->kind.object;
    *out = object == NULL ? USUAL_DIGITS : currency_digits(run->currency);
    if (!run->odd_digits || object == NULL || fields_find(object_fields(object), STR("currency")) == NULL) {
        return OK;
    }
    struct str named = json_get_str(body, "currency");
    named = named.len > 0 ? named : json_get_str(json_object_get(run->mapping, "constants"), "currency");
    struct str currency = run->currency;
    if (named.len > 0) {
        currency = capitals(run->request->arena, named);
    } else {
        int64_t id = 0;
        TRY(existing(run, body, &id));
        TRY(of_record(run, "contract", json_get_int(body, "contract_id", 0), &currency));
        TRY(of_record(run, "payment", json_get_int(body, "payment_id", 0), &currency));
        TRY(of_record(run, object->name, id, &currency));
    }
    *out = currency_digits(currency);
    return OK;
}
