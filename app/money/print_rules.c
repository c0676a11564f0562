/* Printing: templates are text with placeholders that are known (docs/adr/print-templates.md), the seal is a picture
 * and nothing else, and what is printed is written down. */
#include "print_rules.h"

#include "engines/print_template.h"
#include "platform/audit.h"
#include "platform/scope.h"
#include "print_store.h"

enum { BODY_MAX = 20000, SEAL_MAX = 400 * 1024 };

const struct option PRINT_OBJECTS[] = {
    {"contract", "合同", "Contract"}, {"quote", "报价单", "Quote"}, {"payment", "回款", "Payment"}, {NULL, NULL, NULL}};
static const struct option LANGUAGES[] = {{"zh-CN", "中文", "Chinese"}, {"en", "英文", "English"}, {NULL, NULL, NULL}};

/* What may stand in braces, whatever is printed: what a record does not have stays empty. */
static const char *const PLACEHOLDERS[] = {
    "number",        "name",         "date",        "company",   "customer_name", "owner_name",
    "contract_name", "remark",       "amount",      "currency",  "discount",      "tax",
    "tax_rate",      "amount_words", "valid_until", "signed_on", "starts_on",     "ends_on",
    "received_on",   "method",       "seal",        NULL};

static const struct field FIELDS[] = {
    {.name = "name",
     .zh = "名称",
     .en = "Name",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE,
     .about = "shown"},
    {.name = "object",
     .zh = "单据",
     .en = "Document",
     .type = FIELD_ENUM,
     .options = PRINT_OBJECTS,
     .flags = FIELD_REQUIRED,
     .about = "what is printed by it"},
    {.name = "language",
     .zh = "语言",
     .en = "Language",
     .type = FIELD_ENUM,
     .options = LANGUAGES,
     .flags = FIELD_REQUIRED,
     .about = "of headings, dates and amounts"},
    {.name = "body",
     .zh = "内容",
     .en = "Content",
     .type = FIELD_LONG_TEXT,
     .max = BODY_MAX,
     .flags = FIELD_REQUIRED | FIELD_HIDDEN_IN_LIST,
     .about =
         "text: # title, ## heading, --- rule, left || right, {{placeholder}}, {{lines name quantity price amount}}"},
    {.name = "is_active", .zh = "启用", .en = "In use", .type = FIELD_BOOL, .about = "offered when printing"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static enum err prepare_template(struct request *request, struct record_change *change)
{
    struct str bad;
    if (change->action == RECORD_DELETE || change->action == RECORD_RESTORE) {
        return OK;
    }
    struct value body = change_after(change, "body");
    if (body.type == VALUE_TEXT && !print_template_check(body.text, PLACEHOLDERS, &bad)) {
        error_field(request->error, STR("body"), "unknown_placeholder", "{{%.*s}} is no placeholder.",
                    (int)(bad.len < 60 ? bad.len : 60), bad.ptr);
    }
    return error_check_fields(request->error);
}

const struct object PRINT_TEMPLATE = {
    .name = "print_template",
    .zh = "打印模板",
    .en = "Print template",
    .plural = "print-templates",
    .table = "print_template",
    .fields = FIELDS,
    .view = PERMISSION_SIGNED_IN,
    .create = PERM_PRINT_TEMPLATE_EDIT,
    .edit = PERM_PRINT_TEMPLATE_EDIT,
    .remove = PERM_PRINT_TEMPLATE_EDIT,
    .export = PERM_PRINT_TEMPLATE_EDIT,
    .import = PERM_PRINT_TEMPLATE_EDIT,
    .transfer = PERM_PRINT_TEMPLATE_EDIT,
    .default_sort = "name",
    .flags = OBJECT_DIRECTORY,
    .prepare = prepare_template,
};

static bool is_printed(struct str name)
{
    for (size_t i = 0; PRINT_OBJECTS[i].value != NULL; i++) {
        if (str_eq_c(name, PRINT_OBJECTS[i].value)) {
            return true;
        }
    }
    return false;
}

/* The kind of a record that the user may see. */
static enum err may_see(struct request *request, struct str name, int64_t id, int64_t *version_out)
{
    struct value *values;
    if (!is_printed(name)) {
        error_field(request->error, STR("object"), "not_an_option", "Contracts, quotes and payments are printed.");
        return error_check_fields(request->error);
    }
    const struct object *object = object_find(str_c(request->arena, name));
    if (!identity_can(request->user, object->view)) {
        return error_set(request->error, ERR_FORBIDDEN, "This needs the right %s.", permission_key(object->view));
    }
    return record_load(request, object, id, false, &values, version_out);
}

enum err print_record(struct request *request, const json_t *body)
{
    struct print_template_row row;
    int64_t version = 0;
    int64_t record_id = json_get_int(body, "record_id", 0);
    struct str object = json_get_str(body, "object");
    TRY(may_see(request, object, record_id, &version));
    enum err err = print_store_template(request->db, request->arena, json_get_int(body, "template_id", 0), &row);
    if (err == ERR_NOT_FOUND || (err == OK && !str_eq(row.object, object))) {
        error_field(request->error, STR("template_id"), "no_such_record", "There is no such template for it.");
        return error_check_fields(request->error);
    }
    TRY(err);
    return print_store_log(request, &row, record_id, version, json_get_bool(body, "with_prices", true));
}

enum err print_list(struct request *request, struct str object, int64_t record_id, json_t **out)
{
    struct print_row *rows;
    size_t count;
    int64_t version = 0;
    TRY(may_see(request, object, record_id, &version));
    TRY(print_store_list(request->db, request->arena, object, record_id, &rows, &count));
    *out = json_keep(request->arena, json_array());
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(*out,
                              json_pack("{s:I,s:I,s:o,s:b,s:o,s:o}", "id", (json_int_t)rows[i].id, "record_version",
                                        (json_int_t)rows[i].record_version, "template_name",
                                        json_str(rows[i].template_name), "with_prices", rows[i].with_prices ? 1 : 0,
                                        "printed_at", json_instant(request->arena, rows[i].printed_at),
                                        "printed_by_name", json_str(rows[i].printed_by)));
    }
    return OK;
}

enum err seal_get(struct request *request, json_t **out)
{
    struct str image = {0};
    enum err err = print_store_seal(request->db, request->arena, &image);
    *out = err == OK ? json_str(image) : json_null();
    return err == ERR_NOT_FOUND ? OK : err;
}

/* A PNG or JPEG picture in base64, and nothing behind it. */
static bool is_picture(struct str image)
{
    static const char *const kinds[] = {"data:image/png;base64,iVBORw0KGgo", "data:image/jpeg;base64,/9j/"};
    bool known = str_starts(image, str_from(kinds[0])) || str_starts(image, str_from(kinds[1]));
    size_t comma = 0;
    while (comma < image.len && image.ptr[comma] != ',') {
        comma++;
    }
    for (size_t i = comma + 1; known && i < image.len; i++) {
        char c = image.ptr[i];
        known = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
                (c == '=' && i + 2 >= image.len);
    }
    return known;
}

enum err seal_set(struct request *request, const json_t *body)
{
    struct str image = json_get_str(body, "image");
    json_t *changes = json_keep(request->arena, json_pack("{s:[n,b]}", "seal", image.len > 0 ? 1 : 0));
    TRY(audit_write(request, "company", 1, "update", 0, changes, (struct str){0}));
    if (image.len == 0) {
        return print_store_drop_seal(request);
    }
    if (image.len > SEAL_MAX || !is_picture(image)) {
        error_field(request->error, STR("image"), image.len > SEAL_MAX ? "too_large" : "not_a_picture",
                    "A PNG or JPEG picture of at most 300 KB.");
        return error_check_fields(request->error);
    }
    return print_store_set_seal(request, image);
}
