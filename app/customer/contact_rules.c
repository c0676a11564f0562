/* Contacts: people at customers. */
#include "customer.h"

#include "customer_index_rules.h"
#include "customer_search_store.h"
#include "customer_store.h"
#include "duplicate_rules.h"

static const struct field CONTACT_FIELDS[] = {
    {.name = "name",
     .zh = "姓名",
     .en = "Contact",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_REQUIRED | FIELD_LABEL,
     .about = "full name"},
    {.name = "customer_id",
     .zh = "客户",
     .en = "Customer",
     .type = FIELD_REF,
     .ref = "customer",
     .flags = FIELD_REQUIRED,
     .about = "works at"},
    {.name = "code",
     .zh = "编号",
     .en = "Code",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_UNIQUE | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,
     .about = "key for import"},
    {.name = "title",
     .zh = "职务",
     .en = "Title",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_NULLABLE,
     .about = "position"},
    {.name = "mobile",
     .zh = "手机",
     .en = "Mobile",
     .type = FIELD_PHONE,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE,
     .about = "own number"},
    {.name = "phone",
     .zh = "电话",
     .en = "Phone",
     .type = FIELD_PHONE,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "desk number"},
    {.name = "email",
     .zh = "邮箱",
     .en = "Email",
     .type = FIELD_EMAIL,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE,
     .about = "address"},
    {.name = "wechat",
     .zh = "微信",
     .en = "WeChat",
     .type = FIELD_TEXT,
     .max = 64,
     .flags = FIELD_NULLABLE | FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST,
     .about = "id"},
    {.name = "is_primary", .zh = "首要联系人", .en = "Primary", .type = FIELD_BOOL, .about = "first to call"},
    OBJECT_REMARK_FIELD,
    OBJECT_OWNER_FIELDS,
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

/* The customer is locked first: what is computed from all its contacts must see those of other writers. */
static enum err prepare_contact(struct request *request, struct record_change *change)
{
    return customer_store_lock(request->db, request->arena, change_after(change, "customer_id").integer);
}

static enum err contact_saved(struct request *request, const struct record_change *change)
{
    TRY(duplicate_saved(request, change));
    return contact_index_saved(request, change);
}

static enum err contact_purged(struct db *db, struct arena *arena, int64_t id)
{
    TRY(duplicate_purged(db, arena, "contact", id));
    return contact_index_purged(db, arena, id);
}

const struct object CONTACT = {
    .name = "contact",
    .zh = "联系人",
    .en = "Contact",
    .plural = "contacts",
    .table = "contact",
    .fields = CONTACT_FIELDS,
    .view = PERM_CONTACT_VIEW,
    .create = PERM_CONTACT_CREATE,
    .edit = PERM_CONTACT_EDIT,
    .remove = PERM_CONTACT_DELETE,
    .export = PERM_CONTACT_EXPORT,
    .import = PERM_CONTACT_IMPORT,
    .transfer = PERM_CONTACT_TRANSFER,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "customer",
    .parent_column = "customer_id",
    .default_sort = "-updated_at",
    .flags = OBJECT_GRAMS | OBJECT_CUSTOM,
    .prepare = prepare_contact,
    .saved = contact_saved,
    .purged = contact_purged,
    .search_match = contact_search_match,
    .search_ids = contact_search_ids,
    .extra_body = DUPLICATE_EXTRA_BODY,
};
