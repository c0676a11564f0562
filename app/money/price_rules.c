/* Price books with their entries, and discount authority by role. */
#include "price_rules.h"

#include "money.h"
#include "platform/object_store.h"

enum { ENTRIES_MAX = 2000, DEPARTMENTS_MAX = 200, PPM_ONE = 1000000 };

static const struct field BOOK_FIELDS[] = {
    {.name = "name",
     .zh = "价格表",
     .en = "Price book",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE,
     .about = "shown"},
    {.name = "currency",
     .zh = "币种",
     .en = "Currency",
     .type = FIELD_CURRENCY,
     .min = 3,
     .max = 3,
     .flags = FIELD_REQUIRED | FIELD_CREATE_ONLY,
     .about = "of its prices"},
    {.name = "is_active", .zh = "启用", .en = "Active", .type = FIELD_BOOL, .about = "offered for new quotes"},
    OBJECT_REMARK_FIELD,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};
static const struct field ENTRY_FIELDS[] = {
    {.name = "product_id", .type = FIELD_REF, .ref = "product", .flags = FIELD_REQUIRED, .about = "of which product"},
    {.name = "product_name", .type = FIELD_TEXT, .about = "its name; in answers"},
    {.name = "price_minor",
     .type = FIELD_MONEY,
     .min = 0,
     .max = MONEY_MAX,
     .flags = FIELD_REQUIRED,
     .about = "list price"},
    {.name = "floor_minor",
     .type = FIELD_MONEY,
     .min = 0,
     .max = MONEY_MAX,
     .flags = FIELD_NULLABLE,
     .about = "lowest price, at most the list price; null: none"},
    {.name = "from_on", .type = FIELD_DATE, .flags = FIELD_NULLABLE, .about = "first day; null: since ever"},
    {.name = "until_on", .type = FIELD_DATE, .flags = FIELD_NULLABLE, .about = "last day; null: for ever"},
    FIELD_END,
};
static const struct field BOOK_EXTRA[] = {
    {.name = "entries",
     .type = FIELD_LIST,
     .fields = ENTRY_FIELDS,
     .max = ENTRIES_MAX,
     .about = "replaces all prices when given; with one record"},
    {.name = "department_ids",
     .type = FIELD_LIST,
     .item = FIELD_INT,
     .max = DEPARTMENTS_MAX,
     .about = "who may use it, departments below included; none: everybody; with one record"},
    FIELD_END,
};

bool money_line_amount(int64_t quantity_milli, int64_t unit_minor, int64_t *out)
{
    struct money amount;
    bool fits = unit_minor <= MONEY_MAX && money_mul_ppm((struct money){unit_minor}, quantity_milli * 1000, &amount) &&
                amount.minor <= MONEY_MAX;
    *out = fits ? amount.minor : 0;
    return fits;
}

void money_set_margin(struct record_change *change)
{
    int64_t ppm = 0;
    int64_t net = change_after(change, "amount_minor").integer - change_after(change, "tax_minor").integer;
    int64_t margin = net - change_after(change, "cost_minor").integer;
    change_set(change, "margin_minor", V(margin));
    change_set(change, "margin_ppm", ratio_ppm(margin, net, &ppm) ? V(ppm) : value_null());
}

static const json_t *member(const struct record_change *change, const char *name)
{
    return change->body == NULL ? NULL : json_object_get(change->body, name);
}

static void refuse(struct request *request, const char *list, size_t index, const char *name, const char *code,
                   const char *text)
{
    error_field(request->error, str_format(request->arena, "%s.%zu.%s", list, index, name), code, "%s", text);
}

