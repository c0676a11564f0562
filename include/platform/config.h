/* Settings: one table (name, type, default, limits, secret) filled from DABIAO_* variables and one file of the same
 * names. All faults are reported at once. `.env.example` is printed from the table (`dabiao config --example`). */
#ifndef DABIAO_PLATFORM_CONFIG_H
#define DABIAO_PLATFORM_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* All settings. Strings are never NULL, "" when unset; they live as long as the process. */
struct config {
    const char *db_hosts;       /* DABIAO_DB_HOSTS: "host[:port],…"; empty: use the socket */
    const char *db_socket;      /* DABIAO_DB_SOCKET: path of MariaDB's unix socket */
    const char *db_name;        /* DABIAO_DB_NAME (dabiao) */
    const char *db_user;        /* DABIAO_DB_USER (dabiao) */
    const char *db_password;    /* from the file DABIAO_DB_PASSWORD_FILE; "" for none */
    const char *fcgi_socket;    /* DABIAO_FCGI_SOCKET: unix socket path for nginx */
    int64_t workers;            /* DABIAO_WORKERS (4; 1…64) */
    int64_t worker_requests;    /* DABIAO_WORKER_REQUESTS: recycle a worker after that many (50000) */
    int64_t worker_memory_mb;   /* DABIAO_WORKER_MEMORY_MB: arena cap of one request (64) */
    int64_t schedulers;         /* DABIAO_SCHEDULERS (1; 0…4) */
    const char *jwt_key;        /* from the file DABIAO_JWT_KEY_FILE: at least 32 bytes */
    const char *public_url;     /* DABIAO_PUBLIC_URL (http://127.0.0.1:8080): origin allowed for the cookie routes */
    const char *data_dir;       /* DABIAO_DATA_DIR: attachments, import files, job results */
    const char *events_socket;  /* DABIAO_EVENTS_SOCKET: nginx's publish socket; empty: no push */
    const char *metrics_socket; /* DABIAO_METRICS_SOCKET: unix socket the master answers /metrics on; empty: none */
    const char *sql_dir;        /* DABIAO_SQL_DIR: folder with migrations/ and seed/ */
    const char *log_level;      /* DABIAO_LOG_LEVEL: debug, info, warn, error (info) */
    const char *time_zone;      /* DABIAO_TIME_ZONE: of a new company (Asia/Shanghai) */
    bool secure_cookies;        /* DABIAO_SECURE_COOKIES (true; false for plain http on a developer's machine) */
    int64_t body_max_kb;        /* DABIAO_BODY_MAX_KB: JSON bodies (2048) */
    int64_t upload_max_mb;      /* DABIAO_UPLOAD_MAX_MB: files (100) */
    int64_t rate_per_minute;    /* DABIAO_RATE_PER_MINUTE: API requests a user (1200; 0: no limit) */
    int64_t argon_memory_kb;    /* DABIAO_ARGON_MEMORY_KB (19456; ≥ 8192) */
    int64_t argon_passes;       /* DABIAO_ARGON_PASSES (2) */
};

/* Reads DABIAO_CONFIG_FILE (if set), then the environment over it. Prints every fault to stderr, one sentence a line.
 * Returns NULL when there was a fault. Owns: the config lives as long as the process. */
const struct config *config_load(void);
/* Settings with their values (secrets shown as ***), as `dabiao config --check` prints them. */
void config_print(const struct config *config, FILE *out);
/* `.env.example`: every setting with its comment and default. */
void config_print_example(FILE *out);

#endif
