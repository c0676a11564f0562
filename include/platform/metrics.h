/* Counters shared by all processes of one master, shown in Prometheus' text format. Without a master (commands, tests)
 * every function works on counters of the own process. */
#ifndef DABIAO_PLATFORM_METRICS_H
#define DABIAO_PLATFORM_METRICS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Takes the shared memory; in the master, before the first process is started. False when there is none. */
bool metrics_create(void);
/* Its descriptor, handed on to started processes; -1 without. */
int metrics_fd(void);
/* In a started process. Memory of another layout (an older master) is left alone: the process counts for itself. */
void metrics_attach(int fd);

/* One answered request of a group of routes: the first word of the route's name. Units: microseconds. */
void metrics_request(const char *group, size_t group_len, int status, int64_t micros, uint64_t queries);
/* A process ended: as it should (recycled, asked to), or not. */
void metrics_process_end(bool is_expected);

enum metrics_job_end {
    METRICS_JOB_DONE,
    METRICS_JOB_FAILED,
    METRICS_JOB_CANCELLED,
    METRICS_JOB_RETRIED,
    METRICS_JOB_END_COUNT
};
/* One run of a job. Units: milliseconds. */
void metrics_job(enum metrics_job_end end, int64_t ms);
/* One event published to nginx. */
void metrics_event(bool is_sent);
/* Counts a request of a user in the present minute over all workers; the count so far, this one included. */
int64_t metrics_user_rate(int64_t user_id, int64_t minute);

/* All counters as text. */
void metrics_print(FILE *out);

/* Answers GET /metrics on a unix socket, inside somebody else's poll loop. */
struct metrics_server;
enum { METRICS_CLIENT_MAX = 4, METRICS_POLL_MAX = METRICS_CLIENT_MAX + 1 };

/* Empty path: a server that never has anything to do. A socket that cannot be opened costs the metrics, not the
 * program. */
struct metrics_server *metrics_server_open(const char *path);
void metrics_server_close(struct metrics_server *server);
/* What to wait for: fills at most METRICS_POLL_MAX places, returns how many. */
size_t metrics_server_fds(struct metrics_server *server, struct pollfd *fds);
/* Acts on what poll found in those places; never blocks. */
void metrics_server_answer(struct metrics_server *server, const struct pollfd *fds, size_t count);

#endif
