/* Settings: one table, filled from a file and, over it, from the environment.
 *
 * Every fault is told before the answer is "no", so that an administrator repairs a file in one go. What is loaded
 * lives as long as the process, in an arena that is never given back: a reload adds a few kilobytes. */
#include "platform/config.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "platform/arena.h"
#include "platform/values.h"

enum kind { KIND_TEXT, KIND_INT, KIND_BOOL, KIND_SECRET_FILE, KIND_ZONE, KIND_LEVEL, KIND_HOSTS, KIND_ORIGIN };

/* One setting: where it is kept, its default, its limits. */
struct setting {
    const char *name;     /* DABIAO_… */
    enum kind kind;       /* how it is read */
    size_t offset;        /* in struct config */
    const char *fallback; /* default */
    int64_t min, max;     /* KIND_INT: limits; KIND_SECRET_FILE: least bytes */
    const char *about;    /* comment in .env.example */
};

#define AT(member) offsetof(struct config, member)
static const struct setting SETTINGS[] = {
    {"DABIAO_DB_HOSTS", KIND_HOSTS, AT(db_hosts), "", 0, 0, "Database hosts, \"host[:port],…\"; empty: use the socket"},
    {"DABIAO_DB_SOCKET", KIND_TEXT, AT(db_socket), "/run/mysqld/mysqld.sock", 0, 0, "MariaDB's unix socket"},
    {"DABIAO_DB_NAME", KIND_TEXT, AT(db_name), "dabiao", 0, 0, "Database"},
    {"DABIAO_DB_USER", KIND_TEXT, AT(db_user), "dabiao", 0, 0, "Database user"},
    {"DABIAO_DB_PASSWORD_FILE", KIND_SECRET_FILE, AT(db_password), "", 1, 0,
     "File with the database password; empty: none"},
    {"DABIAO_FCGI_SOCKET", KIND_TEXT, AT(fcgi_socket), "/run/dabiao/fcgi.sock", 0, 0,
     "Unix socket that nginx passes requests to"},
    {"DABIAO_WORKERS", KIND_INT, AT(workers), "4", 1, 64, "Worker processes"},
    {"DABIAO_WORKER_REQUESTS", KIND_INT, AT(worker_requests), "50000", 1, 100000000,
     "A worker is replaced after that many requests"},
    {"DABIAO_WORKER_MEMORY_MB", KIND_INT, AT(worker_memory_mb), "64", 8, 4096, "Most memory one request may take"},
    {"DABIAO_SCHEDULERS", KIND_INT, AT(schedulers), "1", 0, 4, "Processes for long jobs"},
    {"DABIAO_JWT_KEY_FILE", KIND_SECRET_FILE, AT(jwt_key), "", 32, 0,
     "File with the key of access tokens, at least 32 bytes; needed by serve"},
    {"DABIAO_PUBLIC_URL", KIND_ORIGIN, AT(public_url), "http://127.0.0.1:8080", 0, 0,
     "Address people open in the browser"},
    {"DABIAO_DATA_DIR", KIND_TEXT, AT(data_dir), "/var/lib/dabiao", 0, 0,
     "Folder for attachments, imports and job results"},
    {"DABIAO_EVENTS_SOCKET", KIND_TEXT, AT(events_socket), "", 0, 0,
     "nginx's publish socket; empty: no push, browsers poll"},
    {"DABIAO_METRICS_SOCKET", KIND_TEXT, AT(metrics_socket), "", 0, 0,
     "Unix socket for Prometheus metrics; empty: none"},
    {"DABIAO_SQL_DIR", KIND_TEXT, AT(sql_dir), "sql", 0, 0, "Folder with migrations and seed"},
    {"DABIAO_LOG_LEVEL", KIND_LEVEL, AT(log_level), "info", 0, 0, "debug, info, warn or error"},
    {"DABIAO_TIME_ZONE", KIND_ZONE, AT(time_zone), "Asia/Shanghai", 0, 0, "Time zone of a new company"},
    {"DABIAO_SECURE_COOKIES", KIND_BOOL, AT(secure_cookies), "true", 0, 0,
     "false only for plain http on a developer's machine"},
    {"DABIAO_BODY_MAX_KB", KIND_INT, AT(body_max_kb), "2048", 16, 65536, "Largest JSON body"},
    {"DABIAO_UPLOAD_MAX_MB", KIND_INT, AT(upload_max_mb), "100", 1, 2048, "Largest uploaded file"},
    {"DABIAO_RATE_PER_MINUTE", KIND_INT, AT(rate_per_minute), "1200", 0, 1000000,
     "Requests a user may send a minute; 0: no limit"},
    {"DABIAO_ARGON_MEMORY_KB", KIND_INT, AT(argon_memory_kb), "19456", 8192, 1048576, "Memory of a password hash"},
    {"DABIAO_ARGON_PASSES", KIND_INT, AT(argon_passes), "2", 1, 16, "Passes of a password hash"},
};
enum {
    SETTING_COUNT = sizeof SETTINGS / sizeof SETTINGS[0],
    FILE_MAX = 64 * 1024,
    SECRET_MAX = 4096,
    PORT_MAX = 65535
};

