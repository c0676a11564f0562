/* The board. What it shows is said by a filter that the list understands too. */
#include "board_rules.h"

#include <stdlib.h>
#include <string.h>

#include "board_store.h"
#include "deal_sum_rules.h"
#include "pipeline_filter.h"
#include "pipeline_store.h"
#include "platform/company.h"
#include "platform/scope.h"

enum { HIDDEN_MAX = 16, CARDS_MAX = 2000, CURRENCIES_MAX = 200, CLOSED_DAYS = 30, CLOSED_DAYS_MAX = 366 };

static const char *const NEEDED[] = {"pipeline_id", "stage_id", "status", "closed_on", "stage_entered_at"};

/* An opportunity that may become a card. */
struct place {
    int64_t id;         /* opportunity.id */
    int64_t entered_ms; /* since when in the stage */
};

/* One column while rows stream by: what is counted, and the newest of them. */
struct board_column {
    struct board_sum sums[CURRENCIES_MAX]; /* by currency */
    size_t sum_count;                      /* in `sums` */
    struct board_sum total;                /* of all, in the company's currency */
    int64_t count;                         /* opportunities */
    struct place *newest;                  /* room for twice the cards */
    size_t newest_count;                   /* in `newest` */
};

/* The board on its way. */
struct board {
    struct request *request;        /* who looks */
    struct str currency;            /* the company's */
    struct stages stages;           /* columns */
    struct board_column *columns;   /* by stage */
    const struct board_card *cards; /* newest first */
    size_t card_count;              /* in `cards` */
    const char *hidden[HIDDEN_MAX]; /* members of a card that this user may not see */
    size_t hidden_count;            /* in `hidden` */
};

/* ---- counting ---- */

static int newer_first(const void *a, const void *b)
{
    const struct place *left = a;
    const struct place *right = b;
    if (left->entered_ms != right->entered_ms) {
        return left->entered_ms < right->entered_ms ? 1 : -1;
    }
    return (left->id < right->id) - (left->id > right->id);
}

/* Leaves the newest: those that can be shown. */
static void cut(struct board_column *column)
{
    qsort(column->newest, column->newest_count, sizeof *column->newest, newer_first);
    column->newest_count = column->newest_count > CARDS_MAX ? CARDS_MAX : column->newest_count;
}

static struct board_sum *sum_of(struct arena *arena, struct board_column *column, const struct board_row *row)
{
    for (size_t i = 0; i < column->sum_count; i++) {
        if (str_eq(column->sums[i].currency, row->currency)) {
            return &column->sums[i];
        }
    }
    if (column->sum_count == CURRENCIES_MAX) {
        return NULL;
    }
    struct board_sum *sum = &column->sums[column->sum_count++];
    *sum = (struct board_sum){.stage_id = row->stage_id, .currency = str_dup(arena, row->currency)};
    return sum;
}

/* One more opportunity; false when the sum does not fit. */
static bool add(struct board_sum *sum, int64_t amount_minor, int64_t weighted_minor)
{
    struct money amounts = {0};
    struct money chances = {0};
    bool fits = money_add((struct money){sum->amount_minor}, (struct money){amount_minor}, &amounts) &&
                money_add((struct money){sum->weighted_minor}, (struct money){weighted_minor}, &chances);
    sum->amount_minor = amounts.minor;
    sum->weighted_minor = chances.minor;
    sum->count++;
    return fits;
}

static enum err count_row(void *context, const struct board_row *row)
{
    struct board *board = context;
    const struct stage_row *stage = stages_find(&board->stages, row->stage_id);
    if (stage == NULL) {
        return OK;
    }
    struct board_column *column = &board->columns[stage - board->stages.items];
    struct board_sum *sum = sum_of(board->request->arena, column, row);
    struct money weighted = {0};
    bool fits = sum != NULL && money_mul_ppm((struct money){row->amount_minor}, row->win_probability_ppm, &weighted) &&
                add(sum, row->amount_minor, weighted.minor) &&
                add(&column->total, row->base_minor, row->base_weighted_minor);
    if (!fits) {
        return error_set(board->request->error, ERR_INVALID, "The amounts are too large, or too many currencies.");
    }
    column->count++;
    column->newest[column->newest_count++] = (struct place){row->id, row->entered_ms};
    if (column->newest_count == 2 * CARDS_MAX) {
        cut(column);
    }
    return OK;
}

