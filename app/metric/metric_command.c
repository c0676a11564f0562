/* `dabiao doctor`: computes every fact, monthly sum and target's place again and compares; with --repair puts right
 * what differs. People may work meanwhile. */
#include <stdio.h>

#include "metric.h"
#include "platform/custom.h"
#include "platform/command.h"
#include "platform/json.h"
#include "platform/route.h"

enum { SHOWN_MAX = 100 };

/* Prints the first differences; thousands of them say no more. */
struct printer {
    FILE *out;     /* where to */
    int64_t heard; /* differences so far */
};

static void print_difference(void *context, struct str sentence)
{
    struct printer *printer = context;
    if (printer->heard++ < SHOWN_MAX) {
        fprintf(printer->out, "%.*s\n", STR_ARG(sentence));
    }
}

static enum err print_progress(void *context, const char *object, int64_t done, int64_t total)
{
    (void)context;
    fprintf(stderr, "\r%-12s %lld of %lld%s", object, (long long)done, (long long)total, done == total ? "\n" : "");
    return OK;
}

static void print_report(const struct metric_report *report, int64_t wrong_others, bool as_json)
{
    if (!as_json) {
        printf("%lld facts compared: %lld wrong; %lld monthly sums wrong; %lld targets in the wrong department; "
               "%lld other records with wrong figures\n",
               (long long)report->facts, (long long)report->wrong_facts, (long long)report->wrong_rollups,
               (long long)report->wrong_targets, (long long)wrong_others);
        return;
    }
    json_t *json =
        json_pack("{s:I,s:I,s:I,s:I,s:I}", "facts", (json_int_t)report->facts, "wrong_facts",
                  (json_int_t)report->wrong_facts, "wrong_rollups", (json_int_t)report->wrong_rollups, "wrong_targets",
                  (json_int_t)report->wrong_targets, "wrong_others", (json_int_t)wrong_others);
    json_dumpf(json, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(json);
}

/* What the features keep beside their records. */
static enum err examine_features(struct db *db, bool repair, void (*difference)(void *context, struct str sentence),
                                 void *context, int64_t *wrong_out)
{
    *wrong_out = 0;
    for (size_t i = 0; i < FEATURE_COUNT; i++) {
        int64_t wrong = 0;
        if (FEATURES[i]->examine != NULL) {
            TRY(FEATURES[i]->examine(db, repair, difference, context, &wrong));
        }
        *wrong_out += wrong;
    }
    return OK;
}

static void say_nothing(void *context, struct str sentence)
{
    (void)context;
    (void)sentence;
}

static enum err examine(struct db *db, bool as_json, struct metric_report *out, int64_t *wrong_others_out)
{
    /* With --json the sentences go beside the answer, not into it. */
    struct printer printer = {.out = as_json ? stderr : stdout};
    TRY(metric_check(db, print_difference, &printer, out));
    TRY(examine_features(db, false, print_difference, &printer, wrong_others_out));
    if (printer.heard > SHOWN_MAX) {
        fprintf(printer.out, "… and %lld more\n", (long long)(printer.heard - SHOWN_MAX));
    }
    return OK;
}

static int fail(struct db *db, enum err err)
{
    fprintf(stderr, "The examination could not be finished: %s\n", err_text(err));
    db_destroy(db);
    return COMMAND_FAILED;
}

static int run_doctor(const struct config *config, int argc, char **argv)
{
    bool as_json = command_flag(argc, argv, "--json");
    struct metric_report report;
    int64_t wrong_others = 0;
    struct db *db = db_create(config, DB_WRITE);
    db_wait_for_long(db);
    enum err err = custom_load(db, 0, instant_date(instant_now(), "UTC"));
    if (err == OK && command_flag(argc, argv, "--repair")) {
        err = metric_rebuild(db, print_progress, NULL);
        err = err == OK ? examine_features(db, true, say_nothing, NULL, &wrong_others) : err;
    }
    err = err == OK ? examine(db, as_json, &report, &wrong_others) : err;
    if (err != OK) {
        return fail(db, err);
    }
    print_report(&report, wrong_others, as_json);
    db_destroy(db);
    bool healthy =
        report.wrong_facts == 0 && report.wrong_rollups == 0 && report.wrong_targets == 0 && wrong_others == 0;
    return healthy ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command METRIC_COMMANDS[] = {
    {"doctor", "[--repair] [--json]: compute all figures again and compare", run_doctor},
    {NULL, NULL, NULL},
};
