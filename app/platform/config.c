/* Settings: one table, filled from a file and the environment. */
#include "platform/config.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "platform/values.h"

enum kind { KIND_TEXT, KIND_INT, KIND_BOOL, KIND_SECRET_FILE, KIND_ZONE, KIND_LEVEL };

/* One setting: where it is kept, its default, its limits. */
struct setting {
    const char *name;      /* DABIAO_… */
    enum kind kind;        /* how it is read */
    size_t offset;         /* in struct config */
    const char *fallback;  /* default */
    int64_t min, max;      /* KIND_INT */
    const char *about;     /* comment in .env.example */
};

#define AT(member) offsetof(struct config, member)
static const struct setting SETTINGS[] = {
    {"DABIAO_DB_HOSTS", KIND_TEXT, AT(db_hosts), "", 0, 0, "Database hosts, \"host[:port],…\"; empty: use the socket"},
    {"DABIAO_DB_SOCKET", KIND_TEXT, AT(db_socket), "/run/mysqld/mysqld.sock", 0, 0, "MariaDB's unix socket"},
    {"DABIAO_DB_NAME", KIND_TEXT, AT(db_name), "dabiao", 0, 0, "Database"},
    {"DABIAO_DB_USER", KIND_TEXT, AT(db_user), "dabiao", 0, 0, "Database user"},
    {"DABIAO_DB_PASSWORD_FILE", KIND_SECRET_FILE, AT(db_password), "", 0, 0, "File with the database password; empty: none"},
    {"DABIAO_FCGI_SOCKET", KIND_TEXT, AT(fcgi_socket), "/run/dabiao/fcgi.sock", 0, 0, "Unix socket that nginx passes requests to"},
    {"DABIAO_WORKERS", KIND_INT, AT(workers), "4", 1, 64, "Worker processes"},
    {"DABIAO_WORKER_REQUESTS", KIND_INT, AT(worker_requests), "50000", 1, 100000000, "A worker is replaced after that many requests"},
    {"DABIAO_WORKER_MEMORY_MB", KIND_INT, AT(worker_memory_mb), "64", 8, 4096, "Most memory one request may take"},
    {"DABIAO_SCHEDULERS", KIND_INT, AT(schedulers), "1", 0, 4, "Processes for long jobs"},
    {"DABIAO_JWT_KEY_FILE", KIND_SECRET_FILE, AT(jwt_key), "", 0, 0, "File with the key of access tokens, at least 32 bytes; needed by serve"},
    {"DABIAO_PUBLIC_URL", KIND_TEXT, AT(public_url), "http://127.0.0.1:8080", 0, 0, "Address people open in the browser"},
    {"DABIAO_DATA_DIR", KIND_TEXT, AT(data_dir), "/var/lib/dabiao", 0, 0, "Folder for attachments, imports and job results"},
    {"DABIAO_EVENTS_SOCKET", KIND_TEXT, AT(events_socket), "", 0, 0, "nginx's publish socket; empty: no push, browsers poll"},
    {"DABIAO_METRICS_SOCKET", KIND_TEXT, AT(metrics_socket), "", 0, 0, "Unix socket for Prometheus metrics; empty: none"},
    {"DABIAO_SQL_DIR", KIND_TEXT, AT(sql_dir), "sql", 0, 0, "Folder with migrations and seed"},
    {"DABIAO_LOG_LEVEL", KIND_LEVEL, AT(log_level), "info", 0, 0, "debug, info, warn or error"},
    {"DABIAO_TIME_ZONE", KIND_ZONE, AT(time_zone), "Asia/Shanghai", 0, 0, "Time zone of a new company"},
    {"DABIAO_SECURE_COOKIES", KIND_BOOL, AT(secure_cookies), "true", 0, 0, "false only for plain http on a developer's machine"},
    {"DABIAO_BODY_MAX_KB", KIND_INT, AT(body_max_kb), "2048", 16, 65536, "Largest JSON body"},
    {"DABIAO_UPLOAD_MAX_MB", KIND_INT, AT(upload_max_mb), "100", 1, 2048, "Largest uploaded file"},
    {"DABIAO_RATE_PER_MINUTE", KIND_INT, AT(rate_per_minute), "1200", 0, 1000000, "Requests a user may send a minute; 0: no limit"},
    {"DABIAO_ARGON_MEMORY_KB", KIND_INT, AT(argon_memory_kb), "19456", 8192, 1048576, "Memory of a password hash"},
    {"DABIAO_ARGON_PASSES", KIND_INT, AT(argon_passes), "2", 1, 16, "Passes of a password hash"},
};
enum { SETTING_COUNT = sizeof SETTINGS / sizeof SETTINGS[0], SECRET_MAX = 4096, LINE_MAX_CHARS = 4096 };

/* Names that scripts use and the program only tolerates in the file. */
static const char *const SCRIPT_NAMES[] = {"DABIAO_PORT", "DABIAO_VAR", "DABIAO_CONFIG_FILE"};

static char *copy_text(const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL) {
        abort();
    }
    return copy;
}

