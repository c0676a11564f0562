/* What counts towards targets: facts made from records, and their monthly sums.
 *
 * A fact is a pure function of its record's present state, the owner history and the organisation's history: it belongs
 * to the owner of the record on the business date of the event, and to the department that owner had on that day.
 * Transfers and department moves after that day therefore never change it. Definitions: docs/formulas.md.
 * Whoever changes a record, an owner interval or an assignment calls the matching function in the same transaction. */
#ifndef DABIAO_METRIC_H
#define DABIAO_METRIC_H

#include "platform/command.h"
#include "platform/db.h"
#include "platform/job.h"
#include "platform/move.h"
#include "platform/route.h"

enum measure {
    MEASURE_SIGNED_AMOUNT,
    MEASURE_RECEIVED_AMOUNT,
    MEASURE_GROSS_PROFIT,
    MEASURE_NEW_CUSTOMERS,
    MEASURE_WON_DEALS,
    MEASURE_FOLLOW_UPS,
    MEASURE_INVOICED_AMOUNT,
    MEASURE_VISITS,
    MEASURE_COUNT,
    MEASURE_CUSTOM =
        MEASURE_COUNT, /* the first that people defined: custom_measure.id 1; docs/adr/custom-measures.md */
    MEASURE_MAX = MEASURE_CUSTOM + 40
};

/* What people can set targets for. */
struct measure_kind {
    const char *key; /* wire word and SQL value */
    bool is_money;   /* minor units; of those that people defined: see measure_get */
};
extern const struct measure_kind MEASURES[MEASURE_MAX];

enum { QUANTITY_DIGITS = 3 };
enum measure_unit { UNIT_MONEY, UNIT_COUNT, UNIT_QUANTITY, UNIT_KINDS }; /* minor units, whole numbers, thousandths */
extern const char *const MEASURE_UNITS[UNIT_KINDS];                      /* wire words and SQL values */

/* What a page needs to know of a measure. */
struct measure_info {
    enum measure measure;
    enum measure_unit unit;
    struct str zh, en; /* what people call it */
    bool is_active;    /* may be given new targets */
    bool is_building;  /* its facts are being made */
};
/* Errors: ERR_NOT_FOUND where nobody has defined it. */
enum err measure_get(struct db *db, struct arena *arena, enum measure measure, struct measure_info *out) MUST_CHECK;
/* Those of the program, then those that people defined. */
enum err measure_list(struct db *db, struct arena *arena, struct measure_info **out, size_t *count_out) MUST_CHECK;

/* How much somebody aims at: what was promised, and two steps beyond. */
enum target_level { LEVEL_BASE, LEVEL_STRETCH, LEVEL_CHALLENGE, LEVEL_COUNT };
extern const char *const TARGET_LEVELS[LEVEL_COUNT]; /* wire words and SQL values */
/* False when there is no such word. */
bool level_find(struct str key, enum target_level *out);

/* False when there is no such key; custom_1 … custom_40 are words whether somebody has defined them or not. */
bool measure_find(struct str key, enum measure *out);

/* Brings the facts of one record in line: after create, update, delete, restore or transfer, when the record and its
 * owner intervals are written. Objects that never count are accepted. Cheap when nothing changed. */
enum err metric_sync(struct db *db, struct arena *arena, const char *object, int64_t record_id) MUST_CHECK;
/* The same for many records of one object, in chunks of a few statements each; ids in any order. */
enum err metric_sync_many(struct db *db, struct arena *arena, const char *object, const int64_t *ids,
                          size_t count) MUST_CHECK;
/* The facts of measures that people defined alone: after changes of records that did not go through record_update. */
enum err metric_sync_custom(struct db *db, struct arena *arena, const char *object, const int64_t *ids,
                            size_t count) MUST_CHECK;
/* The hook `moved` of objects that count (platform/object.h). */
enum err metric_moved(struct request *request, const struct object *object, const struct record_move *moves,
                      size_t count, const struct move_options *options) MUST_CHECK;
/* After a change of the person's assignments from `from` on: the facts since then and the targets of the months that
 * begin since then go to the departments the person has now. */
enum err metric_sync_user(struct db *db, struct arena *arena, int64_t user_id, struct date from) MUST_CHECK;

/* Hears how far a rebuild is; anything but OK ends it and is returned. */
typedef enum err metric_progress(void *context, const char *object, int64_t done, int64_t total);
/* Brings all facts and sums in line, in transactions of its own (none may be open): after bulk loads and after the
 * company's time zone was changed. Safe while people work. `progress` may be NULL. */
enum err metric_rebuild(struct db *db, metric_progress *progress, void *context) MUST_CHECK;
/* Queues a rebuild as a job, inside the caller's transaction. One that runs already does not replace it: it may have
 * passed records that changed their date since. */
enum err metric_queue_rebuild(struct db *db, struct arena *arena, int64_t user_id) MUST_CHECK;
/* Routes of measures that people define; follows every write of a record for them. */
extern const struct feature METRIC_FEATURE;

/* What a check found. */
struct metric_report {
    int64_t facts;         /* compared */
    int64_t wrong_facts;   /* missing, too many or different */
    int64_t wrong_rollups; /* monthly sums of people and departments that differ from their facts */
    int64_t wrong_targets; /* targets that stand in the wrong department, and departments' totals that differ */
};
/* Computes everything again and compares, changing nothing. `difference` (may be NULL) hears one sentence for each. */
enum err metric_check(struct db *db, void (*difference)(void *context, struct str sentence), void *context,
                      struct metric_report *out) MUST_CHECK;

/* `dabiao doctor`; ended by a row without name. */
extern const struct command METRIC_COMMANDS[];

#endif