static int more_first(const void *a, const void *b)
{
    const struct board_sum *left = a;
    const struct board_sum *right = b;
    return (left->count < right->count) - (left->count > right->count);
}

static enum err count_all(struct board *board, const struct list_request *list)
{
    struct arena *arena = board->request->arena;
    board->columns = ARENA_ARRAY(arena, struct board_column, board->stages.count + 1);
    for (size_t s = 0; s < board->stages.count; s++) {
        board->columns[s] = (struct board_column){.newest = ARENA_ARRAY(arena, struct place, 2 * CARDS_MAX),
                                                  .total = {.currency = board->currency}};
    }
    TRY(board_store_scan(board->request, list, count_row, board));
    for (size_t s = 0; s < board->stages.count; s++) {
        cut(&board->columns[s]);
        qsort(board->columns[s].sums, board->columns[s].sum_count, sizeof *board->columns[s].sums, more_first);
    }
    return OK;
}

static bool sees(const struct board *board, const char *field)
{
    return scope_field_access(board->request, object_find("opportunity"), field) >= FIELD_ACCESS_READ;
}

/* Cards that are shown when no column shows more than `share`. */
static int64_t shown_with(const struct board *board, int64_t share)
{
    int64_t shown = 0;
    for (size_t s = 0; s < board->stages.count; s++) {
        shown += board->columns[s].count < share ? board->columns[s].count : share;
    }
    return shown;
}

/* At most CARDS_MAX cards together: small columns are shown whole, large ones alike. */
static enum err read_cards(struct board *board, bool *more_out)
{
    struct board_card *cards;
    int64_t *ids = ARENA_ARRAY(board->request->arena, int64_t, CARDS_MAX + 1);
    size_t count = 0;
    int64_t share = CARDS_MAX;
    *more_out = shown_with(board, INT64_MAX) > CARDS_MAX;
    while (shown_with(board, share) > CARDS_MAX) {
        share--;
    }
    for (size_t s = 0; s < board->stages.count; s++) {
        const struct board_column *column = &board->columns[s];
        for (size_t i = 0; i < column->newest_count && (int64_t)i < share; i++) {
            ids[count++] = column->newest[i].id;
        }
    }
    if (count == 0) {
        return OK;
    }
    TRY(board_store_cards(board->request, ids, count, &cards, &board->card_count));
    board->cards = cards;
    return OK;
}

/* ---- showing ---- */

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

/* What of a card the user may not see: found once, not for each of many cards. */
static void find_hidden(struct board *board)
{
    static const char *const shown[] = {
        "name",         "customer_id",         "owner_id",          "amount_minor",     "base_minor",
        "currency",     "win_probability_ppm", "expected_close_on", "last_activity_at", "next_step",
        "next_step_on", "slip_count"};
    static const struct {
        const char *reference, *name;
    } names[] = {{"customer_id", "customer_name"}, {"owner_id", "owner_name"}};
    const struct object *object = object_find("opportunity");
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        if (!sees(board, shown[i])) {
            board->hidden[board->hidden_count++] = shown[i];
        }
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct field *field = &object_fields(object)[object_field(object, names[i].reference)];
        if (!sees(board, names[i].reference) || !scope_label_is_open(board->request, field)) {
            board->hidden[board->hidden_count++] = names[i].name;
        }
    }
}

