/* Lines of quotes. */
#include "quote_line_rules.h"

#include "money.h"
#include "platform/scope.h"
#include "price_store.h"
#include "quote_rules.h"

const struct field QUOTE_LINE_FIELDS[] = {
    MONEY_LINE_FIELDS,
    {.name = "unit_cost_minor",
     .type = FIELD_MONEY,
     .min = 0,
     .max = MONEY_MAX,
     .about = "the product's cost that day unless given"},
    {.name = "line_number", .type = FIELD_INT, .about = "position; the order of the list counts"},
    {.name = "list_price_minor", .type = FIELD_MONEY, .about = "of price book or product that day; computed"},
    {.name = "floor_minor", .type = FIELD_MONEY, .flags = FIELD_NULLABLE, .about = "lowest price that day; computed"},
    {.name = "amount_minor", .type = FIELD_MONEY, .about = "quantity × price; computed"},
    {.name = "cost_minor", .type = FIELD_MONEY, .about = "quantity × cost; computed"},
    {.name = "margin_minor", .type = FIELD_MONEY, .about = "amount less cost; computed"},
    FIELD_END,
};

const json_t *quote_lines_of(const struct record_change *change)
{
    return change->body == NULL ? NULL : json_object_get(change->body, "lines");
}

static void refuse_line(struct request *request, size_t index, const char *name, const char *code, const char *text)
{
    error_field(request->error, str_format(request->arena, "lines.%zu.%s", index, name), code, "%s", text);
}

/* What a product costs us is the catalogue's, unless somebody who may see it says otherwise. */
static void set_cost(struct request *request, const json_t *body, size_t index, int64_t standard,
                     struct quote_line *line)
{
    bool may = request->user == NULL || scope_field_access(request, &QUOTE, "cost_minor") == FIELD_ACCESS_EDIT;
    if (json_has(body, "unit_cost_minor") && !may) {
        refuse_line(request, index, "unit_cost_minor", "read_only", "You may not change costs.");
    }
    line->unit_cost_minor = json_get_int(body, "unit_cost_minor", standard);
}

static enum err read_line(struct request *request, const struct record_change *change, const json_t *body, size_t index,
                          struct quote_line *line)
{
    struct value book = change_after(change, "price_book_id");
    struct price price = {.name = {0}};
    *line = (struct quote_line){
        .line_number = (int64_t)index + 1,
        .product_id = json_get_opt_int(body, "product_id"),
        .name = str_trim(json_get_str(body, "name")),
        .quantity_milli = json_get_int(body, "quantity_milli", 0),
    };
    if (line->product_id.set) {
        struct opt_int book_id = opt_int_of(book);
        enum err err =
            price_store_find(request->db, request->arena, book_id, line->product_id.value, request->today, &price);
        if (err == ERR_NOT_FOUND) {
            refuse_line(request, index, "product_id", "no_such_record", "There is no such product.");
            return OK;
        }
        TRY(err);
    }
    line->name = line->name.len > 0 ? line->name : price.name;
    line->unit_price_minor = json_get_int(body, "unit_price_minor", price.price_minor);
    line->list_price_minor = line->product_id.set ? price.price_minor : line->unit_price_minor;
    line->floor_minor = price.floor_minor;
    set_cost(request, body, index, price.cost_minor, line);
    if (line->name.len == 0) {
        refuse_line(request, index, "name", "required", "A line needs a product or a name.");
    }
    bool fits = money_line_amount(line->quantity_milli, line->unit_price_minor, &line->amount_minor) &&
                money_line_amount(line->quantity_milli, line->unit_cost_minor, &line->cost_minor);
    if (!fits) {
        refuse_line(request, index, "quantity_milli", "too_large", "The line's amount is too large.");
    }
    return OK;
}

bool quote_is_measured_anew(const struct record_change *change)
{
    return change->action == RECORD_UPDATE && quote_lines_of(change) == NULL && change_differs(change, "price_book_id");
}

static enum err measure(struct request *request, const struct record_change *change, struct quote_line *lines,
                        size_t count)
{
    struct price price;
    struct value book = change_after(change, "price_book_id");
    struct opt_int book_id = opt_int_of(book);
    for (size_t i = 0; i < count; i++) {
        if (!lines[i].product_id.set) {
            continue;
        }
        enum err err =
            price_store_find(request->db, request->arena, book_id, lines[i].product_id.value, request->today, &price);
        if (err == ERR_NOT_FOUND) {
            continue; /* a product that is gone keeps the prices it had */
        }
        TRY(err);
        lines[i].list_price_minor = price.price_minor;
        lines[i].floor_minor = price.floor_minor;
    }
    return OK;
}

enum err quote_lines_read(struct request *request, const struct record_change *change, struct quote_line **lines_out,
                          size_t *count_out)
{
    size_t index;
    json_t *item;
    const json_t *list = quote_lines_of(change);
    if (list == NULL) {
        *lines_out = NULL;
        *count_out = 0;
        if (change->id != 0) {
            TRY(quote_store_lines(request->db, request->arena, change->id, lines_out, count_out));
        }
        return quote_is_measured_anew(change) ? measure(request, change, *lines_out, *count_out) : OK;
    }
    *lines_out = ARENA_ARRAY(request->arena, struct quote_line, json_array_size(list) + 1);
    *count_out = json_array_size(list);
    json_array_foreach (list, index, item) {
        TRY(read_line(request, change, item, index, &(*lines_out)[index]));
    }
    return error_check_fields(request->error);
}

