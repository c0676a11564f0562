/* Numbers of contracts, payments …: by a pattern that an administrator sets. */
#include "number_rules.h"

#include "engines/number_pattern.h"
#include "money.h"
#include "number_store.h"
#include "platform/audit.h"

/* So many numbers that people typed themselves are passed over at once. */
enum { TYPED_MAX = 1000 };

static enum number_restart restart_of(struct str word)
{
    enum number_restart restarts = NUMBER_RESTARTS_NEVER;
    return number_restart_find(word, &restarts) ? restarts : NUMBER_RESTARTS_NEVER;
}

enum err money_give_number(struct request *request, struct record_change *change)
{
    struct number_pattern_row row;
    const struct object *object = change->object;
    if (change_after(change, "number").type != VALUE_NULL) {
        return OK;
    }
    TRY(number_store_pattern(request->db, request->arena, object->name, &row));
    struct str period = number_pattern_period(request->arena, restart_of(row.restarts), request->today);
    bool taken = true;
    for (int tries = 0; taken && tries < TYPED_MAX; tries++) {
        int64_t next = 0;
        TRY(number_store_next(request->db, request->arena, object->name, period, &next));
        struct str number = number_pattern_format(request->arena, row.pattern, request->today, next);
        TRY(number_store_is_taken(request->db, request->arena, object->table, number, &taken));
        change_set(change, "number", V(number));
    }
    return OK;
}

enum err number_example(struct request *request, const struct number_pattern_row *row, struct str *out)
{
    int64_t last = 0;
    struct str period = number_pattern_period(request->arena, restart_of(row->restarts), request->today);
    TRY(number_store_last(request->db, request->arena, row->object, period, &last));
    *out = number_pattern_format(request->arena, row->pattern, request->today, last + 1);
    return OK;
}

static void refuse(struct request *request, enum number_fault fault)
{
    static const struct {
        const char *field, *code, *text;
    } faults[] = {
        [NUMBER_UNKNOWN_PART] = {"pattern", "unknown_part", "In braces: YYYY, YY, MM, DD and zeros, nothing else."},
        [NUMBER_NO_COUNTER] = {"pattern", "no_counter", "The pattern needs the running number: {0000}."},
        [NUMBER_TWO_COUNTERS] = {"pattern", "two_counters", "The running number stands once in a pattern."},
        [NUMBER_TOO_LONG] = {"pattern", "too_long", "The numbers would be too long."},
        [NUMBER_REPEATS] = {"restarts", "repeats",
                            "Beginning again, the pattern must name the month or the year: else numbers repeat."},
    };
    error_field(request->error, str_from(faults[fault].field), faults[fault].code, "%s", faults[fault].text);
}

enum err number_check(struct request *request, struct str pattern, struct str restarts)
{
    enum number_fault fault = number_pattern_check(pattern, restart_of(restarts));
    if (fault != NUMBER_FINE) {
        refuse(request, fault);
    }
    return error_check_fields(request->error);
}

enum err number_change(struct request *request, int64_t id, int64_t version)
{
    struct number_pattern_row row;
    struct str pattern = str_trim(json_get_str(request->json, "pattern"));
    struct str restarts = json_get_str(request->json, "restarts");
    enum err err = number_store_lock(request->db, request->arena, id, &row);
    if (err == ERR_NOT_FOUND || (err == OK && row.version != version)) {
        err = err == OK ? ERR_STALE_VERSION : err;
        return error_set(request->error, err, "%s", err_text(err));
    }
    TRY(err);
    TRY(number_check(request, pattern, restarts));
    json_t *changes =
        json_keep(request->arena, json_pack("{s:[o,o],s:[o,o]}", "pattern", json_str(row.pattern), json_str(pattern),
                                            "restarts", json_str(row.restarts), json_str(restarts)));
    row.pattern = pattern;
    row.restarts = restarts;
    TRY(number_store_save(request, &row));
    return audit_write(request, "number_pattern", id, "update", version + 1, changes, (struct str){0});
}
