/* Counters in shared memory, changed with atomic operations. A worker that is killed at any moment leaves them usable.
 */
#include "platform/metrics.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUCKET_COUNT = 11, CLASS_COUNT = 6, GROUP_MAX = 64, GROUP_NAME_BYTES = 32, RATE_SLOTS = 8192 };
static const int64_t BUCKET_MICROS[BUCKET_COUNT] = {1000,   2500,   5000,    10000,   25000,   50000,
                                                    100000, 250000, 1000000, 5000000, 30000000};
static const char *const JOB_ENDS[METRICS_JOB_END_COUNT] = {"done", "failed", "cancelled", "retried"};

enum group_state { GROUP_FREE, GROUP_CLAIMED, GROUP_NAMED };

/* Requests of one group of routes. */
struct group {
    _Atomic int state;                          /* enum group_state */
    char name[GROUP_NAME_BYTES];                /* ended by NUL; fixed once named */
    _Atomic uint64_t requests[CLASS_COUNT];     /* by first digit of the status; 0: none */
    _Atomic uint64_t buckets[BUCKET_COUNT + 1]; /* by duration; the last for the slower ones */
    _Atomic uint64_t micros;                    /* sum of durations */
    _Atomic uint64_t queries;                   /* statements */
};

/* Requests of one user in one minute. */
struct rate {
    _Atomic int64_t key;   /* user and minute in one number */
    _Atomic int64_t count; /* requests */
};

struct metrics {
    _Atomic uint64_t layout;                      /* LAYOUT of who made it */
    struct group groups[GROUP_MAX];               /* the last one takes what finds no place */
    _Atomic uint64_t process_ends[2];             /* unexpected, expected */
    _Atomic uint64_t jobs[METRICS_JOB_END_COUNT]; /* runs by how they ended */
    _Atomic uint64_t job_ms;                      /* sum of their durations */
    _Atomic uint64_t events[2];                   /* lost, sent */
    struct rate rates[RATE_SLOTS];                /* by user, hashed */
};

/* Changes whenever the struct does in a way that matters to another binary of the same size: bump the first number. */
#define LAYOUT (((uint64_t)1 << 32) | sizeof(struct metrics))

static struct metrics *shared;
static int shared_fd = -1;

static void *map(int fd)
{
    int flags = fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
    return mmap(NULL, sizeof(struct metrics), PROT_READ | PROT_WRITE, flags, fd, 0);
}

bool metrics_create(void)
{
    shared_fd = memfd_create("dabiao-metrics", MFD_CLOEXEC);
    if (shared_fd < 0 || ftruncate(shared_fd, sizeof(struct metrics)) != 0) {
        return false;
    }
    shared = map(shared_fd);
    if (shared == MAP_FAILED) {
        shared = NULL;
        return false;
    }
    shared->layout = LAYOUT;
    return true;
}

int metrics_fd(void)
{
    return shared_fd;
}

void metrics_attach(int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || info.st_size != (off_t)sizeof(struct metrics)) {
        return;
    }
    struct metrics *found = map(fd);
    if (found == MAP_FAILED) {
        return;
    }
    if (found->layout != LAYOUT) {
        munmap(found, sizeof *found);
        return;
    }
    shared = found;
}

/* The counters; those of this process when there is no master. */
static struct metrics *counters(void)
{
    if (shared == NULL) {
        shared = map(-1);
        if (shared == MAP_FAILED) {
            abort();
        }
    }
    return shared;
}

/* The place of a group, taken at its first request. */
static struct group *find_group(const char *name, size_t len)
{
    struct metrics *metrics = counters();
    size_t used = len < GROUP_NAME_BYTES - 1 ? len : GROUP_NAME_BYTES - 1;
    for (size_t i = 0; i + 1 < GROUP_MAX; i++) {
        struct group *group = &metrics->groups[i];
        int expected = GROUP_FREE;
        if (atomic_compare_exchange_strong(&group->state, &expected, GROUP_CLAIMED)) {
            memcpy(group->name, name, used);
            group->state = GROUP_NAMED;
            return group;
        }
        /* Claimed and never named: its worker was killed in between. Two places of one name only add a line. */
        if (expected == GROUP_NAMED && strlen(group->name) == used && memcmp(group->name, name, used) == 0) {
            return group;
        }
    }
    return &metrics->groups[GROUP_MAX - 1];
}

void metrics_request(const char *group_name, size_t group_len, int status, int64_t micros, uint64_t queries)
{
    struct group *group = find_group(group_name, group_len);
    int bucket = 0;
    while (bucket < BUCKET_COUNT && micros > BUCKET_MICROS[bucket]) {
        bucket++;
    }
    group->requests[status >= 100 && status < 600 ? status / 100 : 0]++;
    group->buckets[bucket]++;
    group->micros += (uint64_t)(micros < 0 ? 0 : micros);
    group->queries += queries;
}

