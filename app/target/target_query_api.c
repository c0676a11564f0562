/* What the routes of targets have in common. */
#include "target_query.h"

/* clang-format off */
const struct option TARGET_LEVEL_OPTIONS[] = {{"base", "目标", "Base"}, {"stretch", "冲刺", "Stretch"}, {"challenge", "挑战", "Challenge"}, {NULL, NULL, NULL}};
const struct option TARGET_SUBJECT_OPTIONS[] = {{"user", "人员", "Person"}, {"department", "部门", "Department"}, {NULL, NULL, NULL}};
const struct option TARGET_KIND_OPTIONS[] = {{"money", "金额", "Money"}, {"count", "条数", "Count"}, {"quantity", "数量", "Quantity"}, {NULL, NULL, NULL}};
const struct option TARGET_NODE_OPTIONS[] = {{"department", "部门", "Department"}, {"user", "人员", "Person"}, {"scope", "我能看到的", "All I may see"}, {NULL, NULL, NULL}};
/* clang-format on */

enum err target_find_measure(struct request *request, struct str key, enum measure *out)
{
    *out = MEASURE_SIGNED_AMOUNT;
    if (key.len > 0 && !measure_find(key, out)) {
        error_field(request->error, STR("measure"), "not_an_option", "There is no such measure.");
    }
    return error_check_fields(request->error);
}

enum err target_find_view(struct request *request, int64_t year, struct str measure, struct str level,
                          struct target_view *out)
{
    enum measure found = MEASURE_SIGNED_AMOUNT;
    enum target_level wanted = LEVEL_BASE;
    if (level.len > 0 && !level_find(level, &wanted)) {
        error_field(request->error, STR("level"), "not_an_option", "There is no such level.");
    }
    TRY(target_find_measure(request, measure, &found));
    TRY(target_view_load(request, year, found, out));
    out->level = wanted;
    return OK;
}

enum err target_query_view(struct request *request, struct target_view *out)
{
    int64_t year = 0;
    TRY(request_query_int(request, "year", 0, TARGET_YEAR_MIN, TARGET_YEAR_MAX, &year));
    return target_find_view(request, year, request_query(request, "measure"), request_query(request, "level"), out);
}
