/* `dabiao job`: what administrators ask about long work. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "platform/job_store.h"

enum { LIST_MAX = 50, MEMORY_MB = 64 };

static int complain(const char *what, enum err err)
{
    fprintf(stderr, "%s: %s\n", what, err_text(err));
    return COMMAND_FAILED;
}

static void print_rows(const struct job_view *rows, size_t count)
{
    printf("%8s  %-20s %-10s %-16s %12s  %s\n", "id", "kind", "status", "user", "progress", "error");
    for (size_t i = 0; i < count; i++) {
        const struct job_view *row = &rows[i];
        char progress[48];
        snprintf(progress, sizeof progress, "%lld/%lld", (long long)row->done, (long long)row->total);
        printf("%8lld  %-20.*s %-10.*s %-16.*s %12s  %.*s\n", (long long)row->id, STR_ARG(row->kind),
               STR_ARG(row->status), STR_ARG(row->user_name.value), progress, STR_ARG(row->error_detail.value));
    }
}

static void print_json(struct arena *arena, const struct job_view *rows, size_t count)
{
    json_t *items = json_keep(arena, json_array());
    for (size_t i = 0; i < count; i++) {
        const struct job_view *row = &rows[i];
        json_array_append_new(items, json_pack("{s:I,s:o,s:o,s:o,s:I,s:I,s:o,s:o}", "id", (json_int_t)row->id, "kind",
                                               json_str(row->kind), "status", json_str(row->status), "user_name",
                                               json_opt_str(row->user_name), "done", (json_int_t)row->done, "total",
                                               (json_int_t)row->total, "error_code", json_opt_str(row->error_code),
                                               "error_detail", json_opt_str(row->error_detail)));
    }
    json_dumpf(items, stdout, JSON_INDENT(2));
    putchar('\n');
}

static int list(struct db *db, struct arena *arena, bool as_json)
{
    struct job_view *rows;
    size_t count;
    enum err err = job_store_list(db, arena, 0, 0, LIST_MAX, &rows, &count);
    if (err != OK) {
        return complain("The jobs cannot be listed", err);
    }
    if (as_json) {
        print_json(arena, rows, count);
    } else {
        print_rows(rows, count);
    }
    return COMMAND_DONE;
}

static int cancel(struct db *db, struct arena *arena, const char *word)
{
    int64_t id = 0;
    struct job_view row;
    if (word == NULL || !str_to_i64(str_from(word), &id)) {
        fprintf(stderr, "usage: dabiao job cancel ID\n");
        return COMMAND_MISUSED;
    }
    enum err err = job_store_cancel(db, arena, id);
    err = err == OK ? job_store_get(db, arena, id, 0, &row) : err;
    if (err != OK) {
        return complain("The job cannot be cancelled", err);
    }
    printf("Job %lld: %s.\n", (long long)id,
           str_eq_c(row.status, "running") ? "asked to stop" : str_c(arena, row.status));
    return COMMAND_DONE;
}

static int run(const struct config *config, struct db *db, int argc, char **argv)
{
    struct opt_instant clock;
    if (!command_clock(argc, argv, &clock)) {
        return COMMAND_MISUSED;
    }
    routes_init();
    enum err err = jobs_run_all(config, db, clock);
    return err == OK ? COMMAND_DONE : complain("The jobs cannot be run", err);
}

static int job_command(const struct config *config, int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    struct arena *arena = arena_create((size_t)MEMORY_MB * 1024 * 1024);
    struct db *db = db_create(config, DB_WRITE);
    int code = COMMAND_MISUSED;
    if (strcmp(word, "list") == 0) {
        code = list(db, arena, command_flag(argc, argv, "--json"));
    } else if (strcmp(word, "run") == 0) {
        code = run(config, db, argc, argv);
    } else if (strcmp(word, "cancel") == 0) {
        code = cancel(db, arena, argc > 2 ? argv[2] : NULL);
    } else {
        fprintf(stderr, "usage: dabiao job list [--json] | run [--at TIME] | cancel ID\n");
    }
    db_destroy(db);
    arena_destroy(arena);
    return code;
}

const struct command JOB_COMMANDS[] = {
    {"job", "list [--json]: the newest jobs; run [--at TIME]: the queued ones now; cancel ID", job_command},
    {NULL, NULL, NULL},
};
