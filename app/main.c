/* One binary: `dabiao COMMAND`. */
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/check_sql.h"
#include "platform/command.h"
#include "platform/db.h"
#include "platform/log.h"
#include "platform/migrate.h"
#include "platform/openapi.h"
#include "platform/route.h"
#include "platform/scheduler.h"
#include "platform/supervise.h"
#include "platform/worker.h"

/* The master never touches the database, so a child looks whether it is at our version. */
static bool database_fits(const struct config *config)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct db *db = db_create(config, DB_WRITE);
        _exit(migrate_check(config, db) == OK ? 0 : 1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The path of the binary, not the file: at SIGHUP the file that stands there then is run. */
static const char *program_path(void)
{
    static char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    return len > 0 ? path : NULL;
}

static int serve(const struct config *config, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const char *program = program_path();
    if (config->jwt_key[0] == '\0') {
        fprintf(stderr, "DABIAO_JWT_KEY_FILE must name a file with the key of access tokens.\n");
        return EXIT_CANNOT_START;
    }
    if (program == NULL) {
        fprintf(stderr, "/proc is not mounted: the program cannot find itself.\n");
        return EXIT_CANNOT_START;
    }
    routes_init();
    if (!database_fits(config)) {
        return EXIT_CANNOT_START;
    }
    return supervise_run(config, program);
}

/* Words of the master for its processes; people do not use them. */
static int run_child(const struct config *config, int argc, char **argv)
{
    struct child_handles handles;
    if (config->jwt_key[0] == '\0' || !child_handles_parse(argc, argv, &handles)) {
        fprintf(stderr, "%s is started by `dabiao serve`, which hands over what it needs.\n", argv[0]);
        return EXIT_CANNOT_START;
    }
    return strcmp(argv[0], "run-worker") == 0 ? worker_run(config, &handles) : scheduler_process(config, &handles);
}

static int migrate(const struct config *config, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return migrate_run(config, stderr) == OK ? COMMAND_DONE : COMMAND_FAILED;
}

static int check_sql(const struct config *config, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return check_sql_run(config, stdout) == OK ? COMMAND_DONE : COMMAND_FAILED;
}

/* Loads the settings itself: the example must be had before there are any, and config_load names every fault. */
static int show_config(const struct config *config, int argc, char **argv)
{
    if (command_flag(argc, argv, "--example")) {
        config_print_example(stdout);
        return COMMAND_DONE;
    }
    config = config_load();
    if (config == NULL) {
        return COMMAND_FAILED;
    }
    config_print(config, stdout);
    return COMMAND_DONE;
}

static int show_routes(const struct config *config, int argc, char **argv)
{
    (void)config;
    routes_init();
    return openapi_command(argc, argv);
}

static const struct command OWN[] = {
    {"serve", "run workers and schedulers behind nginx", serve},
    {"migrate", "bring the database to the program's version", migrate},
    {"config", "--check: show the settings; --example: print .env.example", show_config},
    {"check-sql", "hold every statement against the database", check_sql},
    {"routes", "the route table; --json: for programs; --openapi: the OpenAPI file", show_routes},
    {"request", "METHOD PATH --as LOGIN: one request without a web server", request_command},
    {NULL, NULL, NULL},
};
static const struct command CHILDREN[] = {
    {"run-worker", NULL, run_child},
    {"run-scheduler", NULL, run_child},
    {NULL, NULL, NULL},
};

static const struct command *find_in(const struct command *table, const char *name)
{
    for (; table->name != NULL; table++) {
        if (strcmp(table->name, name) == 0) {
            return table;
        }
    }
    return NULL;
}

static const struct command *find_command(const char *name)
{
    const struct command *found = find_in(OWN, name);
    for (size_t i = 0; found == NULL && COMMANDS[i] != NULL; i++) {
        found = find_in(COMMANDS[i], name);
    }
    return found == NULL ? find_in(CHILDREN, name) : found;
}

static void print_table(FILE *out, const struct command *table)
{
    for (; table->name != NULL; table++) {
        fprintf(out, "  %-14s %s\n", table->name, table->about);
    }
}

static void print_help(FILE *out)
{
    fprintf(out, "Dabiao, a CRM for sales performance.\n\nusage: dabiao COMMAND …\n\n");
    print_table(out, OWN);
    for (size_t i = 0; COMMANDS[i] != NULL; i++) {
        print_table(out, COMMANDS[i]);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return COMMAND_MISUSED;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        print_help(stdout);
        return COMMAND_DONE;
    }
    const struct command *command = find_command(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "There is no command %s.\n\n", argv[1]);
        print_help(stderr);
        return COMMAND_MISUSED;
    }
    if (sodium_init() < 0) {
        fprintf(stderr, "The cryptographic library cannot start.\n");
        return COMMAND_FAILED;
    }
    bool needs_settings = command->run != show_config && command->run != show_routes;
    const struct config *config = needs_settings ? config_load() : NULL;
    if (needs_settings && config == NULL) {
        return EXIT_CANNOT_START;
    }
    if (config != NULL) {
        log_set_level(config->log_level);
    }
    return command->run(config, argc - 1, argv + 1);
}
