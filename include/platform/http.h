/* One request and its answer, as handlers see them. */
#ifndef DABIAO_PLATFORM_HTTP_H
#define DABIAO_PLATFORM_HTTP_H

#include <jansson.h>

#include "platform/config.h"
#include "platform/db.h"
#include "platform/identity.h"
#include "platform/json.h"
#include "platform/values.h"

struct route;
struct closings;

enum { PATH_PARAM_MAX = 4, HEADER_MAX = 8, EVENT_MAX = 16, TOLD_MAX = 64 };

/* What a handler may read. Everything lives until the reply was sent. */
struct request {
    struct arena *arena;                    /* memory of this request */
    struct db *db;                          /* write connection inside a transaction, or the read-only one (GET) */
    const struct config *config;            /* settings */
    const struct route *route;              /* the matched row */
    struct identity *user;                  /* who asks; NULL only on public routes */
    struct error *error;                    /* where refusals are explained */
    struct str id;                          /* request id */
    struct str method;                      /* GET, POST, … */
    struct str path;                        /* without the prefix /api/v1 */
    struct str query;                       /* raw query string */
    struct str body;                        /* raw body */
    json_t *json;                           /* parsed and checked body; NULL when the route takes none */
    int64_t params[PATH_PARAM_MAX];         /* {id} … of the path, in order */
    struct str text_params[PATH_PARAM_MAX]; /* the same as text */
    size_t param_count;                     /* in `params` */
    struct str address;                     /* client address */
    struct str user_agent;                  /* client program */
    struct str cookie;                      /* raw Cookie header */
    struct str authorization;               /* raw Authorization header */
    struct str idempotency_key;             /* header, or empty */
    struct str if_match;                    /* header, or empty */
    struct str origin;                      /* header Origin, or empty */
    struct str content_type;                /* of the body */
    struct str language;                    /* "zh-CN" or "en": of the user, else of Accept-Language */
    struct instant now;                     /* the only clock */
    struct date today;                      /* business date of `now` in the company's zone */
    const char *zone;                       /* the company's IANA zone */
    int64_t org_epoch;                      /* company.org_epoch when the user was loaded; 0 outside of requests */
    int64_t told[TOLD_MAX];                 /* people who got a notification in this transaction (notify_user) */
    size_t told_count;                      /* in `told` */
    bool company_acts;                      /* rules act for the company: scopes are not asked meanwhile */
    const struct closings *closings;        /* of the object that was asked for last (object_answer.h) */
};

/* What a handler may fill. */
struct response {
    int status;               /* 200 unless set */
    json_t *json;             /* answer; joined to the arena */
    struct str raw;           /* instead of json: bytes to send */
    struct str file;          /* instead of json: path of a file that nginx sends (X-Accel-Redirect, below data_dir) */
    const char *content_type; /* of raw or file */
    struct str made_file;     /* path of a file that the handler makes: removed unless its transaction commits */
    struct str header_names[HEADER_MAX];  /* further headers */
    struct str header_values[HEADER_MAX]; /* their values */
    size_t header_count;                  /* used */
    struct str event_channels[EVENT_MAX]; /* channels told after commit that something changed */
    struct str event_names[EVENT_MAX];    /* what changed: an object's name, "job", "notification" */
    size_t event_count;                   /* used */
};

void response_header(struct response *response, struct str name, struct str value);
/* After commit, tells the channel ("user/7", "all") that `name` changed. Never carries data. */
void response_event(struct response *response, struct str channel, struct str name);

/* The id of who acts, for SQL; NULL when it is the schedule. */
struct value request_actor(const struct request *request);
/* Whether the person reads Chinese; else English. */
bool request_in_chinese(const struct request *request);
/* Whether path and query are valid UTF-8 without NUL once decoded: the dispatcher refuses others. */
bool request_is_text(const struct request *request);
/* Query parameters, percent-decoded. Empty text when absent. */
struct str request_query(const struct request *request, const char *name);
/* As integer with limits. Errors: ERR_INVALID with the parameter's name. */
enum err request_query_int(struct request *request, const char *name, int64_t fallback, int64_t min, int64_t max,
                           int64_t *out) MUST_CHECK;
enum err request_query_date(struct request *request, const char *name, struct opt_date *out) MUST_CHECK;
/* The version a change was made from: If-Match, or member `version` of the body. Errors: ERR_VERSION_REQUIRED. */
enum err request_version(struct request *request, int64_t *out) MUST_CHECK;
/* Value of one cookie, or empty. */
struct str request_cookie(const struct request *request, const char *name);

#endif
