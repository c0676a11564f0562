/* The board. What it shows is said by a filter that the list understands too. */
#include "board_rules.h"

#include <string.h>

#include "board_store.h"
#include "pipeline_filter.h"
#include "pipeline_store.h"
#include "platform/scope.h"

enum { CARDS_MAX = 2000, CLOSED_DAYS = 30, CLOSED_DAYS_MAX = 366 };

static const char *const NEEDED[] = {"pipeline_id", "stage_id", "status", "closed_on", "stage_entered_at"};

/* The board on its way. */
struct board {
    struct request *request;        /* who looks */
    struct stages stages;           /* columns */
    const struct board_sum *sums;   /* of all that match */
    size_t sum_count;               /* in `sums` */
    const struct board_card *cards; /* newest first */
    size_t card_count;              /* in `cards` */
};

static bool sees(const struct board *board, const char *field)
{
    return scope_field_access(board->request, object_find("opportunity"), field) >= FIELD_ACCESS_READ;
}

static int64_t count_in(const struct board *board, int64_t stage_id)
{
    int64_t count = 0;
    for (size_t i = 0; i < board->sum_count; i++) {
        count += board->sums[i].stage_id == stage_id ? board->sums[i].count : 0;
    }
    return count;
}

/* Cards that are shown when no column shows more than `share`. */
static int64_t shown_with(const struct board *board, int64_t share)
{
    int64_t shown = 0;
    for (size_t s = 0; s < board->stages.count; s++) {
        int64_t count = count_in(board, board->stages.items[s].id);
        shown += count < share ? count : share;
    }
    return shown;
}

/* How many cards of each stage make at most CARDS_MAX together: small columns are shown whole, large ones alike. */
static int64_t fair_share(const struct board *board, bool *more_out)
{
    int64_t share = CARDS_MAX;
    *more_out = shown_with(board, INT64_MAX) > CARDS_MAX;
    while (shown_with(board, share) > CARDS_MAX) {
        share--;
    }
    return share;
}

/* 0: moving; 1: rests longer than usual; 2: longer than the stage allows. Whole days between business dates, as the
 * filter "over N days ago" counts them. */
static int rot_of(const struct board *board, const struct stage_row *stage, const struct board_card *card)
{
    const struct request *request = board->request;
    if (!stage_is_open(stage) || !card->last_activity_at.set) {
        return 0;
    }
    int64_t days = request->today.days - instant_date(card->last_activity_at.value, request->zone).days;
    bool over = stage->longest_days.set && days > stage->longest_days.value;
    bool late = stage->usual_days.set && days > stage->usual_days.value;
    return over ? 2 : late ? 1 : 0;
}

/* What the user may not see is null. */
static void hide(const struct board *board, json_t *card)
{
    static const char *const shown[] = {"name",      "customer_id",         "owner_id",          "amount_minor",
                                        "currency",  "win_probability_ppm", "expected_close_on", "last_activity_at",
                                        "next_step", "next_step_on",        "slip_count"};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        if (sees(board, shown[i])) {
            continue;
        }
        json_object_set_new(card, shown[i], json_null());
        if (strcmp(shown[i], "customer_id") == 0 || strcmp(shown[i], "owner_id") == 0) {
            json_object_set_new(card, strcmp(shown[i], "owner_id") == 0 ? "owner_name" : "customer_name", json_null());
        }
    }
    const struct object *object = object_find("opportunity");
    if (!scope_label_is_open(board->request, &object->fields[object_field(object, "customer_id")])) {
        json_object_set_new(card, "customer_name", json_null());
    }
    if (!scope_label_is_open(board->request, &object->fields[object_field(object, "owner_id")])) {
        json_object_set_new(card, "owner_name", json_null());
    }
}

