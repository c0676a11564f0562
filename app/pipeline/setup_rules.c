/* What a pipeline must be like. All that is wrong is told at once. */
#include "setup_rules.h"

#include <string.h>

#include "pipeline_rules.h"

bool guide_can_tick(struct str kind)
{
    return str_eq_c(kind, "ask") || str_eq_c(kind, "deliver") || str_eq_c(kind, "confirm");
}

bool pipeline_can_require(const struct field *field)
{
    return (field->flags & FIELD_READ_ONLY) == 0 && field->type != FIELD_BOOL &&
           strcmp(field->name, "pipeline_id") != 0 && strcmp(field->name, "stage_id") != 0;
}

size_t setup_ids(const json_t *list, int64_t ids[SETUP_IDS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(list) && count < SETUP_IDS_MAX; i++) {
        int64_t id = json_integer_value(json_array_get(list, i));
        bool seen = false;
        for (size_t k = 0; k < count; k++) {
            seen = seen || ids[k] == id;
        }
        if (!seen) {
            ids[count++] = id;
        }
    }
    return count;
}

static struct str place(const struct setup *setup, size_t stage, const char *name)
{
    return str_format(setup->request->arena, "stages.%zu.%s", stage, name);
}

/* ---- checks ---- */

/* A pipeline needs an open, a won and a lost stage. */
static void check_kinds(const struct setup *setup, const json_t *stages)
{
    static const char *const kinds[] = {"open", "won", "lost"};
    for (size_t k = 0; k < 3; k++) {
        bool found = false;
        size_t index;
        json_t *stage;
        json_array_foreach (stages, index, stage) {
            found = found || str_eq_c(json_get_str(stage, "kind"), kinds[k]);
        }
        if (!found) {
            error_field(setup->request->error, STR("stages"), "missing_kind", "A pipeline needs a stage of kind %s.",
                        kinds[k]);
        }
    }
}

static void check_fields(const struct setup *setup, const json_t *stage, size_t index)
{
    const struct object *object = object_find("opportunity");
    const json_t *names = json_object_get(stage, "required_fields");
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        const struct field *field = fields_find(object_fields(object), str_from(name));
        if (field == NULL || !pipeline_can_require(field)) {
            error_field(setup->request->error, place(setup, index, "required_fields"), "not_an_option",
                        "A stage cannot ask for %.60s.", name);
        }
    }
}

static enum err check_roles(const struct setup *setup, const json_t *stage, size_t index, const char *name)
{
    int64_t ids[SETUP_IDS_MAX];
    size_t count = setup_ids(json_object_get(stage, name), ids);
    int64_t found = 0;
    if (count == 0) {
        return OK;
    }
    TRY(pipeline_store_roles(setup->request->db, setup->request->arena, ids, count, &found));
    if (found != (int64_t)count) {
        error_field(setup->request->error, place(setup, index, name), "no_such_record", "One of the roles is none.");
    }
    return OK;
}

static void check_guide(const struct setup *setup, const json_t *stage, size_t index)
{
    size_t i;
    json_t *item;
    json_array_foreach (json_object_get(stage, "guide"), i, item) {
        bool marked = json_get_bool(item, "is_mandatory", false) || json_get_bool(item, "needs_file", false);
        if (marked && !guide_can_tick(json_get_str(item, "kind"))) {
            error_field(setup->request->error,
                        str_format(setup->request->arena, "stages.%zu.guide.%zu.is_mandatory", index, i),
                        "not_an_option", "Only what can be ticked can be mandatory or need a file.");
        }
    }
}

static void check_days(const struct setup *setup, const json_t *stage, size_t index)
{
    struct opt_int usual = json_get_opt_int(stage, "usual_days");
    struct opt_int longest = json_get_opt_int(stage, "longest_days");
    if (usual.set && longest.set && longest.value < usual.value) {
        error_field(setup->request->error, place(setup, index, "longest_days"), "too_small",
                    "The longest stay cannot be shorter than the usual one.");
    }
}

/* A stage that is named is one of the pipeline, once; its kind stays while it is used: the deals in it are open, won or
 * lost by it. */
static enum err check_identity(const struct setup *setup, const json_t *stages, const json_t *stage, size_t index)
{
    int64_t id = json_get_int(stage, "id", 0);
    const struct stage_row *old = stages_find(&setup->old, id);
    int64_t used = 0;
    if (id == 0) {
        return OK;
    }
    for (size_t i = 0; i < index; i++) {
        if (json_get_int(json_array_get(stages, i), "id", 0) == id) {
            error_field(setup->request->error, place(setup, index, "id"), "duplicate", "This stage stands here twice.");
        }
    }
    if (old == NULL) {
        error_field(setup->request->error, place(setup, index, "id"), "no_such_record",
                    "The pipeline has no such stage.");
        return OK;
    }
    if (str_eq(old->kind, json_get_str(stage, "kind"))) {
        return OK;
    }
    TRY(stage_store_use(setup->request->db, setup->request->arena, id, &used));
    if (used > 0) {
        error_field(setup->request->error, place(setup, index, "kind"), "in_use",
                    "%lld opportunities are in this stage: its kind must stay.", (long long)used);
    }
    return OK;
}

static enum err check_departments(const struct setup *setup)
{
    int64_t ids[SETUP_IDS_MAX];
    size_t count = setup_ids(json_object_get(setup->body, "department_ids"), ids);
    int64_t found = 0;
    if (count == 0) {
        return OK;
    }
    if (setup->is_default) {
        error_field(setup->request->error, STR("department_ids"), "not_an_option",
                    "The default pipeline is everybody's: new opportunities begin in it where no other fits.");
    }
    TRY(pipeline_store_departments(setup->request->db, setup->request->arena, ids, count, &found));
    if (found != (int64_t)count) {
        error_field(setup->request->error, STR("department_ids"), "no_such_record", "One of the departments is none.");
    }
    return OK;
}

enum err setup_check(const struct setup *setup)
{
    const json_t *stages = json_object_get(setup->body, "stages");
    size_t index;
    json_t *stage;
    check_kinds(setup, stages);
    json_array_foreach (stages, index, stage) {
        TRY(check_identity(setup, stages, stage, index));
        TRY(check_roles(setup, stage, index, "enter_role_ids"));
        TRY(check_roles(setup, stage, index, "leave_role_ids"));
        check_fields(setup, stage, index);
        check_guide(setup, stage, index);
        check_days(setup, stage, index);
    }
    TRY(check_departments(setup));
    return error_check_fields(setup->request->error);
}
