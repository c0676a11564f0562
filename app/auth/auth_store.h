/* SQL of sign-in: credentials, sessions, failures. Token hashes and secrets travel as lower-case hex. */
#ifndef DABIAO_AUTH_STORE_H
#define DABIAO_AUTH_STORE_H

#include "platform/db.h"

/* How one person proves who they are. */
struct credential_row {
    int64_t user_id;              /* user.id */
    struct str login;             /* to sign in with */
    struct str name;              /* display name */
    bool is_active;               /* neither disabled nor deleted */
    bool is_admin;                /* holds the administrator role */
    struct opt_str password_hash; /* argon2id; absent: cannot sign in yet */
    struct opt_str totp_secret;   /* sealed; set: the second step is on */
    struct opt_str totp_pending;  /* sealed; offered, not confirmed */
    int64_t totp_last_step;       /* last used step */
};
/* Errors: ERR_NOT_FOUND. */
enum err credential_store_by_login(struct db *db, struct arena *arena, struct str login,
                                   struct credential_row *out) MUST_CHECK;
enum err credential_store_by_user(struct db *db, struct arena *arena, int64_t user_id,
                                  struct credential_row *out) MUST_CHECK;
/* Only the hash: the same password under new limits. */
enum err credential_store_rehash(struct db *db, struct arena *arena, int64_t user_id, struct str hash) MUST_CHECK;
enum err credential_store_set_password(struct db *db, struct arena *arena, int64_t user_id, struct str hash,
                                       bool must_change, struct instant now) MUST_CHECK;
/* Remembers a used step. Errors: ERR_NOT_FOUND when it, or a later one, was used already. */
enum err credential_store_use_step(struct db *db, struct arena *arena, int64_t user_id, int64_t step) MUST_CHECK;
enum err credential_store_offer_totp(struct db *db, struct arena *arena, int64_t user_id,
                                     struct str sealed_hex) MUST_CHECK;
/* The offered secret becomes the one in force. */
enum err credential_store_confirm_totp(struct db *db, struct arena *arena, int64_t user_id, int64_t step) MUST_CHECK;
enum err credential_store_clear_totp(struct db *db, struct arena *arena, int64_t user_id) MUST_CHECK;

/* What is known of failed attempts. Subjects: "login:NAME", "address:IP". */
enum err failure_store_locked_until(struct db *db, struct arena *arena, struct str by_login, struct str by_address,
                                    struct instant now, struct opt_instant *out) MUST_CHECK;
/* Counts one more failure (from 1 again when the last was before `forgotten_before`); `failures_out` is the new count.
 * The row stays locked until the transaction ends. */
enum err failure_store_add(struct db *db, struct arena *arena, struct str subject, struct instant now,
                           struct instant forgotten_before, int64_t *failures_out) MUST_CHECK;
enum err failure_store_lock(struct db *db, struct arena *arena, struct str subject, struct instant until) MUST_CHECK;
enum err failure_store_clear(struct db *db, struct arena *arena, struct str subject) MUST_CHECK;

/* A session to be made. */
struct session_new {
    int64_t user_id;         /* whose */
    struct str family;       /* hex */
    struct str refresh_hash; /* hex */
    const char *client;      /* "browser", "app" */
    struct str address;      /* of the client */
    struct str user_agent;   /* of the client, cut to the column */
    struct instant now;      /* begins */
    struct instant expires;  /* of the refresh token */
};
enum err session_store_create(struct db *db, struct arena *arena, const struct session_new *session,
                              int64_t *id_out) MUST_CHECK;

/* A session as its refresh sees it. */
struct session_row {
    int64_t id;                   /* user_session.id */
    int64_t user_id;              /* whose */
    struct str refresh_hash;      /* of the token in force */
    struct opt_str previous_hash; /* of the one before */
    struct instant rotated_at;    /* when the token in force was made */
    struct instant expires_at;    /* of the token in force */
    bool is_revoked;              /* ended */
    bool user_is_active;          /* neither disabled nor deleted */
    struct str user_agent;        /* client program, may be empty */
    struct str client;            /* "browser", "app" */
};
/* Locks the row. Errors: ERR_NOT_FOUND. */
enum err session_store_lock_family(struct db *db, struct arena *arena, struct str family,
                                   struct session_row *out) MUST_CHECK;
enum err session_store_rotate(struct db *db, struct arena *arena, int64_t id, struct str old_hash, struct str new_hash,
                              struct str address, struct str user_agent, struct instant now,
                              struct instant expires) MUST_CHECK;
/* Ends one session of the user. Errors: ERR_NOT_FOUND when there is no such open one. */
enum err session_store_revoke(struct db *db, struct arena *arena, int64_t user_id, int64_t id, const char *reason,
                              struct instant now) MUST_CHECK;
enum err session_store_revoke_all(struct db *db, struct arena *arena, int64_t user_id, const char *reason,
                                  struct instant now) MUST_CHECK;
/* "browser" when there is no such session. */
enum err session_store_client(struct db *db, struct arena *arena, int64_t id, struct str *out) MUST_CHECK;

/* A session as people see it. */
struct session_view {
    int64_t id;                  /* user_session.id */
    struct opt_str address;      /* last address */
    struct opt_str user_agent;   /* last program */
    struct str client;           /* "browser", "app" */
    struct instant created_at;   /* signed in */
    struct instant last_seen_at; /* last refresh */
};
/* Open sessions, last used first. */
enum err session_store_list(struct db *db, struct arena *arena, int64_t user_id, struct instant now,
                            struct session_view **rows_out, size_t *count_out) MUST_CHECK;

/* What the shell shows of the signed-in person. */
struct me_row {
    struct str login;           /* to sign in with */
    struct str name;            /* display name */
    struct opt_str email;       /* own */
    struct opt_str phone;       /* own */
    struct str locale;          /* "zh-CN", "en" */
    int64_t department_id;      /* current */
    struct str department_name; /* current */
    bool totp_enabled;          /* second step on */
};
enum err me_store_get(struct db *db, struct arena *arena, int64_t user_id, struct me_row *out) MUST_CHECK;
enum err me_store_update(struct db *db, struct arena *arena, int64_t user_id, const struct me_row *me,
                         struct instant now) MUST_CHECK;

/* Removes failures and sessions nobody needs any more. */
enum err auth_store_clean(struct db *db, struct arena *arena, struct instant failures_before,
                          struct instant sessions_before) MUST_CHECK;

#endif