/* Names that the scripts and the compose file use; they may stand in the same file. */
static const char *const SCRIPT_NAMES[] = {
    "DABIAO_PORT",          "DABIAO_VAR",           "DABIAO_CONFIG_FILE",
    "DABIAO_LISTEN",        "DABIAO_DEMO",          "DABIAO_DB_MEMORY",
    "DABIAO_DB_LOG",        "DABIAO_TRUSTED_PROXY", "DABIAO_SIGN_IN_PER_MINUTE",
    "DABIAO_SIGN_IN_BURST",
};

/* What the file said about one setting. */
struct entry {
    struct str text; /* value; ptr NULL when the file does not name it */
    size_t line;     /* where */
};

/* A load on its way. */
struct loader {
    struct arena *arena;                 /* the process's: what stays */
    struct arena *scratch;               /* of this load: files */
    const char *path;                    /* of the file, or NULL */
    struct entry entries[SETTING_COUNT]; /* of the file */
    size_t faults;                       /* told so far */
};

static void fault(struct loader *loader, const char *subject, const char *what)
{
    fprintf(stderr, "%s %s\n", subject, what);
    loader->faults++;
}

static void fault_line(struct loader *loader, size_t line, const char *what)
{
    char subject[512];
    snprintf(subject, sizeof subject, "%s, line %zu:", loader->path, line);
    fault(loader, subject, what);
}

static int find_setting(struct str name)
{
    for (int i = 0; i < SETTING_COUNT; i++) {
        if (str_eq_c(name, SETTINGS[i].name)) {
            return i;
        }
    }
    return -1;
}

static bool is_script_name(struct str name)
{
    for (size_t i = 0; i < sizeof SCRIPT_NAMES / sizeof SCRIPT_NAMES[0]; i++) {
        if (str_eq_c(name, SCRIPT_NAMES[i])) {
            return true;
        }
    }
    return false;
}

/* A whole small file. False with errno set when it cannot be read or is larger than `max`. */
static bool read_whole(struct arena *arena, const char *path, size_t max, struct str *out)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    char *bytes = arena_alloc(arena, max + 1);
    errno = 0;
    size_t len = fread(bytes, 1, max + 1, file);
    if (len > max) {
        errno = EFBIG;
    }
    int cause = errno;
    fclose(file);
    errno = cause;
    *out = str_n(bytes, len);
    return cause == 0;
}