static int find_setting(const char *name)
{
    for (int i = 0; i < SETTING_COUNT; i++) {
        if (strcmp(SETTINGS[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool is_script_name(const char *name)
{
    for (size_t i = 0; i < sizeof SCRIPT_NAMES / sizeof SCRIPT_NAMES[0]; i++) {
        if (strcmp(SCRIPT_NAMES[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static int fault(const char *name, const char *what)
{
    fprintf(stderr, "%s %s\n", name, what);
    return 1;
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text)) {
        text++;
    }
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1])) {
        text[--len] = '\0';
    }
    if (len >= 2 && (text[0] == '"' || text[0] == '\'') && text[len - 1] == text[0]) {
        text[len - 1] = '\0';
        text++;
    }
    return text;
}

/* Reads KEY=VALUE lines into `texts`. Returns the number of faults. */
static int read_file(const char *path, char *texts[SETTING_COUNT])
{
    char line[LINE_MAX_CHARS];
    int faults = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return fault("DABIAO_CONFIG_FILE", "names a file that cannot be read.");
    }
    while (fgets(line, sizeof line, file) != NULL) {
        char *name = trim(line);
        char *equals = strchr(name, '=');
        if (*name == '\0' || *name == '#') {
            continue;
        }
        if (equals == NULL) {
            faults += fault(name, "is not a line like NAME=value.");
            continue;
        }
        *equals = '\0';
        name = trim(name);
        int index = find_setting(name);
        if (index >= 0) {
            free(texts[index]);
            texts[index] = copy_text(trim(equals + 1));
        } else if (!is_script_name(name)) {
            faults += fault(name, "is not a setting of this program.");
        }
    }
    fclose(file);
    return faults;
}

static int read_secret(const struct setting *setting, const char *path, const char **out)
{
    char secret[SECRET_MAX + 1];
    *out = "";
    if (path[0] == '\0') {
        return 0;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return fault(setting->name, "names a file that cannot be read.");
    }
    size_t len = fread(secret, 1, SECRET_MAX, file);
    fclose(file);
    secret[len] = '\0';
    *out = copy_text(trim(secret));
    bool short_key = setting->offset == AT(jwt_key) && strlen(*out) < 32;
    return short_key ? fault(setting->name, "must name a file with at least 32 bytes.") : 0;
}

static int read_int(const struct setting *setting, const char *text, int64_t *out)
{
    char what[96];
    if (str_to_i64(str_from(text), out) && *out >= setting->min && *out <= setting->max) {
        return 0;
    }
    snprintf(what, sizeof what, "must be a whole number from %lld to %lld.", (long long)setting->min, (long long)setting->max);
    return fault(setting->name, what);
}

static int read_setting(const struct setting *setting, const char *text, struct config *config)
{
    char *place = (char *)config + setting->offset;
    switch (setting->kind) {
    case KIND_TEXT:
        *(const char **)place = text;
        return 0;
    case KIND_INT:
        return read_int(setting, text, (int64_t *)place);
    case KIND_BOOL:
        *(bool *)place = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
        return *(bool *)place || strcmp(text, "false") == 0 || strcmp(text, "0") == 0 ? 0 : fault(setting->name, "must be true or false.");
    case KIND_SECRET_FILE:
        return read_secret(setting, text, (const char **)place);
    case KIND_ZONE:
        *(const char **)place = text;
        return zone_is_known(text) ? 0 : fault(setting->name, "is not a known time zone.");
    case KIND_LEVEL:
        *(const char **)place = text;
        return strstr(" debug info warn error ", text) != NULL ? 0 : fault(setting->name, "must be debug, info, warn or error.");
    }
    return 0;
}

const struct config *config_load(void)
{
    struct config *config = calloc(1, sizeof *config);
    char *texts[SETTING_COUNT] = {NULL};
    const char *path = getenv("DABIAO_CONFIG_FILE");
    int faults = config == NULL ? 1 : 0;
    if (path != NULL && path[0] != '\0') {
        faults += read_file(path, texts);
    }
    for (int i = 0; i < SETTING_COUNT && config != NULL; i++) {
        const char *text = getenv(SETTINGS[i].name);
        text = text != NULL ? text : texts[i] != NULL ? texts[i] : SETTINGS[i].fallback;
        faults += read_setting(&SETTINGS[i], copy_text(text), config);
    }
    for (int i = 0; i < SETTING_COUNT; i++) {
        free(texts[i]);
    }
    return faults == 0 ? config : NULL;
}

void config_print(const struct config *config, FILE *out)
{
    for (int i = 0; i < SETTING_COUNT; i++) {
        const char *place = (const char *)config + SETTINGS[i].offset;
        switch (SETTINGS[i].kind) {
        case KIND_INT:
            fprintf(out, "%s=%lld\n", SETTINGS[i].name, (long long)*(const int64_t *)place);
            break;
        case KIND_BOOL:
            fprintf(out, "%s=%s\n", SETTINGS[i].name, *(const bool *)place ? "true" : "false");
            break;
        case KIND_SECRET_FILE:
            fprintf(out, "%s=%s\n", SETTINGS[i].name, (*(const char *const *)place)[0] == '\0' ? "" : "***");
            break;
        default:
            fprintf(out, "%s=%s\n", SETTINGS[i].name, *(const char *const *)place);
            break;
        }
    }
}

void config_print_example(FILE *out)
{
    fprintf(out, "# Settings of Dabiao with their defaults. Printed by `dabiao config --example`.\n");
    for (int i = 0; i < SETTING_COUNT; i++) {
        fprintf(out, "\n# %s\n#%s=%s\n", SETTINGS[i].about, SETTINGS[i].name, SETTINGS[i].fallback);
    }
}
