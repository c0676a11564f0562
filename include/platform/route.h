/* The route table: one row a route, the contract of a handler. There is no default permission. */
#ifndef DABIAO_PLATFORM_ROUTE_H
#define DABIAO_PLATFORM_ROUTE_H

#include "platform/field.h"
#include "platform/http.h"
#include "platform/permission.h"

typedef enum err route_handler(struct request *request, struct response *response);

enum route_flag {
    ROUTE_WRITE = 1 << 0,    /* runs in a transaction on the write connection; implied for all but GET */
    ROUTE_SNAPSHOT = 1 << 1, /* a read that needs one snapshot */
    ROUTE_UPLOAD = 1 << 2,   /* raw body of any type up to upload_max_mb; no JSON */
    ROUTE_COOKIE = 1 << 3,   /* authenticated by the refresh cookie: Origin is checked */
    ROUTE_NO_TX = 1 << 4, /* write connection without the dispatcher's transaction (sign-in: failures must be kept) */
    ROUTE_FIRST_PASSWORD = 1 << 5, /* allowed before the first password was changed */
    ROUTE_FILE = 1 << 7,           /* answers with a file, not with JSON */
    ROUTE_VERSION = 1 << 8, /* the change names the version it was made from: If-Match, or `version` in the body */
    ROUTE_HANDLER_CHECKS =
        1 << 6, /* the handler checks the body against `body` itself (records: one check for all ways in) */
};

/* How a route shows records, for the generated leak test. */
enum route_records {
    RECORDS_NONE,
    RECORDS_LIST,
    RECORDS_ONE,
    RECORDS_AGGREGATE,
    RECORDS_SEARCH,
    RECORDS_EXPORT,
    RECORDS_DIRECTORY
};

/* One route. */
struct route {
    const char *method;         /* GET, POST, PUT, PATCH, DELETE */
    const char *path;           /* below /api/v1: "/customers/{id}"; {x} matches digits, {x:word} any one segment */
    const char *name;           /* operation id: "customer.list" */
    enum permission permission; /* PERMISSION_PUBLIC, PERMISSION_SIGNED_IN, or a key of permissions.def */
    unsigned flags;             /* enum route_flag */
    enum route_records records; /* which records leave through it */
    const char *object;         /* whose records, or NULL */
    const struct field *query;  /* accepted query parameters, or NULL */
    const struct field *body;   /* accepted body, or NULL */
    const struct field *answer; /* members of the answer, or NULL (204 or raw) */
    route_handler *handler;     /* does it */
    const void *context;        /* for generic handlers: struct object */
    const char *about;          /* one English sentence for the OpenAPI file */
};

/* A business subject: what it adds to the program. */
struct object;
struct job_kind;
struct record_change;
struct record_move;
struct move_options;
struct feature {
    const char *name;                    /* folder name */
    const struct route *routes;          /* ended by a row without method */
    const struct object *const *objects; /* NULL-terminated, or NULL */
    const struct job_kind *job_kinds;    /* ended by a row without name, or NULL */
    /* For `dabiao doctor`: computes again what the feature keeps beside its records and compares, in transactions of
     * its own; `repair` puts right what differs. `difference` hears one sentence for each. NULL: nothing is kept. */
    enum err (*examine)(struct db *db, bool repair, void (*difference)(void *context, struct str sentence),
                        void *context, int64_t *wrong_out);
    /* What happens to records of other features, after their own hooks, in the same transaction: every write, and every
     * change of owners (platform/object.h). May be NULL. */
    enum err (*saved)(struct request *request, const struct record_change *change);
    enum err (*moved)(struct request *request, const struct object *object, const struct record_move *moves,
                      size_t count, const struct move_options *options);
    /* Before a record of any feature is removed for good, in the same transaction. May be NULL. */
    enum err (*purged)(struct db *db, struct arena *arena, const struct object *object, int64_t id);
};

/* All features (app/features.c). */
extern const struct feature *const FEATURES[];
extern const size_t FEATURE_COUNT;

/* Builds the table of all routes, those generated for objects too; checks it. Ends the process on a fault. */
void routes_init(void);
const struct route *const *routes_all(size_t *count_out);
/* Whether an Idempotency-Key counts: an answer that may be kept, written in the transaction of the change. */
bool route_takes_key(const struct route *route);
/* The row for method (HEAD is answered like GET) and path; fills the path parameters of `request`. Errors:
 * ERR_NO_ROUTE, ERR_METHOD_NOT_ALLOWED. */
enum err route_find(struct request *request, const struct route **out) MUST_CHECK;

#endif