/* What the lines come to. */
struct sums {
    struct money list;    /* at list prices */
    struct money amount;  /* as offered, without the discount on the whole */
    struct money floored; /* of the lines that have a floor, as offered */
    struct money floors;  /* the same at their floors */
    struct money cost;    /* what they cost us */
    bool below;           /* some price is below its floor */
};

static bool add_line(struct sums *sums, const struct quote_line *line)
{
    int64_t list = 0;
    int64_t floor = 0;
    int64_t floor_price = line->floor_minor.set ? line->floor_minor.value : 0;
    sums->below = sums->below || (line->floor_minor.set && line->unit_price_minor < floor_price);
    return money_line_amount(line->quantity_milli, line->list_price_minor, &list) &&
           money_line_amount(line->quantity_milli, floor_price, &floor) &&
           money_add(sums->list, (struct money){list}, &sums->list) &&
           money_add(sums->cost, (struct money){line->cost_minor}, &sums->cost) &&
           money_add(sums->amount, (struct money){line->amount_minor}, &sums->amount) &&
           money_add(sums->floored, (struct money){line->floor_minor.set ? line->amount_minor : 0}, &sums->floored) &&
           money_add(sums->floors, (struct money){floor}, &sums->floors);
}

static enum err add_tax(struct request *request, struct record_change *change, int64_t net)
{
    struct money tax = {0};
    struct value given = change_after(change, "tax_rate_ppm");
    int64_t rate = given.type == VALUE_INT ? given.integer : 0;
    if (!money_mul_ppm((struct money){net}, rate, &tax) || net + tax.minor > MONEY_MAX) {
        error_field(request->error, STR("lines"), "too_large", "The sum of the lines is too large.");
        return error_check_fields(request->error);
    }
    change_set(change, "tax_rate_ppm", V(rate));
    change_set(change, "tax_minor", V(tax.minor));
    change_set(change, "amount_minor", V(net + tax.minor));
    return OK;
}

/* Amounts from the lines. A discount on the whole may eat what is above the floors and what has none. */
enum err quote_lines_sum(struct request *request, struct record_change *change, const struct quote_line *lines,
                         size_t count)
{
    struct sums sums = {.below = false};
    bool fits = true;
    struct value discount = change_after(change, "discount_minor");
    int64_t off = discount.type == VALUE_INT ? discount.integer : 0;
    for (size_t i = 0; fits && i < count; i++) {
        fits = add_line(&sums, &lines[i]);
    }
    if (!fits || sums.amount.minor > MONEY_MAX || sums.list.minor > MONEY_MAX) {
        error_field(request->error, STR("lines"), "too_large", "The sum of the lines is too large.");
    } else if (off > sums.amount.minor) {
        error_field(request->error, STR("discount_minor"), "too_large",
                    "The discount is larger than the sum of the lines.");
    }
    TRY(error_check_fields(request->error));
    int64_t net = sums.amount.minor - off;
    int64_t ppm = 0;
    if (net < sums.list.minor && !ratio_ppm(sums.list.minor - net, sums.list.minor, &ppm)) {
        ppm = 0;
    }
    int64_t room = sums.amount.minor - sums.floors.minor;
    TRY(add_tax(request, change, net));
    change_set(change, "discount_minor", V(off));
    change_set(change, "list_minor", V(sums.list.minor));
    change_set(change, "discount_ppm", V(ppm));
    change_set(change, "is_below_floor", V(sums.below || (sums.floors.minor > 0 && off > room)));
    change_set(change, "cost_minor", V(sums.cost.minor));
    money_set_margin(change);
    return OK;
}

json_t *quote_line_json(const struct quote_line *line)
{
    return json_pack("{s:I,s:o,s:o,s:I,s:I,s:I,s:o,s:I,s:I,s:I,s:I}", "line_number", (json_int_t)line->line_number,
                     "product_id", json_opt_int(line->product_id), "name", json_str(line->name), "quantity_milli",
                     (json_int_t)line->quantity_milli, "unit_price_minor", (json_int_t)line->unit_price_minor,
                     "list_price_minor", (json_int_t)line->list_price_minor, "floor_minor",
                     json_opt_int(line->floor_minor), "amount_minor", (json_int_t)line->amount_minor, "unit_cost_minor",
                     (json_int_t)line->unit_cost_minor, "cost_minor", (json_int_t)line->cost_minor, "margin_minor",
                     (json_int_t)(line->amount_minor - line->cost_minor));
}

void quote_lines_close(struct request *request, json_t *lines)
{
    static const char *const closed[] = {"unit_cost_minor", "cost_minor", "margin_minor"};
    size_t index;
    json_t *line;
    bool costs = scope_field_access(request, &QUOTE, "cost_minor") >= FIELD_ACCESS_READ;
    json_array_foreach (lines, index, line) {
        for (size_t i = 0; !costs && i < sizeof closed / sizeof closed[0]; i++) {
            json_object_del(line, closed[i]);
        }
    }
}
