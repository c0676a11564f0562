/* What the analysis takes and answers, as data. */
#include "analysis_rules.h"

#include "deal_sum_rules.h"

#define MAYBE (FIELD_REQUIRED | FIELD_NULLABLE)
#define NUMBER(name_, about_)                                                                                          \
    {                                                                                                                  \
        .name = name_, .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = about_                                     \
    }
#define RATE(about_)                                                                                                   \
    {                                                                                                                  \
        .name = "rate_ppm", .type = FIELD_PPM, .flags = MAYBE, .about = about_                                         \
    }
#define ROWS_FILTER                                                                                                    \
    {                                                                                                                  \
        .name = "filter", .type = FIELD_JSON, .flags = FIELD_REQUIRED, .about = "opens exactly its rows"               \
    }
#define PART(name_, fields_, flags_, about_)                                                                           \
    {                                                                                                                  \
        .name = name_, .type = FIELD_OBJECT, .fields = fields_, .flags = flags_, .about = about_                       \
    }
const struct field ANALYSIS_QUERY[] = {
    {.name = "from_on", .type = FIELD_DATE, .about = "first day; a year before the last one unless given"},
    {.name = "to_on", .type = FIELD_DATE, .about = "last day; today unless given"},
    {.name = "filter", .type = FIELD_JSON, .about = "as of GET /opportunities"},
    FIELD_END,
};
static const struct field OPEN[] = {
    NUMBER("count", "opportunities"),
    DEAL_SUMS_FIELDS,
    ROWS_FILTER,
    FIELD_END,
};
static const struct field COHORT[] = {
    NUMBER("reached", "of those created in the period"),
    RATE("of all created in the period; null when none was"),
    ROWS_FILTER,
    FIELD_END,
};
static const struct field FLOW[] = {
    NUMBER("entered", "moves into it in the period"),
    NUMBER("forward", "moves out of it to a later stage or won"),
    NUMBER("lost", "moves out of it to lost"),
    NUMBER("back", "moves out of it to an earlier stage"),
    RATE("forward of all moves out of it; null when there was none"),
    FIELD_END,
};
static const struct field DAYS[] = {
    NUMBER("median", "days in the stage of those that left it in the period"),
    NUMBER("mean", "likewise"),
    NUMBER("p90", "nine of ten stayed no longer"),
    NUMBER("count", "moves out of it"),
    FIELD_END,
};
static const struct field COUNTED[] = {NUMBER("count", "opportunities"), ROWS_FILTER, FIELD_END};
static const struct field STAGE[] = {
    NUMBER("stage_id", "stage"),
    PART("open", OPEN, FIELD_REQUIRED, "in it now"),
    PART("cohort", COHORT, FIELD_REQUIRED, "created in the period, and came at least so far"),
    PART("flow", FLOW, FIELD_REQUIRED, "moves in the period"),
    PART("days", DAYS, MAYBE, "null when nobody left it"),
    PART("overdue", COUNTED, FIELD_REQUIRED, "in it for longer than longest_days"),
    FIELD_END,
};
static const struct field REASON[] = {
    {.name = "reason_id", .type = FIELD_INT, .flags = MAYBE, .about = "null: none was given"},
    {.name = "name", .type = FIELD_TEXT, .flags = MAYBE, .about = "of the reason"},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "won, lost"},
    NUMBER("count", "closed in the period"),
    {.name = "amount_minor", .type = FIELD_MONEY, .flags = MAYBE, .about = "in the company's currency"},
    FIELD_END,
};
static const struct field SLIP[] = {
    NUMBER("slips", "how often the close was put off; 3: or more"),
    NUMBER("count", "closed in the period"),
    NUMBER("won", "of them"),
    RATE("won of closed"),
    FIELD_END,
};
static const struct option CAUSE_OPTIONS[] = {
    {"no_activity", "久未跟进", "No activity"},     {"over_longest", "停留超期", "Too long in the stage"},
    {"no_next_step", "无下一步", "No next step"},   {"close_passed", "预计成交已过", "Expected close has passed"},
    {"slipped_twice", "多次延期", "Put off twice"}, {NULL, NULL, NULL},
};
static const struct field STUCK[] = {
    {.name = "cause", .type = FIELD_ENUM, .options = CAUSE_OPTIONS, .flags = FIELD_REQUIRED, .about = "why"},
    NUMBER("count", "open opportunities"),
    ROWS_FILTER,
    FIELD_END,
};
static const struct field EFFECT[] = {
    NUMBER("closed", "in the period, having come as far as the step's stage"),
    NUMBER("won", "of them"),
    RATE("won of closed"),
    {.name = "median_days", .type = FIELD_INT, .flags = MAYBE, .about = "from the beginning to the close"},
    FIELD_END,
};
static const struct field GUIDE[] = {
    NUMBER("item_id", "step of the guide"),
    NUMBER("stage_id", "its stage"),
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "shown"},
    PART("with", EFFECT, FIELD_REQUIRED, "step done"),
    PART("without", EFFECT, FIELD_REQUIRED, "step not done"),
    {.name = "too_few", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "either side says nothing yet"},
    FIELD_END,
};
const struct field ANALYSIS_ANSWER[] = {
    {.name = "stages", .type = FIELD_LIST, .fields = STAGE, .flags = FIELD_REQUIRED, .about = "in order"},
    {.name = "reasons", .type = FIELD_LIST, .fields = REASON, .flags = FIELD_REQUIRED, .about = "won, then lost"},
    {.name = "slips", .type = FIELD_LIST, .fields = SLIP, .flags = FIELD_REQUIRED, .about = "fewest first"},
    {.name = "stuck",
     .type = FIELD_LIST,
     .fields = STUCK,
     .flags = FIELD_REQUIRED,
     .about = "open ones that need a look"},
    {.name = "bottleneck_stage_id",
     .type = FIELD_INT,
     .flags = MAYBE,
     .about = "open stage with the lowest rate of flow, of those with five moves out or more"},
    {.name = "guide", .type = FIELD_LIST, .fields = GUIDE, .flags = FIELD_REQUIRED, .about = "what steps change"},
    NUMBER("too_few_below", "closed opportunities"),
    FIELD_END,
};
