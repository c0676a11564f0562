/* Looks into an uploaded file before anybody maps it: headings, samples, the order of dates, and which field a heading
 * probably means. */
#include <sodium.h>
#include <string.h>

#include "engines/csv.h"
#include "engines/notation.h"
#include "engines/table.h"
#include "import_rules.h"

enum { SAMPLE_ROWS = 5, ORDER_ROWS = 2000 };

/* Words people write over columns, beside the fields' own names. */
static const struct {
    const char *word;
    const char *field;
} SYNONYMS[] = {
    {"account", "customer_id"},
    {"company", "customer_id"},
    {"公司", "customer_id"},
    {"公司名称", "name"},
    {"客户", "customer_id"},
    {"客户名称", "name"},
    {"sales agent", "owner_id"},
    {"owner", "owner_id"},
    {"负责人", "owner_id"},
    {"销售", "owner_id"},
    {"product", "product_id"},
    {"产品", "product_id"},
    {"deal stage", "stage_id"},
    {"stage", "stage_id"},
    {"阶段", "stage_id"},
    {"amount", "amount_minor"},
    {"金额", "amount_minor"},
    {"close value", "amount_minor"},
    {"mobile", "mobile"},
    {"手机号", "mobile"},
    {"手机", "mobile"},
    {"电话", "phone"},
    {"tel", "phone"},
    {"e-mail", "email"},
    {"邮箱", "email"},
    {"department", "department_id"},
    {"部门", "department_id"},
    {"上级", "manager_id"},
    {"manager", "manager_id"},
    {"industry", "industry"},
    {"sector", "industry"},
    {"行业", "industry"},
    {"地区", "region_id"},
    {"price", "price_minor"},
    {"单价", "price_minor"},
    {"date", "followed_at"},
    {"合同编号", "number"},
};

/* Lower case, separators as one space. */
static struct str plain_heading(struct arena *arena, struct str heading)
{
    struct str narrow = notation_narrow(arena, heading);
    char *copy = str_c(arena, narrow);
    for (size_t i = 0; i < narrow.len; i++) {
        bool upper = copy[i] >= 'A' && copy[i] <= 'Z';
        copy[i] = copy[i] == '_' || copy[i] == '-' ? ' ' : upper ? (char)(copy[i] + ('a' - 'A')) : copy[i];
    }
    return str_trim(str_n(copy, narrow.len));
}

static const struct field *guess_field(struct arena *arena, const struct import_kind *kind, struct str heading)
{
    struct str word = plain_heading(arena, heading);
    for (const struct field *field = kind->fields; field->name != NULL; field++) {
        bool same = str_eq(word, plain_heading(arena, str_from(field->name))) ||
                    str_eq(word, plain_heading(arena, str_from(field->zh))) ||
                    str_eq(word, plain_heading(arena, str_from(field->en)));
        if (same) {
            return field;
        }
    }
    for (size_t i = 0; i < sizeof SYNONYMS / sizeof SYNONYMS[0]; i++) {
        const struct field *field =
            str_eq_c(word, SYNONYMS[i].word) ? fields_find(kind->fields, str_from(SYNONYMS[i].field)) : NULL;
        if (field != NULL) {
            return field;
        }
    }
    return NULL;
}

static const char *order_word(const struct date_order_guess *guess)
{
    switch (date_order_decide(guess)) {
    case DATE_VERDICT_MDY:
        return "mdy";
    case DATE_VERDICT_DMY:
        return "dmy";
    case DATE_VERDICT_AMBIGUOUS:
        return "ambiguous";
    default:
        return "ymd";
    }
}

/* What the first rows tell of each column. */
struct columns {
    struct str *names;               /* headings */
    json_t **samples;                /* first values */
    struct date_order_guess *orders; /* of dates */
    size_t count;                    /* columns */
};

static enum err read_columns(struct arena *arena, struct table *table, struct columns *columns)
{
    struct table_row row;
    bool more = false;
    TRY(table_next(table, &row, &more));
    columns->count = more ? row.cell_count : 0;
    columns->names = ARENA_ARRAY(arena, struct str, columns->count + 1);
    columns->samples = ARENA_ARRAY(arena, json_t *, columns->count + 1);
    columns->orders = ARENA_ARRAY(arena, struct date_order_guess, columns->count + 1);
    for (size_t i = 0; i < columns->count; i++) {
        columns->names[i] = str_dup(arena, str_trim(csv_unguard(row.cells[i])));
        columns->samples[i] = json_keep(arena, json_array());
    }
    for (int r = 0; r < ORDER_ROWS && more; r++) {
        TRY(table_next(table, &row, &more));
        for (size_t i = 0; more && i < columns->count && i < row.cell_count; i++) {
            date_order_see(&columns->orders[i], row.cells[i]);
            if (row.cells[i].len > 0 && json_array_size(columns->samples[i]) < SAMPLE_ROWS) {
                json_array_append_new(columns->samples[i], json_str(str_slice(row.cells[i], 0, 200)));
            }
        }
    }
    return OK;
}

static struct str hash_headings(struct arena *arena, const struct columns *columns)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    char *hex = arena_alloc(arena, sizeof hash * 2 + 1);
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < columns->count; i++) {
        crypto_hash_sha256_update(&state, (const unsigned char *)columns->names[i].ptr, columns->names[i].len);
        crypto_hash_sha256_update(&state, (const unsigned char *)"\n", 1);
    }
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(hex, sizeof hash * 2 + 1, hash, sizeof hash);
    return str_from(hex);
}

static json_t *sheet_names(const struct table *table)
{
    const struct str *names;
    size_t count = table_sheets(table, &names);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_str(names[i]));
    }
    return list;
}

enum err import_inspect(struct request *request, const char *path, const struct import_kind *kind, json_t **format_out,
                        json_t **mapping_out, struct str *header_hash_out)
{
    struct arena *arena = request->arena;
    struct table *table;
    struct columns columns = {0};
    TRY(table_open_file(arena, path, request->error, &table));
    TRY(read_columns(arena, table, &columns));
    if (columns.count == 0) {
        return error_set(request->error, ERR_IMPORT_UNREADABLE, "The file is empty.");
    }
    json_t *list = json_array();
    json_t *guesses = json_array();
    for (size_t i = 0; i < columns.count; i++) {
        const struct field *field = guess_field(arena, kind, columns.names[i]);
        json_array_append_new(list,
                              json_pack("{s:I,s:o,s:O,s:s}", "index", (json_int_t)i, "name", json_str(columns.names[i]),
                                        "samples", columns.samples[i], "date_order", order_word(&columns.orders[i])));
        json_array_append_new(guesses, json_pack("{s:o,s:s}", "column", json_str(columns.names[i]), "field",
                                                 field == NULL ? "" : field->name));
    }
    struct table_format format = table_format(table);
    char delimiter[2] = {format.delimiter, '\0'};
    *format_out = json_keep(arena, json_pack("{s:s,s:s,s:s,s:o,s:o}", "kind", format.kind, "encoding", format.encoding,
                                             "delimiter", delimiter, "sheets", sheet_names(table), "columns", list));
    *mapping_out = json_keep(arena, json_pack("{s:o,s:{},s:s,s:[]}", "columns", guesses, "constants", "on_existing",
                                              "update", "create_missing"));
    *header_hash_out = hash_headings(arena, &columns);
    table_close(table);
    return OK;
}