/* What the user may not see is null. */
static void hide(const struct board *board, json_t *card)
{
    for (size_t i = 0; i < board->hidden_count; i++) {
        json_object_set_new(card, board->hidden[i], json_null());
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
    json_object_set_new(json, "base_minor", json_integer(card->base_minor));
    json_object_set_new(json, "expected_close_on", json_opt_date(arena, card->expected_close_on));
    json_object_set_new(json, "stage_entered_at", json_instant(arena, card->stage_entered_at));
    json_object_set_new(json, "last_activity_at", json_opt_instant(arena, card->last_activity_at));
    json_object_set_new(json, "next_step", json_opt_str(card->next_step));
    json_object_set_new(json, "next_step_on", json_opt_date(arena, card->next_step_on));
    json_object_set_new(json, "slip_count", json_integer(card->slip_count));
    json_object_set_new(json, "rot", json_integer(rot_of(board, stage, card)));
    return json;
}

static json_t *sum_json(const struct board_sum *sum, struct deal_sight sight)
{
    return deal_sum_json(sight, sum->currency, sum->amount_minor, sum->weighted_minor);
}

static json_t *column_json(const struct board *board, size_t index)
{
    const struct stage_row *stage = &board->stages.items[index];
    const struct board_column *column = &board->columns[index];
    bool amounts = sees(board, "amount_minor");
    struct deal_sight sight = {amounts, amounts && sees(board, "win_probability_ppm")};
    json_t *sums = json_array();
    json_t *cards = json_array();
    for (size_t i = 0; i < column->sum_count; i++) {
        json_array_append_new(sums, sum_json(&column->sums[i], sight));
    }
    for (size_t i = 0; i < board->card_count; i++) {
        if (board->cards[i].stage_id == stage->id) {
            json_t *card = card_json(board, stage, &board->cards[i]);
            hide(board, card);
            json_array_append_new(cards, card);
        }
    }
    return json_pack("{s:I,s:I,s:o,s:o,s:o}", "stage_id", (json_int_t)stage->id, "count", (json_int_t)column->count,
                     "sums", sums, "total", sum_json(&column->total, sight), "cards", cards);
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

/* The pipeline that is asked for, or that of the user's department. */
static enum err find_pipeline(struct request *request, int64_t *id_out)
{
    struct pipeline_row *rows;
    size_t count;
    TRY(request_query_int(request, "pipeline_id", 0, 1, INT64_C(9007199254740991), id_out));
    if (*id_out == 0) {
        TRY(pipeline_store_of(request->db, request->arena, request->user->department_id, id_out));
    }
    TRY(pipeline_store_list(request->db, request->arena, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        if (rows[i].id == *id_out) {
            return OK;
        }
    }
    return error_set(request->error, ERR_NOT_FOUND, "There is no such pipeline.");
}

enum err board_make(struct request *request, struct response *response)
{
    struct board board = {.request = request};
    struct list_request list;
    int64_t pipeline_id = 0;
    bool more = false;
    TRY(find_pipeline(request, &pipeline_id));
    TRY(read_board(request, pipeline_id, &list));
    TRY(stage_store_of(request->db, request->arena, pipeline_id, &board.stages));
    TRY(company_currency(request->db, request->arena, &board.currency));
    find_hidden(&board);
    TRY(count_all(&board, &list));
    TRY(read_cards(&board, &more));
    json_t *columns = json_keep(request->arena, json_array());
    for (size_t i = 0; i < board.stages.count; i++) {
        json_array_append_new(columns, column_json(&board, i));
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
     .about = "that of the user's department unless given"},
    {.name = "filter", .type = FIELD_JSON, .about = "as of GET /opportunities"},
    {.name = "q", .type = FIELD_TEXT, .about = "part of the name"},
    {.name = "owner_id", .type = FIELD_INT, .min = 1, .max = 9007199254740991, .about = "of this person only"},
    {.name = "closed_days", .type = FIELD_INT, .min = 0, .max = 366, .about = "won and lost ones of so many days; 30"},
    FIELD_END,
};
#define MAYBE (FIELD_REQUIRED | FIELD_NULLABLE)
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
    {.name = "base_minor", .type = FIELD_MONEY, .flags = MAYBE, .about = "in the company's currency"},
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
    DEAL_SUMS_FIELDS,
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
