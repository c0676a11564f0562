/* SQL of the search by letters and digits. */
#include "customer_search_store.h"

#include "customer.h"
#include "engines/company_key.h"
#include "engines/pinyin.h"
#include "platform/object_search.h"
#include "platform/scope.h"

enum { LETTERS_MIN = 2, ENDING_MIN = 4, BEGINNING_MIN = 7, TEXT_MAX = 64 };

/* ---- what a text can be ---- */

static struct str without_blanks(struct arena *arena, struct str text)
{
    struct buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != ' ') {
            buf_add_char(&out, text.ptr[i]);
        }
    }
    return buf_str(&out);
}

/* Letters as they stand in initials; the legal form is not among them. No text when it is something else. */
static struct str letters_of(struct arena *arena, struct str text)
{
    static const char *const forms[] = {"gfyxgs", "yxzrgs", "yxgs", "gs"};
    struct str letters = text.len > TEXT_MAX ? (struct str){0} : pinyin_initials(arena, text);
    struct str plain = without_blanks(arena, text);
    bool has_letter = false;
    for (size_t i = 0; i < letters.len; i++) {
        has_letter = has_letter || (letters.ptr[i] >= 'a' && letters.ptr[i] <= 'z');
    }
    if (!has_letter || letters.len != plain.len || letters.len < LETTERS_MIN || str_chars(plain) != plain.len) {
        return (struct str){0};
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct str form = str_from(forms[i]);
        if (str_ends(letters, form) && letters.len >= form.len + LETTERS_MIN) {
            return str_slice(letters, 0, letters.len - form.len);
        }
    }
    return letters;
}

/* Digits of a text that is a number or a piece of one. */
static struct str digits_of(struct arena *arena, struct str text)
{
    struct buf out;
    buf_init(&out, arena);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c >= '0' && c <= '9') {
            buf_add_char(&out, c);
        } else if (c != ' ' && c != '-' && c != '+' && c != '(' && c != ')') {
            return (struct str){0};
        }
    }
    return text.len > TEXT_MAX || out.len < ENDING_MIN ? (struct str){0} : buf_str(&out);
}

static struct str backwards(struct arena *arena, struct str text)
{
    char *out = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        out[i] = text.ptr[text.len - 1 - i];
    }
    return str_n(out, text.len);
}

static struct value like(struct arena *arena, const char *before, struct str text)
{
    return V(str_format(arena, "%s%.*s%%", before, STR_ARG(text)));
}

/* ---- digits ---- */

/* Names of the numbers of an object that the user may read, as "('phone', 'mobile')"; false when there is none. */
static bool add_fields(const struct request *request, struct query *query, const struct object *object)
{
    const char *word = " AND p.field IN (";
    bool found = false;
    for (const struct field *field = object_fields(object); field->name != NULL; field++) {
        if (field->type == FIELD_PHONE && scope_field_access(request, object, field->name) >= FIELD_ACCESS_READ) {
            query_sql(query, word);
            query_arg(query, V(field->name));
            word = ", ";
            found = true;
        }
    }
    query_sql(query, found ? ")" : " AND FALSE");
    return found;
}

static bool may_read_numbers(const struct request *request, const struct object *object)
{
    struct query ignored;
    query_init(&ignored, request->arena);
    return identity_can(request->user, object->view) && add_fields(request, &ignored, object);
}

/* "SELECT … FROM phone_digits …" by the beginning or by the end; `out` is the column wanted. */
static void add_numbers(const struct request *request, struct query *query, const struct object *object,
                        const char *column, const char *out, struct value pattern)
{
    query_sql(query, "SELECT p.");
    query_sql(query, out);
    query_sql(query, " AS id FROM phone_digits p");
    if (object == &CONTACT) {
        query_sql(query, " JOIN contact k ON k.id = p.record_id AND k.deleted_at IS NULL");
    }
    query_sql(query, " WHERE p.");
    query_sql(query, column);
    query_sql(query, " LIKE ");
    query_arg(query, pattern);
    query_sql(query, " AND p.object = ");
    query_arg(query, V(object->name));
    add_fields(request, query, object);
    if (object == &CONTACT) {
        query_sql(query, " AND ");
        scope_predicate(query, request, &CONTACT, "k", false);
    }
}

/* One way to find numbers. */
struct way {
    const struct object *object; /* whose */
    const char *out;             /* column wanted: the record's or the customer's id */
    const char *column;          /* digits, or reversed */
    struct value pattern;        /* LIKE */
};
enum { WAYS_MAX = 4 };

