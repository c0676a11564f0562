/* Helpers of the demo: numbers, names, dates, records. */
#include "demo_making.h"

#include <stdio.h>

#include "demo_store.h"
#include "ledger.h"

static uint64_t next_random(struct demo *demo)
{
    uint64_t z = (demo->state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

int demo_pick(struct demo *demo, int count)
{
    return (int)(next_random(demo) % (uint64_t)count);
}

int demo_words(const char *const *list)
{
    int count = 0;
    while (list[count] != NULL) {
        count++;
    }
    return count;
}

enum err demo_create_at(struct demo *demo, const char *object, json_t *body, struct opt_instant at, int64_t *id)
{
    const struct record_options options = {
        .importing = true, .unscoped = true, .created_at = at, .reason = STR("demo")};
    json_keep(demo->request.arena, body);
    error_init(demo->request.error, demo->request.arena);
    TRY(record_create(&demo->request, object_find(object), body, &options, id));
    if (at.set) {
        TRY(demo_store_date_audit(demo->request.db, demo->request.arena, object, *id, at.value));
    }
    return ledger_refresh_of(demo->request.db, demo->request.arena, object_find(object), id, 1);
}

struct instant demo_days_ago(struct demo *demo, int days)
{
    struct instant day = date_start(date_add_days(demo->request.today, -days), demo->request.zone);
    return (struct instant){day.ms + (9 * 3600 + demo_pick(demo, 8 * 3600)) * 1000LL};
}

struct opt_instant demo_evening(struct demo *demo, int days)
{
    struct instant day = date_start(date_add_days(demo->request.today, -days), demo->request.zone);
    int64_t evening = day.ms + 17 * 3600 * 1000LL;
    return (struct opt_instant){true, {evening < demo->request.now.ms ? evening : demo->request.now.ms}};
}

json_t *demo_date(struct demo *demo, int days_back)
{
    return json_date(demo->request.arena, date_add_days(demo->request.today, -days_back));
}

/* A brand that makes the name differ from those of the customers before. */
static int free_brand(struct demo *demo, size_t index, int city, int trade)
{
    int brands = demo_words(DEMO_BRANDS);
    int brand = (int)((index * 7 + (size_t)trade) % (size_t)brands);
    for (size_t i = 0; i < index; i++) {
        if (demo->names[i] == (brand * 100 + trade) * 100 + city) {
            brand = (brand + 1) % brands;
            i = SIZE_MAX; /* the next brand may be taken too: from the beginning */
        }
    }
    demo->names[index] = (brand * 100 + trade) * 100 + city;
    return brand;
}

struct str demo_company_name(struct demo *demo, size_t index, int city, int trade)
{
    return str_format(demo->request.arena, "%s%s%s", DEMO_CITIES[city],
                      DEMO_BRANDS[free_brand(demo, index, city, trade)], DEMO_TRADES[trade]);
}

void demo_complain(const struct demo *demo, const char *what, enum err err)
{
    const struct error *error = demo->request.error;
    fprintf(stderr, "%s: %.*s %.*s\n", what, STR_ARG(error->detail.len ? error->detail : str_from(err_text(err))),
            STR_ARG(error->field_count ? error->fields[0].message : STR("")));
}
