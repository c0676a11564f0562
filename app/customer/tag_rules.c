/* Tags: words people stick on customers. Everybody sees them all; whoever may edit them decides which there are. */
#include "customer.h"

#include "tag_store.h"

static const struct option OBJECTS[] = {{"customer", "客户", "Customer"}, {NULL, NULL, NULL}};
static const struct option COLORS[] = {
    {"neutral", "灰", "Grey"},   {"primary", "蓝", "Blue"}, {"info", "青", "Cyan"}, {"success", "绿", "Green"},
    {"warning", "橙", "Orange"}, {"danger", "红", "Red"},   {NULL, NULL, NULL},
};
static const struct field FIELDS[] = {
    {.name = "name",
     .zh = "标签名称",
     .en = "Tag",
     .type = FIELD_TEXT,
     .max = 50,
     .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE,
     .about = "shown"},
    {.name = "object",
     .zh = "用于",
     .en = "For",
     .type = FIELD_ENUM,
     .options = OBJECTS,
     .flags = FIELD_CREATE_ONLY | FIELD_HIDDEN_IN_LIST,
     .about = "on which records"},
    {.name = "color", .zh = "颜色", .en = "Colour", .type = FIELD_ENUM, .options = COLORS, .about = "tone of the dot"},
    {.name = "is_active",
     .zh = "启用",
     .en = "Offered",
     .type = FIELD_BOOL,
     .about = "false: set no more; records that have it keep it"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

/* In a list of names the marks that part them would stand for themselves nowhere. */
static enum err check_name(struct request *request, const struct record_change *change)
{
    static const char *const marks[] = {",", "，", "、", ";", "；", "|"};
    struct str name = change_after(change, "name").text;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (str_find(name, str_from(marks[i])) != SIZE_MAX) {
            error_field(request->error, STR("name"), "not_an_option", "A tag must not contain %s.", marks[i]);
            return error_check_fields(request->error);
        }
    }
    return OK;
}

static enum err prepare_tag(struct request *request, struct record_change *change)
{
    int64_t count = 0;
    if (change->action != RECORD_DELETE) {
        return check_name(request, change);
    }
    TRY(tag_store_usage(request->db, request->arena, change->id, &count));
    return count == 0 ? OK
                      : error_set(request->error, ERR_IN_USE, "%lld records have this tag; stop offering it instead.",
                                  (long long)count);
}

const struct object TAG = {
    .name = "tag",
    .zh = "标签",
    .en = "Tag",
    .plural = "tags",
    .table = "tag",
    .fields = FIELDS,
    .view = PERMISSION_SIGNED_IN,
    .create = PERM_TAG_EDIT,
    .edit = PERM_TAG_EDIT,
    .remove = PERM_TAG_EDIT,
    .export = PERM_TAG_EDIT,
    .import = PERM_TAG_EDIT,
    .transfer = PERM_TAG_EDIT,
    .default_sort = "name",
    .flags = OBJECT_DIRECTORY | OBJECT_NAMES_KEPT,
    .prepare = prepare_tag,
};
