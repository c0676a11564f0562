/* Products: a directory everyone with the right sees whole. */
#include "product.h"

static const struct field FIELDS[] = {
    {.name = "name", .zh = "产品名称", .en = "Product", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_LABEL | FIELD_SORTABLE, .about = "as sold"},
    {.name = "code", .zh = "产品编号", .en = "Code", .type = FIELD_TEXT, .max = 64, .flags = FIELD_UNIQUE | FIELD_NULLABLE, .about = "own number; key for import"},
    {.name = "product_line", .zh = "产品线", .en = "Product line", .type = FIELD_TEXT, .max = 100, .flags = FIELD_NULLABLE, .about = "series or family"},
    {.name = "unit", .zh = "单位", .en = "Unit", .type = FIELD_TEXT, .max = 32, .flags = FIELD_NULLABLE, .about = "piece, set, year …"},
    {.name = "price_minor", .zh = "标准价格", .en = "List price", .type = FIELD_MONEY, .min = 0, .max = 1000000000000000, .about = "company currency, minor units"},
    {.name = "cost_minor", .zh = "标准成本", .en = "Standard cost", .type = FIELD_MONEY, .min = 0, .max = 1000000000000000, .flags = FIELD_MASKABLE | FIELD_HIDDEN_IN_LIST, .about = "company currency, minor units"},
    {.name = "is_active", .zh = "在售", .en = "On sale", .type = FIELD_BOOL, .about = "offered in forms"},
    {.name = "remark", .zh = "备注", .en = "Remark", .type = FIELD_LONG_TEXT, .max = 4000, .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST, .about = "anything else"},
    OBJECT_STANDARD_FIELDS,
    FIELD_END,
};

const struct object PRODUCT = {
    .name = "product", .zh = "产品", .en = "Product", .plural = "products", .table = "product", .fields = FIELDS,
    .view = PERM_PRODUCT_VIEW, .create = PERM_PRODUCT_CREATE, .edit = PERM_PRODUCT_EDIT, .remove = PERM_PRODUCT_DELETE,
    .export = PERM_PRODUCT_EXPORT, .import = PERM_PRODUCT_IMPORT, .transfer = PERM_PRODUCT_TRANSFER,
    .default_sort = "-updated_at", .flags = OBJECT_DIRECTORY,
};

static const struct object *const OBJECTS[] = {&PRODUCT, NULL};

const struct feature PRODUCT_FEATURE = {.name = "product", .objects = OBJECTS};
