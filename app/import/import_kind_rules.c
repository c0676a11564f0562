/* What can be imported: objects by their writable fields, and targets. */
#include <string.h>

#include "import_run.h"

static const struct field CREATOR_FIELDS[] = {
    {.name = "created_at", .zh = "创建时间", .en = "Created", .type = FIELD_INSTANT, .about = "original time"},
    {.name = "created_by_id",
     .zh = "创建人",
     .en = "Created by",
     .type = FIELD_REF,
     .ref = "user",
     .about = "original creator"},
    FIELD_END,
};

static const struct field TARGET_FIELDS[] = {
    {.name = "user_id",
     .zh = "人员",
     .en = "Person",
     .type = FIELD_REF,
     .ref = "user",
     .about = "whose target; or a department"},
    {.name = "department_id",
     .zh = "部门",
     .en = "Department",
     .type = FIELD_REF,
     .ref = "department",
     .about = "the department's own share"},
    {.name = "year",
     .zh = "年度",
     .en = "Year",
     .type = FIELD_INT,
     .min = 1990,
     .max = 2200,
     .flags = FIELD_REQUIRED,
     .about = "fiscal year"},
    {.name = "measure",
     .zh = "指标",
     .en = "Measure",
     .type = FIELD_TEXT,
     .flags = FIELD_REQUIRED,
     .about = "signed_amount, received_amount, …"},
    {.name = "level",
     .zh = "档位",
     .en = "Level",
     .type = FIELD_TEXT,
     .about = "base unless given; stretch, challenge"},
#define MONTH_FIELD(n)                                                                                                 \
    {                                                                                                                  \
        .name = "month_" #n, .zh = #n "月", .en = "Month " #n, .type = FIELD_MONEY,                                    \
        .about = "of the fiscal year; counts are whole numbers"                                                        \
    }
    MONTH_FIELD(1),
    MONTH_FIELD(2),
    MONTH_FIELD(3),
    MONTH_FIELD(4),
    MONTH_FIELD(5),
    MONTH_FIELD(6),
    MONTH_FIELD(7),
    MONTH_FIELD(8),
    MONTH_FIELD(9),
    MONTH_FIELD(10),
    MONTH_FIELD(11),
    MONTH_FIELD(12),
#undef MONTH_FIELD
    FIELD_END,
};

/* The fields a person may give, the original creator and time among them. */
static const struct field *writable_fields(struct arena *arena, const struct object *object)
{
    size_t own = fields_count(object_fields(object));
    size_t extra = fields_count(CREATOR_FIELDS);
    struct field *fields = ARENA_ARRAY(arena, struct field, own + extra + 1);
    size_t count = 0;
    for (size_t i = 0; i < own; i++) {
        const struct field *field = &object_fields(object)[i];
        if ((field->flags & FIELD_READ_ONLY) == 0 && field->type != FIELD_FILES) {
            fields[count++] = object_fields(object)[i];
        }
    }
    memcpy(fields + count, CREATOR_FIELDS, extra * sizeof *fields);
    return fields;
}

enum err import_kind_find(struct arena *arena, struct str name, struct import_kind *out)
{
    if (str_eq_c(name, "target")) {
        *out = (struct import_kind){"target", NULL, TARGET_FIELDS, PERM_TARGET_IMPORT};
        return OK;
    }
    const struct object *object = object_find(str_c(arena, name));
    if (object == NULL || object_is_read_only(object)) {
        return ERR_NOT_FOUND;
    }
    *out = (struct import_kind){object->name, object, writable_fields(arena, object), object->import};
    return OK;
}

const struct field *import_creator_field(struct str name)
{
    return fields_find(CREATOR_FIELDS, name);
}
