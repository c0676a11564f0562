/* Lines: prices and costs are those of the day on which a line was written; what it costs stays with it. */
#include "line_rules.h"

#include "contract.h"
#include "money.h"
#include "platform/scope.h"

#define LINE_FIGURE(name_, about_)                                                                                     \
    {                                                                                                                  \
        .name = (name_), .type = FIELD_MONEY, .about = (about_)                                                        \
    }

/* What is computed may be sent back as it came. */
const struct field CONTRACT_LINE_FIELDS[] = {
    MONEY_LINE_FIELDS,
    {.name = "unit_cost_minor",
     .type = FIELD_MONEY,
     .min = 0,
     .max = MONEY_MAX,
     .about = "unless given: as the line had it, else the product's cost today"},
    {.name = "line_number", .type = FIELD_INT, .about = "position; the order of the list counts"},
    {.name = "amount_minor", .type = FIELD_MONEY, .about = "quantity × price; computed"},
    {.name = "cost_minor", .type = FIELD_MONEY, .about = "quantity × cost; computed"},
    {.name = "margin_minor", .type = FIELD_MONEY, .about = "amount less cost; computed"},
    {.name = "id", .type = FIELD_INT, .about = "of a contract: what payments and refunds name it by; computed"},
    LINE_FIGURE("total_minor", "of a contract: its part of the amount, discount and tax included; computed"),
    LINE_FIGURE("tax_minor", "of a contract: its part of the tax; computed"),
    LINE_FIGURE("received_minor", "of a contract: what payments are for it, refunds taken off; computed"),
    LINE_FIGURE("refunded_minor", "of a contract: what refunds took back from it; computed"),
    LINE_FIGURE("open_minor", "of a contract: total less received; computed"),
    LINE_FIGURE("received_cost_minor", "of a contract: cost of what was received, in proportion; computed"),
    LINE_FIGURE("received_margin_minor", "of a contract: received less its tax and its cost; computed"),
    FIELD_END,
};

bool contract_may_write(const struct request *request, const char *field)
{
    return request->user == NULL || scope_field_access(request, &CONTRACT, field) == FIELD_ACCESS_EDIT;
}

/* What was there before, and which of it a line has come from already. */
struct origins {
    const struct contract_line *lines; /* before */
    size_t count;                      /* in `lines` */
    bool *taken;                       /* by line */
};

/* The line of before that is the same product, or has the same text; NULL when there is none. */
static const struct contract_line *find_origin(struct origins *origins, const struct contract_line *line)
{
    for (size_t i = 0; i < origins->count; i++) {
        const struct contract_line *old = &origins->lines[i];
        bool same = line->product_id.set ? old->product_id.set && old->product_id.value == line->product_id.value
                                         : !old->product_id.set && str_eq(old->name, line->name);
        if (same && !origins->taken[i]) {
            origins->taken[i] = true;
            return old;
        }
    }
    return NULL;
}

static void refuse_line(struct request *request, size_t index, const char *member, const char *code, const char *text)
{
    error_field(request->error, str_format(request->arena, "lines.%zu.%s", index, member), code, "%s", text);
}

/* A line that was there before is the same one, and keeps its cost. */
static void set_origin(struct request *request, const json_t *body, size_t index, bool trusted, struct origins *origins,
                       const struct product_price *product, struct contract_line *line)
{
    const struct contract_line *origin = find_origin(origins, line);
    bool may = trusted || contract_may_write(request, "cost_minor");
    if (json_has(body, "unit_cost_minor") && !may) {
        refuse_line(request, index, "unit_cost_minor", "read_only", "You may not change costs.");
    }
    line->id = origin != NULL ? origin->id : 0;
    line->unit_cost_minor =
        json_get_int(body, "unit_cost_minor", origin != NULL ? origin->unit_cost_minor : product->cost_minor);
}

