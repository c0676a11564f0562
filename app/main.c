/* One binary: `dabiao COMMAND`. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/check_sql.h"
#include "platform/command.h"
#include "platform/dispatch.h"
#include "platform/job.h"
#include "platform/log.h"
#include "platform/migrate.h"
#include "platform/openapi.h"
#include "platform/route.h"
#include "platform/supervise.h"

static char **main_argv;

/* The master never touches the database, so a child looks whether it is at our version. */
static bool database_is_ready(const struct config *config)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct db *db = db_create(config, DB_WRITE);
        _exit(migrate_check(config, db) == OK ? 0 : 1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int serve(const struct config *config, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (config->jwt_key[0] == '\0') {
        fprintf(stderr, "DABIAO_JWT_KEY_FILE must name a file with the key of access tokens.\n");
        return 1;
    }
    routes_init();
    if (!database_is_ready(config)) {
        return 1;
    }
    return supervise_run(config, main_argv);
}

static int migrate(const struct config *config, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return migrate_run(config, stderr) == OK ? 0 : 1;
}

static int check_sql(const struct config *config, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return check_sql_run(config, stdout) == OK ? 0 : 1;
}

static int show_config(const struct config *config, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--example") == 0) {
        config_print_example(stdout);
    } else {
        config_print(config, stdout);
    }
    return 0;
}

static int routes(const struct config *config, int argc, char **argv)
{
    (void)config;
    routes_init();
    return openapi_command(argc, argv);
}

static int run_jobs(const struct config *config, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    routes_init();
    struct db *db = db_create(config, DB_WRITE);
    enum err err = jobs_run_all(config, db);
    db_destroy(db);
    return err == OK ? 0 : 1;
}

struct user_id_row { int64_t id; };
static const struct column USER_ID[] = {COLUMN(struct user_id_row, id)};
STATEMENT_ROWS(FIND_LOGIN, "main.find_login", struct user_id_row, USER_ID, "SELECT id FROM `user` WHERE login = ?");

/* `dabiao request METHOD PATH --as LOGIN [--body TEXT]`: one request without a web server. */
static int request_command(const struct config *config, int argc, char **argv)
{
    const char *login = NULL;
    const char *body = "";
    for (int i = 3; i + 1 < argc; i += 2) {
        login = strcmp(argv[i], "--as") == 0 ? argv[i + 1] : login;
        body = strcmp(argv[i], "--body") == 0 ? argv[i + 1] : body;
    }
    if (argc < 3) {
        fprintf(stderr, "usage: dabiao request METHOD /api/v1/… --as LOGIN [--body JSON]\n");
        return 2;
    }
    struct arena *arena = arena_create(256 * 1024 * 1024);
    struct dispatcher *dispatcher = dispatcher_create(config);
    struct error error;
    struct response response = {0};
    struct str target = str_from(argv[2]);
    struct str path = target;
    error_init(&error, arena);
    if (login != NULL) {
        struct user_id_row user;
        struct db *db = db_create(config, DB_WRITE);
        if (db_one(db, arena, &FIND_LOGIN, ARGS(V(login)), &user) != OK) {
            fprintf(stderr, "There is no user %s.\n", login);
            return 1;
        }
        dispatcher_act_as(dispatcher, user.id);
        db_destroy(db);
    }
    str_cut(&target, '?', &path);
    path = str_starts(path, STR("/api/v1")) ? str_slice(path, 7, path.len) : path;
    struct request request = {
        .arena = arena, .config = config, .error = &error, .id = STR("command"), .method = str_from(argv[1]), .path = path, .query = target,
        .body = str_from(body), .content_type = STR("application/json"), .language = STR("zh-CN"), .address = STR("command"), .now = instant_now(),
    };
    dispatch(dispatcher, &request, &response);
    if (response.json != NULL) {
        json_dumpf(response.json, stdout, JSON_INDENT(2));
        printf("\n");
    }
    fprintf(stderr, "%d, %llu statements\n", response.status, (unsigned long long)dispatcher_query_count(dispatcher));
    int code = response.status < 400 ? 0 : 1;
    dispatcher_destroy(dispatcher);
    arena_destroy(arena);
    return code;
}

static const struct command OWN[] = {
    {"serve", "run workers and scheduler behind nginx", serve},
    {"migrate", "bring the database to the program's version", migrate},
    {"check-sql", "hold every statement against the database", check_sql},
    {"config", "--check: show the settings; --example: print .env.example", show_config},
    {"routes", "--json: the route table; --openapi: the OpenAPI file", routes},
    {"request", "METHOD PATH --as LOGIN: one request without a web server", request_command},
    {"job", "run the queued jobs now", run_jobs},
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof OWN / sizeof OWN[0]; i++) {
        if (strcmp(OWN[i].name, name) == 0) {
            return &OWN[i];
        }
    }
    for (size_t i = 0; COMMANDS[i] != NULL; i++) {
        if (strcmp(COMMANDS[i]->name, name) == 0) {
            return COMMANDS[i];
        }
    }
    return NULL;
}

static int print_help(FILE *out)
{
    fprintf(out, "Dabiao, a CRM for sales performance.\n\nusage: dabiao COMMAND …\n\n");
    for (size_t i = 0; i < sizeof OWN / sizeof OWN[0]; i++) {
        fprintf(out, "  %-14s %s\n", OWN[i].name, OWN[i].about);
    }
    for (size_t i = 0; COMMANDS[i] != NULL; i++) {
        fprintf(out, "  %-14s %s\n", COMMANDS[i]->name, COMMANDS[i]->about);
    }
    return out == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
    main_argv = argv;
    if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        return print_help(argc < 2 ? stderr : stdout);
    }
    const struct command *command = find_command(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "There is no command %s.\n\n", argv[1]);
        return print_help(stderr);
    }
    if (sodium_init() < 0) {
        fprintf(stderr, "The cryptographic library cannot start.\n");
        return 1;
    }
    const struct config *config = config_load();
    if (config == NULL) {
        return 1;
    }
    log_set_level(config->log_level);
    return command->run(config, argc - 1, argv + 1);
}