/* The value of a line: quoted and then taken as it is, or plain up to a comment. False when a quote does not end. */
static bool read_value(struct str raw, struct str *out)
{
    raw = str_trim(raw);
    if (raw.len > 0 && (raw.ptr[0] == '"' || raw.ptr[0] == '\'')) {
        struct str rest = str_slice(raw, 1, raw.len);
        size_t end = str_find(rest, str_n(raw.ptr, 1));
        struct str after = str_trim(end == SIZE_MAX ? rest : str_slice(rest, end + 1, rest.len));
        *out = str_slice(rest, 0, end);
        return end != SIZE_MAX && (after.len == 0 || after.ptr[0] == '#');
    }
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] == '#' && (i == 0 || raw.ptr[i - 1] == ' ' || raw.ptr[i - 1] == '\t')) {
            raw = str_slice(raw, 0, i);
        }
    }
    *out = str_trim(raw);
    return true;
}

/* One line NAME=value of the file. */
static void read_line(struct loader *loader, struct str text, size_t line)
{
    struct str name;
    struct str value;
    char what[200];
    text = str_trim(text);
    if (text.len == 0 || text.ptr[0] == '#') {
        return;
    }
    if (str_find(text, STR("=")) == SIZE_MAX) {
        fault_line(loader, line, "this is not a line like NAME=value.");
        return;
    }
    str_cut(&text, '=', &name);
    name = str_trim(name);
    int index = find_setting(name);
    if (index < 0) {
        if (str_starts(name, STR("DABIAO_")) && !is_script_name(name)) {
            snprintf(what, sizeof what, "%.100s is not a setting of this program.", str_c(loader->scratch, name));
            fault_line(loader, line, what);
        }
        return;
    }
    if (loader->entries[index].text.ptr != NULL) {
        snprintf(what, sizeof what, "%s stands in line %zu already.", SETTINGS[index].name,
                 loader->entries[index].line);
        fault_line(loader, line, what);
    }
    if (!read_value(text, &value)) {
        snprintf(what, sizeof what, "the quotes of %s do not fit.", SETTINGS[index].name);
        fault_line(loader, line, what);
    }
    loader->entries[index] = (struct entry){value, line};
}

static void read_file(struct loader *loader)
{
    struct str text;
    struct str line;
    if (!read_whole(loader->scratch, loader->path, FILE_MAX, &text)) {
        char what[512];
        snprintf(what, sizeof what, "names %s, which cannot be read: %s.", loader->path, strerror(errno));
        fault(loader, "DABIAO_CONFIG_FILE", what);
        return;
    }
    for (size_t number = 1; str_cut(&text, '\n', &line); number++) {
        read_line(loader, line, number);
    }
}

static void read_secret(struct loader *loader, const struct setting *setting, const char *path, const char **out)
{
    struct str text;
    char what[512];
    *out = "";
    if (path[0] == '\0') {
        return;
    }
    if (!read_whole(loader->scratch, path, SECRET_MAX, &text)) {
        snprintf(what, sizeof what, "names %s, which cannot be read: %s.", path, strerror(errno));
        fault(loader, setting->name, what);
        return;
    }
    text = str_trim(text);
    *out = str_c(loader->arena, text);
    if (strlen(*out) != text.len) {
        fault(loader, setting->name, "names a file with a zero byte; it must hold text.");
    } else if ((int64_t)text.len < setting->min) {
        snprintf(what, sizeof what, "must name a file of at least %lld bytes.", (long long)setting->min);
        fault(loader, setting->name, what);
    }
}

static void read_int(struct loader *loader, const struct setting *setting, const char *text, int64_t *out)
{
    char what[200];
    if (str_to_i64(str_from(text), out) && *out >= setting->min && *out <= setting->max) {
        return;
    }
    snprintf(what, sizeof what, "must be a whole number from %lld to %lld, not \"%.40s\".", (long long)setting->min,
             (long long)setting->max, text);
    fault(loader, setting->name, what);
}

static void read_bool(struct loader *loader, const struct setting *setting, const char *text, bool *out)
{
    *out = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    if (!*out && strcmp(text, "false") != 0 && strcmp(text, "0") != 0) {
        fault(loader, setting->name, "must be true or false.");
    }
}

static bool is_level(const char *text)
{
    return strcmp(text, "debug") == 0 || strcmp(text, "info") == 0 || strcmp(text, "warn") == 0 ||
           strcmp(text, "error") == 0;
}

