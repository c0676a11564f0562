/* `dabiao create-admin`: the way in for a new installation. */
#include <stdio.h>
#include <string.h>

#include "auth.h"
#include "pipeline.h"
#include "platform/auth.h"
#include "platform/tx.h"
#include "seed_store.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, PASSWORD_FILE_MAX = 1024 };

/* What the command line says. */
struct admin_request {
    struct arena *arena;         /* memory of the command */
    const struct config *config; /* settings */
    struct str login;            /* folded */
    struct str name;             /* shown */
    struct str password;         /* given or generated */
    bool generated;              /* must be changed at sign-in */
    struct instant now;          /* of the command */
};

static enum err create_admin(struct db *db, void *context)
{
    const struct admin_request *admin = context;
    int64_t department_id;
    int64_t role_id;
    int64_t user_id;
    TRY(company_seed(db, admin->arena, admin->config, admin->now, &department_id));
    TRY(pipeline_seed(db, admin->arena, true, admin->now));
    TRY(seed_store_role_id(db, admin->arena, "admin", &role_id));
    TRY(seed_store_add_user(db, admin->arena, admin->login, admin->name, department_id, admin->now, &user_id));
    TRY(seed_store_add_user_role(db, admin->arena, user_id, role_id));
    TRY(auth_set_password(db, admin->arena, admin->config, user_id, admin->password, admin->generated, admin->now));
    return epoch_raise(db, admin->arena);
}

/* The first line of the file. */
static bool read_password(struct arena *arena, const char *path, struct str *out)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return false;
    }
    char *line = arena_alloc(arena, PASSWORD_FILE_MAX);
    bool read = fgets(line, PASSWORD_FILE_MAX, file) != NULL;
    fclose(file);
    line[strcspn(line, "\r\n")] = '\0';
    *out = str_from(line);
    return read;
}

static bool login_is_acceptable(struct str login)
{
    for (size_t i = 0; i < login.len; i++) {
        char c = login.ptr[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("._-@", c) != NULL;
        if (!good || c == '\0') {
            return false;
        }
    }
    return login.len >= 2 && login.len <= 100;
}

static int complain(const char *sentence)
{
    fprintf(stderr, "%s\n", sentence);
    return 1;
}

static const char USAGE[] = "Usage: dabiao create-admin LOGIN [--name NAME] [--password-file FILE]\n"
                            "LOGIN: 2 to 100 of a-z 0-9 . _ - @. Without a file a first password is made and printed; "
                            "it must be changed at sign-in.";

/* Fills `admin` from the arguments; false when they make no sense. */
static bool read_arguments(struct admin_request *admin, const char **password_file_out, int argc, char **argv)
{
    if (argc < 2 || argc % 2 != 0) {
        return false;
    }
    admin->login = str_from(argv[1]);
    admin->name = admin->login;
    for (int i = 2; i < argc; i += 2) {
        if (strcmp(argv[i], "--name") == 0) {
            admin->name = str_trim(str_from(argv[i + 1]));
        } else if (strcmp(argv[i], "--password-file") == 0) {
            *password_file_out = argv[i + 1];
        } else {
            return false;
        }
    }
    return login_is_acceptable(admin->login) && admin->name.len > 0 && str_chars(admin->name) <= 100;
}

static int save_admin(struct admin_request *admin)
{
    struct db *db = db_create(admin->config, DB_WRITE);
    enum err err = db_tx(db, create_admin, admin);
    db_destroy(db);
    if (err == ERR_DUPLICATE) {
        return complain("There is a user with this login already.");
    }
    if (err != OK) {
        fprintf(stderr, "The administrator was not created: %s\n", err_text(err));
        return 1;
    }
    printf("Administrator %.*s was created.\n", STR_ARG(admin->login));
    if (admin->generated) {
        printf("First password: %.*s\n", STR_ARG(admin->password));
    }
    return 0;
}

static int run_in_arena(struct admin_request *admin, int argc, char **argv)
{
    const char *password_file = "generated";
    if (!read_arguments(admin, &password_file, argc, argv)) {
        return complain(USAGE);
    }
    admin->generated = strcmp(password_file, "generated") == 0;
    if (admin->generated) {
        admin->password = auth_password_generate(admin->arena);
    } else if (!read_password(admin->arena, password_file, &admin->password)) {
        return complain("The password file cannot be read or is empty.");
    }
    const char *fault = password_fault(admin->arena, admin->login, admin->name, admin->password);
    if (fault != NULL) {
        fprintf(stderr, "The password is refused: %s.\n", fault);
        return 1;
    }
    return save_admin(admin);
}

static int run_create_admin(const struct config *config, int argc, char **argv)
{
    struct admin_request admin = {.arena = arena_create(ARENA_BYTES), .config = config, .now = instant_now()};
    int status = run_in_arena(&admin, argc, argv);
    arena_destroy(admin.arena);
    return status;
}

const struct command AUTH_COMMANDS[] = {
    {"create-admin", "create an administrator, and the company when there is none", run_create_admin},
    {NULL, NULL, NULL},
};
