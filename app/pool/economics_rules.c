/* Figures of pools: conversion = takings with a deal since / takings; hoarding index = claims without a follow-up
 * within 48 working hours / claims whose 48 working hours are over or that were followed up. Example: of 10 claims 6
 * were followed up in time, 2 too late or never, 2 are younger than that: 2 / 8 = 250,000 ppm. */
#include "economics_rules.h"

#include <stdlib.h>

#include "economics_store.h"
#include "platform/calendar.h"

static json_t *ppm_json(int64_t part, int64_t whole)
{
    int64_t ppm = 0;
    return whole > 0 && ratio_ppm(part, whole, &ppm) ? json_integer(ppm) : json_null();
}

static json_t *economy_json(const struct economy_row *row)
{
    return json_pack("{s:I,s:o,s:I,s:I,s:o,s:I,s:I,s:I,s:o}", "id", (json_int_t)row->id, "name", json_str(row->name),
                     "entered", (json_int_t)row->entered, "taken", (json_int_t)row->taken, "waited_minutes",
                     json_opt_int(row->waited), "deals", (json_int_t)row->deals, "ordered_minor",
                     (json_int_t)row->ordered_minor, "received_minor", (json_int_t)row->received_minor,
                     "conversion_ppm", ppm_json(row->deals, row->taken));
}

enum err economics_answer(struct request *request, struct date from, struct date to, json_t **out)
{
    struct economy_row *rows;
    size_t count;
    json_t *pools = json_array();
    json_t *rules = json_array();
    *out = json_keep(request->arena, json_pack("{s:o,s:o}", "pools", pools, "rules", rules));
    TRY(economics_store_pools(request, from, to, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(pools, economy_json(&rows[i]));
    }
    TRY(economics_store_rules(request, from, to, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(rules, economy_json(&rows[i]));
    }
    return OK;
}

/* ---- hoarding ---- */

/* What one person did with his claims. */
struct hoarder {
    int64_t user_id;
    struct str name;
    int64_t claims, in_time, late, pending;
};

/* Claims come by person. */
struct counting {
    struct request *request;
    struct worktime calendar;
    struct hoarder *list;
    size_t count, cap;
};

static struct hoarder *hoarder_of(struct counting *counting, const struct claim_row *row)
{
    if (counting->count > 0 && counting->list[counting->count - 1].user_id == row->user_id) {
        return &counting->list[counting->count - 1];
    }
    if (counting->count == counting->cap) {
        size_t cap = counting->cap * 2 + 64;
        struct hoarder *list = ARENA_ARRAY(counting->request->arena, struct hoarder, cap);
        for (size_t i = 0; i < counting->count; i++) {
            list[i] = counting->list[i];
        }
        counting->list = list;
        counting->cap = cap;
    }
    struct hoarder *hoarder = &counting->list[counting->count++];
    *hoarder = (struct hoarder){.user_id = row->user_id, .name = str_dup(counting->request->arena, row->name)};
    return hoarder;
}

static enum err count_claim(void *context, const struct claim_row *row)
{
    struct counting *counting = context;
    struct hoarder *hoarder = hoarder_of(counting, row);
    hoarder->claims++;
    if (row->response_minutes.set) {
        hoarder->in_time += row->response_minutes.value <= HOARDING_MINUTES;
        hoarder->late += row->response_minutes.value > HOARDING_MINUTES;
        return OK;
    }
    struct instant end = row->ended_at.set ? row->ended_at.value : counting->request->now;
    bool late = worktime_minutes(&counting->calendar, row->started_at, end) > HOARDING_MINUTES;
    hoarder->late += late;
    hoarder->pending += !late;
    return OK;
}

static int compare_hoarders(const void *a, const void *b)
{
    const struct hoarder *left = a;
    const struct hoarder *right = b;
    int by_claims = (left->claims < right->claims) - (left->claims > right->claims);
    return by_claims != 0 ? by_claims : (left->user_id > right->user_id) - (left->user_id < right->user_id);
}

enum err hoarding_answer(struct request *request, struct date from, struct date to, json_t **out)
{
    struct counting counting = {.request = request};
    json_t *items = json_array();
    *out = json_keep(request->arena, json_pack("{s:o}", "items", items));
    TRY(calendar_load(request->db, request->arena, &counting.calendar));
    TRY(economics_store_claims(request, from, to, count_claim, &counting));
    if (counting.count > 0) {
        qsort(counting.list, counting.count, sizeof *counting.list, compare_hoarders);
    }
    for (size_t i = 0; i < counting.count; i++) {
        const struct hoarder *one = &counting.list[i];
        json_array_append_new(items, json_pack("{s:I,s:o,s:I,s:I,s:I,s:I,s:o}", "user_id", (json_int_t)one->user_id,
                                               "name", json_str(one->name), "claims", (json_int_t)one->claims,
                                               "in_time", (json_int_t)one->in_time, "late", (json_int_t)one->late,
                                               "pending", (json_int_t)one->pending, "hoarding_ppm",
                                               ppm_json(one->late, one->in_time + one->late)));
    }
    return OK;
}