/* "host", "host:port", "[v6]" or "[v6]:port". */
static bool is_host(struct str entry)
{
    bool bracket = str_starts(entry, STR("["));
    size_t end = str_find(entry, bracket ? STR("]") : STR(":"));
    struct str host = str_slice(entry, bracket ? 1 : 0, end);
    struct str port = str_slice(entry, bracket ? end + 1 : end, entry.len);
    int64_t number = 0;
    if (host.len == 0 || (bracket && end == SIZE_MAX)) {
        return false;
    }
    if (port.len == 0) {
        return true;
    }
    return port.ptr[0] == ':' && str_to_i64(str_slice(port, 1, port.len), &number) && number > 0 && number <= PORT_MAX;
}

static bool is_host_list(struct str text)
{
    struct str entry;
    while (str_cut(&text, ',', &entry)) {
        if (!is_host(str_trim(entry))) {
            return false;
        }
    }
    return true;
}

/* Scheme and host as browsers send them in Origin: no path, no slash at the end. */
static bool is_origin(struct str text)
{
    struct str scheme = str_starts(text, STR("https://")) ? STR("https://") : STR("http://");
    struct str host = str_slice(text, scheme.len, text.len);
    bool plain = str_find(host, STR("/")) == SIZE_MAX && str_find(host, STR(" ")) == SIZE_MAX;
    return str_starts(text, scheme) && host.len > 0 && plain;
}

static void read_setting(struct loader *loader, const struct setting *setting, const char *text, struct config *config)
{
    char *place = (char *)config + setting->offset;
    switch (setting->kind) {
    case KIND_INT:
        read_int(loader, setting, text, (int64_t *)place);
        return;
    case KIND_BOOL:
        read_bool(loader, setting, text, (bool *)place);
        return;
    case KIND_SECRET_FILE:
        read_secret(loader, setting, text, (const char **)place);
        return;
    case KIND_TEXT:
    case KIND_ZONE:
    case KIND_LEVEL:
    case KIND_HOSTS:
    case KIND_ORIGIN:
        *(const char **)place = text;
        break;
    }
    if (setting->kind == KIND_ZONE && !zone_is_known(text)) {
        fault(loader, setting->name, "is not a time zone of this system, like Asia/Shanghai.");
    } else if (setting->kind == KIND_LEVEL && !is_level(text)) {
        fault(loader, setting->name, "must be debug, info, warn or error.");
    } else if (setting->kind == KIND_HOSTS && !is_host_list(str_from(text))) {
        fault(loader, setting->name, "must be a list like db1,db2:3307.");
    } else if (setting->kind == KIND_ORIGIN && !is_origin(str_from(text))) {
        fault(loader, setting->name, "must be an address like https://crm.example.com, without a path.");
    }
}

const struct config *config_load(void)
{
    static struct arena *process_arena;
    if (process_arena == NULL) {
        process_arena = arena_create(SIZE_MAX);
    }
    struct loader loader = {.arena = process_arena, .scratch = arena_create(SIZE_MAX)};
    struct config *config = ARENA_NEW(process_arena, struct config);
    loader.path = getenv("DABIAO_CONFIG_FILE");
    if (loader.path != NULL && loader.path[0] != '\0') {
        read_file(&loader);
    }
    for (int i = 0; i < SETTING_COUNT; i++) {
        struct str text = str_from(getenv(SETTINGS[i].name));
        text = text.ptr != NULL ? text : loader.entries[i].text;
        text = text.ptr != NULL ? text : str_from(SETTINGS[i].fallback);
        read_setting(&loader, &SETTINGS[i], str_c(process_arena, str_trim(text)), config);
    }
    if (config->db_hosts[0] == '\0' && config->db_socket[0] == '\0') {
        fault(&loader, "DABIAO_DB_SOCKET", "or DABIAO_DB_HOSTS must be set.");
    }
    arena_destroy(loader.scratch);
    return loader.faults == 0 ? config : NULL;
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
