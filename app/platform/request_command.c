/* `dabiao request`: one request without a web server, for the debugger and for administrators' scripts. The answer goes
 * to stdout, its status and its cost to stderr. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/command.h"
#include "platform/command_store.h"
#include "platform/dispatch.h"

enum { MEMORY_MB = 256, CHUNK_BYTES = 65536 };

/* What the options say. */
struct call {
    const struct config *config; /* settings */
    const char *login;           /* --as; NULL: nobody */
    struct str body;             /* of --body or --json */
    const char *content_type;    /* --type */
    const char *key;             /* --key: idempotency key */
    const char *version;         /* --if-match */
    struct opt_instant at;       /* --at: as if it were then */
};

/* A whole file; "-" is stdin. */
static bool read_file(struct arena *arena, const char *path, struct str *out)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    struct buf text;
    char *chunk = arena_alloc(arena, CHUNK_BYTES);
    size_t got;
    if (file == NULL) {
        return false;
    }
    buf_init(&text, arena);
    do {
        got = fread(chunk, 1, CHUNK_BYTES, file);
        buf_add(&text, str_n(chunk, got));
    } while (got > 0);
    bool is_read = ferror(file) == 0;
    if (file != stdin) {
        fclose(file);
    }
    *out = buf_str(&text);
    return is_read;
}

static int print_answer(const struct response *response)
{
    if (response->json != NULL) {
        json_dumpf(response->json, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
        putchar('\n');
    } else if (response->raw.len > 0) {
        fwrite(response->raw.ptr, 1, response->raw.len, stdout);
    } else if (response->file.len > 0) {
        printf("%.*s\n", STR_ARG(response->file));
    }
    return response->status < 400 ? COMMAND_DONE : COMMAND_FAILED;
}

static int act_as(struct dispatcher *dispatcher, struct arena *arena, const struct call *call)
{
    int64_t user_id = 0;
    struct db *db = db_create(call->config, DB_READ);
    enum err err = command_store_user(db, arena, str_from(call->login), &user_id);
    db_destroy(db);
    if (err != OK) {
        fprintf(stderr, "%s: %s\n", call->login, err == ERR_NOT_FOUND ? "there is no such user." : err_text(err));
        return COMMAND_FAILED;
    }
    dispatcher_act_as(dispatcher, user_id);
    return COMMAND_DONE;
}

static int run_call(struct dispatcher *dispatcher, struct arena *arena, const struct call *call, const char *method,
                    const char *target)
{
    struct error error;
    struct response response = {0};
    struct str query = str_from(target);
    struct str path = query;
    if (call->login != NULL && act_as(dispatcher, arena, call) != COMMAND_DONE) {
        return COMMAND_FAILED;
    }
    error_init(&error, arena);
    str_cut(&query, '?', &path);
    struct request request = {
        .arena = arena,
        .config = call->config,
        .error = &error,
        .id = STR("command"),
        .method = str_from(method),
        .path = str_starts(path, STR("/api/v1/")) ? str_slice(path, 7, path.len) : path,
        .query = query,
        .body = call->body,
        .content_type = str_from(call->content_type),
        .idempotency_key = str_from(call->key),
        .if_match = str_from(call->version),
        .language = STR("en"),
        .address = STR("command"),
        .now = call->at.set ? call->at.value : instant_now(),
    };
    dispatch(dispatcher, &request, &response);
    int code = print_answer(&response);
    fprintf(stderr, "%d, %llu statements\n", response.status, (unsigned long long)dispatcher_query_count(dispatcher));
    return code;
}

int request_command(const struct config *config, int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: dabiao request METHOD PATH --as LOGIN [--body FILE|- | --json TEXT] [--type TYPE] "
                        "[--if-match VERSION] [--key KEY] [--at TIME]\n");
        return COMMAND_MISUSED;
    }
    struct arena *arena = arena_create((size_t)MEMORY_MB * 1024 * 1024);
    struct dispatcher *dispatcher = dispatcher_create(config);
    const char *file = command_option(argc, argv, "--body", NULL);
    struct call call = {
        .config = config,
        .login = command_option(argc, argv, "--as", NULL),
        .body = str_from(command_option(argc, argv, "--json", "")),
        .content_type = command_option(argc, argv, "--type", "application/json"),
        .key = command_option(argc, argv, "--key", ""),
        .version = command_option(argc, argv, "--if-match", ""),
    };
    int code = COMMAND_FAILED;
    if (!command_clock(argc, argv, &call.at)) {
        code = COMMAND_MISUSED;
    } else if (file != NULL && !read_file(arena, file, &call.body)) {
        fprintf(stderr, "The file %s cannot be read.\n", file);
    } else {
        code = run_call(dispatcher, arena, &call, argv[1], argv[2]);
    }
    dispatcher_destroy(dispatcher);
    arena_destroy(arena);
    return code;
}