static enum err read_entry(struct request *request, const json_t *item, size_t index, struct price_entry *out)
{
    struct price price;
    *out = (struct price_entry){
        .product_id = json_get_int(item, "product_id", 0),
        .price_minor = json_get_int(item, "price_minor", 0),
        .floor_minor = json_get_opt_int(item, "floor_minor"),
        .from_on = json_get_opt_date(item, "from_on"),
        .until_on = json_get_opt_date(item, "until_on"),
    };
    enum err err =
        price_store_find(request->db, request->arena, (struct opt_int){0}, out->product_id, request->today, &price);
    if (err == ERR_NOT_FOUND) {
        refuse(request, "entries", index, "product_id", "no_such_record", "There is no such product.");
        return OK;
    }
    TRY(err);
    if (out->floor_minor.set && out->floor_minor.value > out->price_minor) {
        refuse(request, "entries", index, "floor_minor", "too_large", "The floor is above the price.");
    }
    if (out->from_on.set && out->until_on.set && date_compare(out->until_on.value, out->from_on.value) < 0) {
        refuse(request, "entries", index, "until_on", "too_small", "The last day is before the first.");
    }
    return OK;
}

static bool overlap(const struct price_entry *a, const struct price_entry *b)
{
    bool a_before = a->until_on.set && b->from_on.set && date_compare(a->until_on.value, b->from_on.value) < 0;
    bool b_before = b->until_on.set && a->from_on.set && date_compare(b->until_on.value, a->from_on.value) < 0;
    return a->product_id == b->product_id && !a_before && !b_before;
}

static enum err read_entries(struct request *request, const json_t *list, struct price_entry **out)
{
    size_t index;
    json_t *item;
    struct price_entry *entries = ARENA_ARRAY(request->arena, struct price_entry, json_array_size(list) + 1);
    json_array_foreach (list, index, item) {
        TRY(read_entry(request, item, index, &entries[index]));
        for (size_t i = 0; i < index; i++) {
            if (overlap(&entries[i], &entries[index])) {
                refuse(request, "entries", index, "product_id", "duplicate",
                       "A line above has a price of this product for the same days.");
                break;
            }
        }
    }
    *out = entries;
    return error_check_fields(request->error);
}

static enum err check_departments(struct request *request, const json_t *list)
{
    static const struct field department = {.name = "department_id", .type = FIELD_REF, .ref = "department"};
    size_t index;
    json_t *item;
    json_array_foreach (list, index, item) {
        bool ok = false;
        TRY(object_store_reference_ok(request, &department, json_integer_value(item), true, false, &ok));
        if (!ok) {
            error_field(request->error, str_format(request->arena, "department_ids.%zu", index), "no_such_record",
                        "There is no such department.");
        }
    }
    return error_check_fields(request->error);
}

static enum err prepare_book(struct request *request, struct record_change *change)
{
    struct price_entry *entries;
    TRY(check_departments(request, member(change, "department_ids")));
    return read_entries(request, member(change, "entries"), &entries);
}

static enum err book_saved(struct request *request, const struct record_change *change)
{
    const json_t *entries = member(change, "entries");
    const json_t *departments = member(change, "department_ids");
    if (entries != NULL) {
        struct price_entry *rows;
        TRY(read_entries(request, entries, &rows));
        TRY(price_store_replace_entries(request->db, request->arena, change->id, rows, json_array_size(entries)));
    }
    if (departments == NULL) {
        return OK;
    }
    size_t count = json_array_size(departments);
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = json_integer_value(json_array_get(departments, i));
    }
    return price_store_replace_departments(request->db, request->arena, change->id, ids, count);
}

static enum err complete_book(struct request *request, int64_t id, json_t *record)
{
    struct price_entry *rows;
    int64_t *departments;
    size_t count;
    size_t department_count;
    TRY(price_store_entries(request->db, request->arena, id, &rows, &count));
    TRY(price_store_departments(request->db, request->arena, id, &departments, &department_count));
    json_t *list = json_array();
    json_t *ids = json_array();
    json_object_set_new(record, "entries", list);
    json_object_set_new(record, "department_ids", ids);
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_pack("{s:I,s:o,s:I,s:o,s:o,s:o}", "product_id", (json_int_t)rows[i].product_id,
                                              "product_name", json_str(rows[i].product_name), "price_minor",
                                              (json_int_t)rows[i].price_minor, "floor_minor",
                                              json_opt_int(rows[i].floor_minor), "from_on",
                                              json_opt_date(request->arena, rows[i].from_on), "until_on",
                                              json_opt_date(request->arena, rows[i].until_on)));
    }
    for (size_t i = 0; i < department_count; i++) {
        json_array_append_new(ids, json_integer(departments[i]));
    }
    return OK;
}