static json_t *card_json(const struct board *board, const struct stage_row *stage, const struct board_card *card)
{
    struct arena *arena = board->request->arena;
    json_t *json = json_pack("{s:I,s:I,s:o,s:o,s:o,s:o,s:o,s:I,s:o,s:I}", "id", (json_int_t)card->id, "version",
                             (json_int_t)card->version, "name", json_str(card->name), "customer_id",
                             json_opt_int(card->customer_id), "customer_name", json_opt_str(card->customer_name),
                             "owner_id", json_opt_int(card->owner_id), "owner_name", json_opt_str(card->owner_name),
                             "amount_minor", (json_int_t)card->amount_minor, "currency", json_str(card->currency),
                             "win_probability_ppm", (json_int_t)card->win_probability_ppm);
    json_object_set_new(json, "expected_close_on", json_opt_date(arena, card->expected_close_on));
    json_object_set_new(json, "stage_entered_at", json_instant(arena, card->stage_entered_at));
    json_object_set_new(json, "last_activity_at", json_opt_instant(arena, card->last_activity_at));
    json_object_set_new(json, "next_step", json_opt_str(card->next_step));
    json_object_set_new(json, "next_step_on", json_opt_date(arena, card->next_step_on));
    json_object_set_new(json, "slip_count", json_integer(card->slip_count));
    json_object_set_new(json, "rot", json_integer(rot_of(board, stage, card)));
    return json;
}

static json_t *column_json(const struct board *board, const struct stage_row *stage)
{
    bool amounts = sees(board, "amount_minor");
    bool chances = amounts && sees(board, "win_probability_ppm");
    json_t *sums = json_array();
    json_t *cards = json_array();
    int64_t count = 0;
    for (size_t i = 0; i < board->sum_count; i++) {
        const struct board_sum *sum = &board->sums[i];
        if (sum->stage_id != stage->id) {
            continue;
        }
        count += sum->count;
        json_array_append_new(sums, json_pack("{s:o,s:o,s:o}", "currency", json_str(sum->currency), "amount_minor",
                                              amounts ? json_integer(sum->amount_minor) : json_null(), "weighted_minor",
                                              chances ? json_integer(sum->weighted_minor) : json_null()));
    }
    for (size_t i = 0; i < board->card_count; i++) {
        if (board->cards[i].stage_id == stage->id) {
            json_t *card = card_json(board, stage, &board->cards[i]);
            hide(board, card);
            json_array_append_new(cards, card);
        }
    }
    return json_pack("{s:I,s:I,s:o,s:o}", "stage_id", (json_int_t)stage->id, "count", (json_int_t)count, "sums", sums,
                     "cards", cards);
}

/* Open ones, and what was closed lately: in the form that an index of status and day serves. */
static json_t *own_filter(struct request *request, int64_t pipeline_id, int64_t closed_days)
{
    json_t *since = json_date(request->arena, date_add_days(request->today, -(int)closed_days));
    json_t *closed = filter_all(filter_is("status", "in", json_pack("[s,s]", "won", "lost")),
                                filter_is("closed_on", "ge", since), NULL);
    return filter_all(filter_is("pipeline_id", "eq", json_integer(pipeline_id)),
                      json_pack("{s:[o,o]}", "any", filter_is("status", "eq", json_string("open")), closed), NULL);
}

static enum err read_board(struct request *request, int64_t pipeline_id, struct list_request *list)
{
    json_t *given = NULL;
    int64_t owner_id = 0;
    int64_t closed_days = 0;
    TRY(filter_may(request, NEEDED, sizeof NEEDED / sizeof NEEDED[0]));
    TRY(request_query_int(request, "owner_id", 0, 1, INT64_C(9007199254740991), &owner_id));
    TRY(request_query_int(request, "closed_days", CLOSED_DAYS, 0, CLOSED_DAYS_MAX, &closed_days));
    TRY(filter_read(request, "filter", &given));
    json_t *owner = owner_id == 0 ? NULL : filter_is("owner_id", "eq", json_integer(owner_id));
    json_t *filter =
        json_keep(request->arena, filter_all(own_filter(request, pipeline_id, closed_days), json_incref(given), owner));
    return filter_list(request, filter, request_query(request, "q"), list);
}