/* The ways a text finds numbers of these objects. */
static size_t ways_of(const struct request *request, const struct object *wanted, struct str text,
                      struct way ways[WAYS_MAX])
{
    const struct object *const sources[] = {&CUSTOMER, &CONTACT};
    struct str digits = digits_of(request->arena, text);
    size_t count = 0;
    for (size_t i = 0; digits.len > 0 && i < sizeof sources / sizeof sources[0]; i++) {
        bool meant = sources[i] == wanted || wanted == &CUSTOMER;
        if (!meant || !may_read_numbers(request, sources[i])) {
            continue;
        }
        const char *out = sources[i] == wanted ? "record_id" : "customer_id";
        struct str key = phone_digits(request->arena, text);
        ways[count++] =
            (struct way){sources[i], out, "reversed", like(request->arena, "", backwards(request->arena, digits))};
        if (digits.len >= BEGINNING_MIN && key.len >= BEGINNING_MIN) {
            ways[count++] = (struct way){sources[i], out, "digits", like(request->arena, "", key)};
        }
    }
    return count;
}

static void match_numbers(const struct request *request, struct query *query, const struct object *object,
                          struct str text)
{
    struct way ways[WAYS_MAX];
    size_t count = ways_of(request, object, text, ways);
    for (size_t i = 0; i < count; i++) {
        query_sql(query, " OR t.id IN (");
        add_numbers(request, query, ways[i].object, ways[i].column, ways[i].out, ways[i].pattern);
        query_sql(query, ")");
    }
}

static enum err number_ids(struct request *request, struct query *query, const struct object *object, struct str text,
                           bool *few_out)
{
    struct way ways[WAYS_MAX];
    size_t count = ways_of(request, object, text, ways);
    for (size_t i = 0; i < count && *few_out; i++) {
        struct query found;
        query_init(&found, request->arena);
        add_numbers(request, &found, ways[i].object, ways[i].column, ways[i].out, ways[i].pattern);
        TRY(search_add_few(request, query, &found, few_out));
    }
    return OK;
}

/* ---- letters ---- */

static struct query select_letters(struct request *request, struct str gram)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, gram.len == LETTERS_MIN ? "SELECT DISTINCT i.customer_id AS id FROM customer_initial i "
                                                "WHERE i.gram LIKE "
                                              : "SELECT i.customer_id AS id FROM customer_initial i WHERE i.gram = ");
    query_arg(&query, gram.len == LETTERS_MIN ? like(request->arena, "", gram) : V(gram));
    return query;
}

/* The customers with the rarest three letters of the text; two letters alone find those that go on in any way. */
static enum err letter_ids(struct request *request, struct query *query, struct str letters, bool *few_out)
{
    int64_t fewest = SEARCH_COMMON;
    struct query best = select_letters(request, letters);
    size_t width = letters.len < 3 ? letters.len : 3;
    for (size_t at = 0; at + width <= letters.len && fewest > 0; at++) {
        int64_t count = 0;
        struct query found = select_letters(request, str_slice(letters, at, at + width));
        TRY(search_count_few(request, &found, &count));
        if (count < fewest) {
            fewest = count;
            best = found;
        }
    }
    *few_out = fewest < SEARCH_COMMON;
    if (*few_out) {
        search_add_ids(query, &best);
    }
    return OK;
}

/* ---- the hooks ---- */

void customer_search_match(const struct request *request, struct query *query, struct str text)
{
    struct str letters = letters_of(request->arena, text);
    if (letters.len > 0 && scope_field_access(request, &CUSTOMER, "name") >= FIELD_ACCESS_READ) {
        query_sql(query, " OR t.initials LIKE ");
        query_arg(query, like(request->arena, "%", letters));
    }
    match_numbers(request, query, &CUSTOMER, text);
}

enum err customer_search_ids(struct request *request, struct query *query, struct str text, bool *few_out)
{
    struct str letters = letters_of(request->arena, text);
    if (letters.len > 0 && scope_field_access(request, &CUSTOMER, "name") >= FIELD_ACCESS_READ) {
        TRY(letter_ids(request, query, letters, few_out));
    }
    return *few_out ? number_ids(request, query, &CUSTOMER, text, few_out) : OK;
}

void contact_search_match(const struct request *request, struct query *query, struct str text)
{
    match_numbers(request, query, &CONTACT, text);
}

enum err contact_search_ids(struct request *request, struct query *query, struct str text, bool *few_out)
{
    return number_ids(request, query, &CONTACT, text, few_out);
}