void metrics_process_end(bool is_expected)
{
    counters()->process_ends[is_expected]++;
}

void metrics_job(enum metrics_job_end end, int64_t ms)
{
    counters()->jobs[end]++;
    counters()->job_ms += (uint64_t)(ms < 0 ? 0 : ms);
}

void metrics_event(bool is_sent)
{
    counters()->events[is_sent]++;
}

int64_t metrics_user_rate(int64_t user_id, int64_t minute)
{
    /* Two users in one slot start each other's count again: the limit errs on the generous side. */
    int64_t key = user_id * 1000003 + minute;
    struct rate *rate = &counters()->rates[(uint64_t)user_id % RATE_SLOTS];
    if (rate->key != key) {
        rate->key = key;
        rate->count = 0;
    }
    return ++rate->count;
}

static void head(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void print_histogram(FILE *out, const struct group *group, const char *name)
{
    unsigned long long below = 0;
    for (int i = 0; i < BUCKET_COUNT; i++) {
        below += group->buckets[i];
        fprintf(out, "dabiao_request_seconds_bucket{group=\"%s\",le=\"%lld.%04lld\"} %llu\n", name,
                (long long)(BUCKET_MICROS[i] / 1000000), (long long)(BUCKET_MICROS[i] % 1000000 / 100), below);
    }
    below += group->buckets[BUCKET_COUNT];
    unsigned long long micros = group->micros;
    fprintf(out, "dabiao_request_seconds_bucket{group=\"%s\",le=\"+Inf\"} %llu\n", name, below);
    fprintf(out, "dabiao_request_seconds_sum{group=\"%s\"} %llu.%06llu\n", name, micros / 1000000, micros % 1000000);
    fprintf(out, "dabiao_request_seconds_count{group=\"%s\"} %llu\n", name, below);
}

/* Calls `print` for every group that has seen a request. */
static void each_group(FILE *out, void (*print)(FILE *out, const struct group *group, const char *name))
{
    for (size_t i = 0; i < GROUP_MAX; i++) {
        const struct group *group = &counters()->groups[i];
        bool is_rest = i == GROUP_MAX - 1;
        if (group->state == GROUP_NAMED || is_rest) {
            print(out, group, is_rest ? "other" : group->name);
        }
    }
}

static void print_requests(FILE *out, const struct group *group, const char *name)
{
    for (int class = 2; class < CLASS_COUNT; class ++) {
        fprintf(out, "dabiao_requests_total{group=\"%s\",status=\"%dxx\"} %llu\n", name, class,
                (unsigned long long)group->requests[class]);
    }
}

static void print_queries(FILE *out, const struct group *group, const char *name)
{
    fprintf(out, "dabiao_db_statements_total{group=\"%s\"} %llu\n", name, (unsigned long long)group->queries);
}

void metrics_print(FILE *out)
{
    const struct metrics *metrics = counters();
    head(out, "dabiao_requests_total", "counter", "Answered requests by group of routes and status class.");
    each_group(out, print_requests);
    head(out, "dabiao_request_seconds", "histogram", "Time from the request's arrival at a worker to its answer.");
    each_group(out, print_histogram);
    head(out, "dabiao_db_statements_total", "counter", "Statements run for requests.");
    each_group(out, print_queries);
    head(out, "dabiao_process_ends_total", "counter", "Processes that ended: expected (recycled, asked to) or not.");
    fprintf(out, "dabiao_process_ends_total{expected=\"yes\"} %llu\n", (unsigned long long)metrics->process_ends[1]);
    fprintf(out, "dabiao_process_ends_total{expected=\"no\"} %llu\n", (unsigned long long)metrics->process_ends[0]);
    head(out, "dabiao_jobs_total", "counter", "Runs of jobs by how they ended.");
    for (int i = 0; i < METRICS_JOB_END_COUNT; i++) {
        fprintf(out, "dabiao_jobs_total{result=\"%s\"} %llu\n", JOB_ENDS[i], (unsigned long long)metrics->jobs[i]);
    }
    unsigned long long job_ms = metrics->job_ms;
    head(out, "dabiao_job_seconds_total", "counter", "Time spent in jobs.");
    fprintf(out, "dabiao_job_seconds_total %llu.%03llu\n", job_ms / 1000, job_ms % 1000);
    head(out, "dabiao_events_total", "counter", "Events for browsers, sent to nginx or lost.");
    fprintf(out, "dabiao_events_total{sent=\"yes\"} %llu\n", (unsigned long long)metrics->events[1]);
    fprintf(out, "dabiao_events_total{sent=\"no\"} %llu\n", (unsigned long long)metrics->events[0]);
}
