/* `dabiao import KIND FILE --map M.json`: the same engine without a browser, for administrators and scripts. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import.h"
#include "import_rules.h"
#include "org.h"
#include "platform/custom.h"
#include "platform/identity_load.h"
#include "platform/tx.h"

enum { FILE_MAX = 512 * 1024 * 1024 };

/* The command line. */
struct options {
    const char *kind, *file, *map, *login;
    bool dry_run, json;
};

static bool read_options(int argc, char **argv, struct options *options)
{
    *options = (struct options){0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--dry-run") == 0) {
            options->dry_run = true;
        } else if (strcmp(argv[i], "--json") == 0) {
            options->json = true;
        } else if (strcmp(argv[i], "--map") == 0 && i + 1 < argc) {
            options->map = argv[++i];
        } else if (strcmp(argv[i], "--as") == 0 && i + 1 < argc) {
            options->login = argv[++i];
        } else if (options->kind == NULL) {
            options->kind = argv[i];
        } else if (options->file == NULL) {
            options->file = argv[i];
        } else {
            return false;
        }
    }
    return options->kind != NULL && options->file != NULL;
}

static bool read_file(struct arena *arena, const char *path, struct str *out)
{
    FILE *file = fopen(path, "re");
    struct buf text;
    char chunk[65536];
    size_t got;
    if (file == NULL) {
        return false;
    }
    buf_init(&text, arena);
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0 && text.len < FILE_MAX) {
        buf_add(&text, str_n(chunk, got));
    }
    fclose(file);
    *out = buf_str(&text);
    return true;
}

/* The file joins the data folder like an uploaded one, so that its batch can be looked at and taken back in the
 * browser. */
static enum err store_copy(struct request *request, const char *path, struct import_batch *batch)
{
    struct str content;
    mkdir(request->config->data_dir, 0750);
    mkdir(str_format(request->arena, "%s/imports", request->config->data_dir).ptr, 0750);
    batch->path = str_format(request->arena, "imports/command-%lld-%d", (long long)request->now.ms, (int)getpid());
    struct str target = str_format(request->arena, "%s/%.*s", request->config->data_dir, STR_ARG(batch->path));
    FILE *file = fopen(target.ptr, "we");
    bool ok = read_file(request->arena, path, &content) && file != NULL &&
              fwrite(content.ptr, 1, content.len, file) == content.len;
    ok = file != NULL && fclose(file) == 0 && ok;
    return ok ? OK
              : error_set(request->error, ERR_IMPORT_UNREADABLE,
                          "%s cannot be read, or the data folder cannot be written.", path);
}

static enum err prepare(struct request *request, const struct options *options, struct import_batch *batch)
{
    struct import_kind kind;
    json_t *format;
    json_t *mapping;
    const char *slash = strrchr(options->file, '/');
    if (import_kind_find(request->arena, str_from(options->kind), &kind) != OK) {
        return error_set(request->error, ERR_NOT_FOUND, "There is no kind of import called %s.", options->kind);
    }
    *batch = (struct import_batch){
        .kind = str_from(kind.name),
        .file_name = str_from(slash == NULL ? options->file : slash + 1),
        .dry_run = options->dry_run,
        .created_by_id = {true, request->user->user_id},
    };
    TRY(store_copy(request, options->file, batch));
    struct str stored = str_format(request->arena, "%s/%.*s", request->config->data_dir, STR_ARG(batch->path));
    TRY(import_inspect(request, stored.ptr, &kind, &format, &mapping, &batch->header_hash));
    if (options->map != NULL) {
        struct str text;
        if (!read_file(request->arena, options->map, &text)) {
            return error_set(request->error, ERR_NOT_FOUND, "The mapping %s cannot be read.", options->map);
        }
        TRY(json_read(request->arena, text, request->error, &mapping));
    }
    TRY(import_check_mapping(request, &kind, mapping));
    batch->format = json_write(request->arena, format);
    batch->mapping = (struct opt_str){true, json_write(request->arena, mapping)};
    TRY(import_store_insert(request->db, request->arena, batch, request->now, &batch->id));
    return import_store_begin(request->db, request->arena, batch->id, options->dry_run, 0, request->now);
}

