/* What a new company starts with: one pipeline, and reasons of closing. All of it is data that people change. */
#include "pipeline_store.h"
#include "reason_store.h"

static const struct {
    const char *zh, *en, *kind, *category;
    int64_t ppm;
} DEFAULT_STAGES[] = {
    {"初步接洽", "Qualification", "open", "pipeline", 100000},
    {"需求确认", "Needs analysis", "open", "pipeline", 300000},
    {"方案报价", "Proposal", "open", "best_case", 500000},
    {"商务谈判", "Negotiation", "open", "commit", 800000},
    {"赢单", "Won", "won", "closed", 1000000},
    {"输单", "Lost", "lost", "omitted", 0},
};

static const struct {
    const char *code, *kind, *zh, *en;
    bool competitor, note, active;
} DEFAULT_REASONS[] = {
    {NULL, "won", "产品与方案", "Product and solution", false, false, true},
    {NULL, "won", "价格合适", "Price", false, false, true},
    {NULL, "won", "服务与关系", "Service and relationship", false, false, true},
    {NULL, "won", "其他", "Other", false, true, true},
    {NULL, "lost", "竞争对手胜出", "Lost to a competitor", true, false, true},
    {NULL, "lost", "价格过高", "Price too high", false, false, true},
    {NULL, "lost", "预算取消", "Budget withdrawn", false, false, true},
    {NULL, "lost", "需求变化", "Needs changed", false, false, true},
    {NULL, "lost", "功能不满足", "Missing features", false, true, true},
    {NULL, "lost", "客户失联", "No response", false, false, true},
    {NULL, "lost", "其他", "Other", false, true, true},
    {"not_recorded", "lost", "未记录", "Not recorded", false, false, false},
};

static enum err seed_reasons(struct db *db, struct arena *arena, bool chinese, struct instant now)
{
    int64_t count = 0;
    TRY(reason_store_count(db, arena, &count));
    for (size_t i = 0; count == 0 && i < sizeof DEFAULT_REASONS / sizeof DEFAULT_REASONS[0]; i++) {
        int64_t id = 0;
        const struct reason_row row = {
            .code = {DEFAULT_REASONS[i].code != NULL, str_from(DEFAULT_REASONS[i].code)},
            .kind = str_from(DEFAULT_REASONS[i].kind),
            .name = str_from(chinese ? DEFAULT_REASONS[i].zh : DEFAULT_REASONS[i].en),
            .needs_competitor = DEFAULT_REASONS[i].competitor,
            .needs_note = DEFAULT_REASONS[i].note,
            .is_active = DEFAULT_REASONS[i].active,
            .sort_order = (int64_t)i + 1,
        };
        TRY(reason_store_save(db, arena, &row, now, value_null(), &id));
    }
    return OK;
}

enum err pipeline_seed(struct db *db, struct arena *arena, bool chinese, struct instant now)
{
    struct pipeline_row *pipelines;
    size_t count;
    struct pipeline_row row = {.is_default = true, .allow_skip = true, .allow_back = true};
    TRY(pipeline_store_list(db, arena, &pipelines, &count));
    if (count > 0) {
        return OK;
    }
    row.name = chinese ? STR("标准销售管道") : STR("Standard pipeline");
    TRY(pipeline_store_insert(db, arena, &row, now, &row.id));
    for (size_t i = 0; i < sizeof DEFAULT_STAGES / sizeof DEFAULT_STAGES[0]; i++) {
        int64_t id = 0;
        const struct stage_row stage = {
            .pipeline_id = row.id,
            .name = str_from(chinese ? DEFAULT_STAGES[i].zh : DEFAULT_STAGES[i].en),
            .kind = str_from(DEFAULT_STAGES[i].kind),
            .sort_order = (int64_t)i + 1,
            .win_probability_ppm = DEFAULT_STAGES[i].ppm,
            .forecast_category = str_from(DEFAULT_STAGES[i].category),
            .required_fields = STR(""),
        };
        TRY(stage_store_insert(db, arena, &stage, &id));
    }
    return seed_reasons(db, arena, chinese, now);
}