const struct object PRICE_BOOK = {
    .name = "price_book",
    .zh = "价格表",
    .en = "Price book",
    .plural = "price-books",
    .table = "price_book",
    .fields = BOOK_FIELDS,
    .view = PERM_QUOTE_VIEW,
    .create = PERM_PRICE_BOOK_EDIT,
    .edit = PERM_PRICE_BOOK_EDIT,
    .remove = PERM_PRICE_BOOK_EDIT,
    .export = PERM_PRICE_BOOK_EDIT,
    .import = PERM_PRICE_BOOK_EDIT,
    .transfer = PERM_PRICE_BOOK_EDIT,
    .default_sort = "name",
    .flags = OBJECT_DIRECTORY,
    .prepare = prepare_book,
    .saved = book_saved,
    .complete = complete_book,
    .extra_body = BOOK_EXTRA,
    .extra_answer = BOOK_EXTRA,
};

/* ---- who may discount how much ---- */

static const struct field AUTHORITY_FIELDS[] = {
    {.name = "name",
     .zh = "名称",
     .en = "Name",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE,
     .about = "shown"},
    {.name = "role_id",
     .zh = "角色",
     .en = "Role",
     .type = FIELD_REF,
     .ref = "role",
     .flags = FIELD_REQUIRED,
     .about = "whose right it is; one row a role"},
    {.name = "max_discount_ppm",
     .zh = "最大折扣",
     .en = "Largest discount",
     .type = FIELD_PPM,
     .min = 0,
     .max = PPM_ONE,
     .flags = FIELD_REQUIRED,
     .about = "off the list prices"},
    {.name = "may_go_below_floor",
     .zh = "可低于底价",
     .en = "Below the floor",
     .type = FIELD_BOOL,
     .about = "prices below the floor are within the right"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

static enum err prepare_authority(struct request *request, struct record_change *change)
{
    bool taken = false;
    if (change->action == RECORD_DELETE) {
        return OK;
    }
    TRY(price_store_role_taken(request->db, request->arena, change_after(change, "role_id").integer, change->id,
                               &taken));
    if (taken) {
        error_field(request->error, STR("role_id"), "duplicate", "This role has its right already.");
    }
    return error_check_fields(request->error);
}

const struct object DISCOUNT_AUTHORITY = {
    .name = "discount_authority",
    .zh = "折扣权限",
    .en = "Discount authority",
    .plural = "discount-authorities",
    .table = "discount_authority",
    .fields = AUTHORITY_FIELDS,
    .view = PERM_DISCOUNT_AUTHORITY_EDIT,
    .create = PERM_DISCOUNT_AUTHORITY_EDIT,
    .edit = PERM_DISCOUNT_AUTHORITY_EDIT,
    .remove = PERM_DISCOUNT_AUTHORITY_EDIT,
    .export = PERM_DISCOUNT_AUTHORITY_EDIT,
    .import = PERM_DISCOUNT_AUTHORITY_EDIT,
    .transfer = PERM_DISCOUNT_AUTHORITY_EDIT,
    .default_sort = "name",
    .flags = OBJECT_DIRECTORY,
    .prepare = prepare_authority,
};

enum err discount_right_of(const struct request *request, struct discount_right *out)
{
    *out = (struct discount_right){.limited = false};
    if (request->user == NULL || request->user->is_admin) {
        return OK;
    }
    return price_store_right(request->db, request->arena, request->user->user_id, out);
}