static enum err show_progress(void *context, int64_t done, int64_t total)
{
    const struct options *options = context;
    if (!options->json && isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%lld / %lld rows", (long long)done, (long long)total);
    }
    return OK;
}

static void print_result(const struct import_batch *batch, const struct options *options)
{
    if (options->json) {
        printf("{\"batch_id\":%lld,\"rows\":%lld,\"created\":%lld,\"updated\":%lld,\"skipped\":%lld,\"failed\":%lld,"
               "\"dry_run\":%s}\n",
               (long long)batch->id, (long long)batch->row_count, (long long)batch->created_count,
               (long long)batch->updated_count, (long long)batch->skipped_count, (long long)batch->failed_count,
               batch->dry_run ? "true" : "false");
        return;
    }
    printf("%s%lld rows: %lld created, %lld updated, %lld skipped, %lld refused (import %lld)\n",
           batch->dry_run ? "Dry run, nothing changed. " : "", (long long)batch->row_count,
           (long long)batch->created_count, (long long)batch->updated_count, (long long)batch->skipped_count,
           (long long)batch->failed_count, (long long)batch->id);
}

static void print_faults(struct request *request, const struct import_batch *batch)
{
    struct import_fault *faults;
    size_t count;
    if (import_store_faults(request->db, request->arena, batch->id, 0, 20, &faults, &count) != OK) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        fprintf(stderr, "row %lld: %.*s\n", (long long)faults[i].row_number, STR_ARG(faults[i].errors));
    }
}

static int run(const struct config *config, int argc, char **argv)
{
    struct options options;
    if (!read_options(argc, argv, &options)) {
        fprintf(stderr, "usage: dabiao import KIND FILE --map M.json [--as LOGIN] [--dry-run] [--json]\n");
        return 2;
    }
    struct arena *arena = arena_create((size_t)2 * 1024 * 1024 * 1024);
    struct error error;
    struct import_batch batch = {0};
    int64_t user_id = 0;
    error_init(&error, arena);
    routes_init();
    struct request request = {
        .arena = arena,
        .config = config,
        .error = &error,
        .db = db_create(config, DB_WRITE),
        .id = STR("command"),
        .address = STR("command"),
        .now = instant_now(),
    };
    enum err err = org_user_by_login(request.db, arena, options.login, &user_id);
    err = err == OK ? identity_load_user(&request, request.db, user_id) : err;
    err = err == OK ? custom_load(request.db, 0, request.today) : err;
    err = err == OK ? prepare(&request, &options, &batch) : err;
    if (err != OK && batch.id == 0 && batch.path.len > 0) {
        remove(str_format(arena, "%s/%.*s", config->data_dir, STR_ARG(batch.path)).ptr);
    }
    err = err == OK ? import_run(&request, &batch, show_progress, &options) : err;
    if (err == OK) {
        print_result(&batch, &options);
        print_faults(&request, &batch);
    } else {
        fprintf(stderr, "%.*s\n", STR_ARG(error.detail.len > 0 ? error.detail : str_from(err_text(err))));
        for (size_t i = 0; i < error.field_count; i++) {
            fprintf(stderr, "  %.*s: %.*s\n", STR_ARG(error.fields[i].field), STR_ARG(error.fields[i].message));
        }
    }
    db_destroy(request.db);
    int code = err != OK ? 1 : batch.failed_count > 0 ? 3 : 0;
    arena_destroy(arena);
    return code;
}

const struct command IMPORT_COMMANDS[] = {
    {"import", "KIND FILE --map M.json [--as LOGIN] [--dry-run] [--json]: import a file", run},
    {0},
};
