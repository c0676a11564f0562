/* HTTP of the newcomers' ramp. */
#include "newcomer_rules.h"
#include "target.h"

enum { MILLION = 1000000 };

static enum err get_settings(struct request *request, struct response *response)
{
    struct target_ramp ramp;
    json_t *list = json_array();
    response->json = json_keep(request->arena, json_pack("{s:o}", "ramp", list));
    TRY(target_ramp_get(request, &ramp));
    for (size_t i = 0; i < ramp.count; i++) {
        json_array_append_new(list, json_integer(ramp.ppm[i]));
    }
    json_object_set_new(response->json, "version", json_integer(ramp.version));
    return OK;
}

static enum err put_settings(struct request *request, struct response *response)
{
    int64_t version = 0;
    TRY(request_version(request, &version));
    TRY(target_ramp_update(request, version));
    response_event(response, STR("all"), STR("target"));
    return get_settings(request, response);
}

/* clang-format off */
#define RAMP_FIELD(flags_) {.name = "ramp", .type = FIELD_LIST, .item = FIELD_INT, .min = 0, .max = RAMP_MONTHS_MAX, .flags = flags_, .about = "millionths of a full month that are expected in the month of joining and those after it, ascending; then all. Empty: a full month from the first on"}
static const struct field BODY[] = {RAMP_FIELD(0), FIELD_END};
static const struct field ANSWER[] = {RAMP_FIELD(0), {.name = "version", .type = FIELD_INT, .about = "for If-Match"}, FIELD_END};

static const struct route ROUTES[] = {
    {"GET", "/targets/settings", "target.settings", PERM_TARGET_VIEW, 0, RECORDS_NONE, NULL, NULL, NULL, ANSWER, get_settings, NULL, "What is expected of newcomers."},
    {"PUT", "/targets/settings", "target.put_settings", PERM_MEASURE_EDIT, ROUTE_VERSION, RECORDS_NONE, NULL, NULL, BODY, ANSWER, put_settings, NULL, "Changes what is expected of newcomers."},
    {.method = NULL},
};
/* clang-format on */

const struct feature TARGET_NEWCOMER_FEATURE = {.name = "target", .routes = ROUTES};