/* The pipeline that is asked for, or the default one. */
static enum err find_pipeline(struct request *request, int64_t *id_out)
{
    struct pipeline_row *rows;
    size_t count;
    TRY(request_query_int(request, "pipeline_id", 0, 1, INT64_C(9007199254740991), id_out));
    TRY(pipeline_store_list(request->db, request->arena, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        if (*id_out == 0 || rows[i].id == *id_out) {
            *id_out = rows[i].id;
            return OK;
        }
    }
    return error_set(request->error, ERR_NOT_FOUND, "There is no such pipeline.");
}

enum err board_make(struct request *request, struct response *response)
{
    struct board board = {.request = request};
    struct list_request list;
    struct board_sum *sums;
    struct board_card *cards;
    int64_t pipeline_id = 0;
    bool more = false;
    TRY(find_pipeline(request, &pipeline_id));
    TRY(read_board(request, pipeline_id, &list));
    TRY(stage_store_of(request->db, request->arena, pipeline_id, &board.stages));
    TRY(board_store_sums(request, &list, &sums, &board.sum_count));
    board.sums = sums;
    TRY(board_store_cards(request, &list, fair_share(&board, &more), &cards, &board.card_count));
    board.cards = cards;
    json_t *columns = json_keep(request->arena, json_array());
    for (size_t i = 0; i < board.stages.count; i++) {
        json_array_append_new(columns, column_json(&board, &board.stages.items[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:I,s:O,s:b}", "pipeline_id", (json_int_t)pipeline_id,
                                                         "columns", columns, "more", more));
    return OK;
}

const struct field BOARD_QUERY[] = {
    {.name = "pipeline_id",
     .type = FIELD_INT,
     .min = 1,
     .max = 9007199254740991,
     .about = "the default one unless given"},
    {.name = "filter", .type = FIELD_JSON, .about = "as of GET /opportunities"},
    {.name = "q", .type = FIELD_TEXT, .about = "part of the name"},
    {.name = "owner_id", .type = FIELD_INT, .min = 1, .max = 9007199254740991, .about = "of this person only"},
    {.name = "closed_days", .type = FIELD_INT, .min = 0, .max = 366, .about = "won and lost ones of so many days; 30"},
    FIELD_END,
};
#define MAYBE (FIELD_REQUIRED | FIELD_NULLABLE)
static const struct field SUM[] = {
    {.name = "currency", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "ISO 4217"},
    {.name = "amount_minor", .type = FIELD_MONEY, .flags = MAYBE, .about = "of all that match; null where hidden"},
    {.name = "weighted_minor",
     .type = FIELD_MONEY,
     .flags = MAYBE,
     .about = "each amount times its chance, half up to the minor unit"},
    FIELD_END,
};
static const struct field CARD[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "opportunity"},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "for If-Match"},
    {.name = "name", .type = FIELD_TEXT, .flags = MAYBE, .about = "shown"},
    {.name = "customer_id", .type = FIELD_INT, .flags = MAYBE, .about = "of whom"},
    {.name = "customer_name", .type = FIELD_TEXT, .flags = MAYBE, .about = "by name"},
    {.name = "owner_id", .type = FIELD_INT, .flags = MAYBE, .about = "whose"},
    {.name = "owner_name", .type = FIELD_TEXT, .flags = MAYBE, .about = "by name"},
    {.name = "amount_minor", .type = FIELD_MONEY, .flags = MAYBE, .about = "minor units"},
    {.name = "currency", .type = FIELD_TEXT, .flags = MAYBE, .about = "ISO 4217"},
    {.name = "win_probability_ppm", .type = FIELD_PPM, .flags = MAYBE, .about = "chance"},
    {.name = "expected_close_on", .type = FIELD_DATE, .flags = MAYBE, .about = "when it should close"},
    {.name = "stage_entered_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "since when here"},
    {.name = "last_activity_at", .type = FIELD_INSTANT, .flags = MAYBE, .about = "follow-up, move, task done"},
    {.name = "next_step", .type = FIELD_TEXT, .flags = MAYBE, .about = "earliest open task"},
    {.name = "next_step_on", .type = FIELD_DATE, .flags = MAYBE, .about = "its day"},
    {.name = "slip_count", .type = FIELD_INT, .flags = MAYBE, .about = "how often the close was put off"},
    {.name = "rot",
     .type = FIELD_INT,
     .flags = FIELD_REQUIRED,
     .about = "1: without activity for longer than usual in the stage; 2: than it allows"},
    FIELD_END,
};
static const struct field COLUMN_FIELDS[] = {
    {.name = "stage_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "stage"},
    {.name = "count", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "of all that match"},
    {.name = "sums", .type = FIELD_LIST, .fields = SUM, .flags = FIELD_REQUIRED, .about = "by currency"},
    {.name = "cards",
     .type = FIELD_LIST,
     .fields = CARD,
     .flags = FIELD_REQUIRED,
     .about = "newest in the stage first"},
    FIELD_END,
};
const struct field BOARD_ANSWER[] = {
    {.name = "pipeline_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "pipeline"},
    {.name = "columns",
     .type = FIELD_LIST,
     .fields = COLUMN_FIELDS,
     .flags = FIELD_REQUIRED,
     .about = "stages in order"},
    {.name = "more", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "there are more than the cards"},
    FIELD_END,
};