static enum err read_line(struct request *request, const json_t *body, size_t index, bool trusted,
                          struct origins *origins, struct contract_line *line)
{
    struct product_price product = {.name = {0}};
    *line = (struct contract_line){
        .line_number = (int64_t)index + 1,
        .product_id = json_get_opt_int(body, "product_id"),
        .name = str_trim(json_get_str(body, "name")),
        .quantity_milli = json_get_int(body, "quantity_milli", 0),
    };
    if (line->product_id.set) {
        enum err err = contract_store_product(request->db, request->arena, line->product_id.value, &product);
        if (err == ERR_NOT_FOUND) {
            refuse_line(request, index, "product_id", "no_such_record", "There is no such product.");
            return OK;
        }
        TRY(err);
    }
    line->name = line->name.len > 0 ? line->name : product.name;
    line->unit_price_minor = json_get_int(body, "unit_price_minor", product.price_minor);
    set_origin(request, body, index, trusted, origins, &product, line);
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

enum err contract_lines_read(struct request *request, const json_t *list, const struct contract_line *old,
                             size_t old_count, bool trusted, struct contract_line **lines_out, size_t *count_out)
{
    size_t count = json_array_size(list);
    struct contract_line *lines = ARENA_ARRAY(request->arena, struct contract_line, count + 1);
    struct origins origins = {old, old_count, ARENA_ARRAY(request->arena, bool, old_count + 1)};
    for (size_t i = 0; i < old_count; i++) {
        origins.taken[i] = false;
    }
    for (size_t i = 0; i < count; i++) {
        TRY(read_line(request, json_array_get(list, i), i, trusted, &origins, &lines[i]));
    }
    *lines_out = lines;
    *count_out = count;
    return error_check_fields(request->error);
}

static void refuse_sum(struct request *request, const char *member, const char *text)
{
    error_field(request->error, str_from(member), "too_large", "%s", text);
}

enum err contract_lines_sum(struct request *request, const struct contract_line *lines, size_t count,
                            int64_t discount_minor, int64_t tax_rate_ppm, struct contract_sums *out)
{
    struct money amount = {0};
    struct money cost = {0};
    struct money tax = {0};
    bool fits = true;
    for (size_t i = 0; fits && i < count; i++) {
        fits = money_add(amount, (struct money){lines[i].amount_minor}, &amount) &&
               money_add(cost, (struct money){lines[i].cost_minor}, &cost);
    }
    if (fits && discount_minor > amount.minor) {
        refuse_sum(request, "discount_minor", "The discount is larger than the sum of the lines.");
        return error_check_fields(request->error);
    }
    struct money net = {amount.minor - discount_minor};
    fits = fits && money_mul_ppm(net, tax_rate_ppm, &tax) && money_add(net, tax, &amount) &&
           amount.minor <= MONEY_MAX && cost.minor <= MONEY_MAX;
    if (!fits) {
        refuse_sum(request, "lines", "The sum of the lines is too large.");
        return error_check_fields(request->error);
    }
    *out = (struct contract_sums){amount.minor, tax.minor, cost.minor};
    return OK;
}

int64_t contract_tax_within(int64_t amount_minor, int64_t tax_rate_ppm)
{
    struct money tax = {0};
    bool fits = money_mul_ratio((struct money){amount_minor}, tax_rate_ppm, MONEY_PPM_ONE + tax_rate_ppm, &tax);
    return fits ? tax.minor : 0;
}

static void drop(json_t *line, const char *const *members)
{
    for (; *members != NULL; members++) {
        json_object_del(line, *members);
    }
}

/* A line shows no amount that the contract hides. */
static void drop_closed_money(json_t *line, bool amounts, bool costs)
{
    if (!amounts) {
        drop(line, (const char *const[]){"unit_price_minor", "amount_minor", "total_minor", "tax_minor",
                                         "received_minor", "refunded_minor", "open_minor", NULL});
    }
    if (!costs) {
        drop(line, (const char *const[]){"unit_cost_minor", "cost_minor", NULL});
    }
    if (!amounts || !costs) {
        drop(line, (const char *const[]){"margin_minor", "received_cost_minor", "received_margin_minor", NULL});
    }
}

static json_t *line_json(const struct contract_line *line)
{
    return json_pack("{s:I,s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I}", "line_number", (json_int_t)line->line_number,
                     "product_id", json_opt_int(line->product_id), "name", json_str(line->name), "quantity_milli",
                     (json_int_t)line->quantity_milli, "unit_price_minor", (json_int_t)line->unit_price_minor,
                     "unit_cost_minor", (json_int_t)line->unit_cost_minor, "amount_minor",
                     (json_int_t)line->amount_minor, "cost_minor", (json_int_t)line->cost_minor, "margin_minor",
                     (json_int_t)(line->amount_minor - line->cost_minor));
}

static int64_t part_of(int64_t amount, int64_t part, int64_t whole)
{
    struct money out = {0};
    return money_mul_ratio((struct money){amount}, part, whole, &out) ? out.minor : 0;
}

/* What came for the line and what was earned by it. What costs the customer nothing is earned with the whole. */
static void add_received(json_t *json, const struct contract_line *line, int64_t received, int64_t total)
{
    bool priced = line->total_minor > 0;
    int64_t cost = priced ? part_of(line->cost_minor, line->received_minor, line->total_minor)
                          : part_of(line->cost_minor, received, total);
    int64_t tax = part_of(line->tax_minor, line->received_minor, line->total_minor);
    const struct {
        const char *name;
        int64_t value;
    } members[] = {{"id", line->id},
                   {"total_minor", line->total_minor},
                   {"tax_minor", line->tax_minor},
                   {"received_minor", line->received_minor},
                   {"refunded_minor", line->refunded_minor},
                   {"open_minor", line->total_minor - line->received_minor},
                   {"received_cost_minor", cost},
                   {"received_margin_minor", line->received_minor - tax - cost}};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_object_set_new(json, members[i].name, json_integer(members[i].value));
    }
}

static json_t *lines_json(struct request *request, const struct contract_line *lines, size_t count, bool of_contract)
{
    json_t *list = json_array();
    bool amounts = scope_field_access(request, &CONTRACT, "amount_minor") >= FIELD_ACCESS_READ;
    bool costs = scope_field_access(request, &CONTRACT, "cost_minor") >= FIELD_ACCESS_READ;
    int64_t received = 0;
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        received += lines[i].received_minor;
        total += lines[i].total_minor;
    }
    for (size_t i = 0; i < count; i++) {
        json_t *line = line_json(&lines[i]);
        if (of_contract) {
            add_received(line, &lines[i], received, total);
        }
        drop_closed_money(line, amounts, costs);
        json_array_append_new(list, line);
    }
    return list;
}

json_t *contract_lines_json(struct request *request, const struct contract_line *lines, size_t count)
{
    return lines_json(request, lines, count, false);
}

json_t *contract_lines_shown(struct request *request, const struct contract_line *lines, size_t count)
{
    return lines_json(request, lines, count, true);
}

json_t *contract_lines_body(const struct contract_line *lines, size_t count, bool costs)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *line = json_pack("{s:o,s:o,s:I,s:I}", "product_id", json_opt_int(lines[i].product_id), "name",
                                 json_str(lines[i].name), "quantity_milli", (json_int_t)lines[i].quantity_milli,
                                 "unit_price_minor", (json_int_t)lines[i].unit_price_minor);
        if (costs) {
            json_object_set_new(line, "unit_cost_minor", json_integer(lines[i].unit_cost_minor));
        }
        json_array_append_new(list, line);
    }
    return list;
}
