/* Counters in shared memory, changed with atomic operations. */
#include "platform/metrics.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { BUCKETS = 10, RATE_SLOTS = 8192 };
static const int64_t BUCKET_MICROS[BUCKETS] = {1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 5000000};

/* Requests of one user in one minute. */
struct rate {
    _Atomic int64_t key;   /* user and minute in one number */
    _Atomic int64_t count; /* requests */
};

struct metrics {
    _Atomic uint64_t requests[6];       /* by status class */
    _Atomic uint64_t buckets[BUCKETS];  /* requests at most that slow */
    _Atomic uint64_t micros;            /* sum of durations */
    _Atomic uint64_t queries;           /* statements */
    _Atomic uint64_t restarts;          /* processes that died */
    _Atomic uint64_t jobs_done;         /* jobs ended well */
    _Atomic uint64_t jobs_failed;       /* jobs ended badly */
    struct rate rates[RATE_SLOTS];      /* by user, hashed */
};

static struct metrics *shared;

void metrics_init(void)
{
    if (shared != NULL) {
        return;
    }
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        abort();
    }
}

void metrics_request(int status, int64_t micros, uint64_t queries)
{
    metrics_init();
    shared->requests[status >= 100 && status < 600 ? status / 100 : 0]++;
    shared->micros += (uint64_t)micros;
    shared->queries += queries;
    for (int i = 0; i < BUCKETS; i++) {
        shared->buckets[i] += micros <= BUCKET_MICROS[i];
    }
}

void metrics_restart(void)
{
    metrics_init();
    shared->restarts++;
}

void metrics_job(bool failed)
{
    metrics_init();
    if (failed) {
        shared->jobs_failed++;
    } else {
        shared->jobs_done++;
    }
}

int64_t metrics_user_rate(int64_t user_id, int64_t minute)
{
    metrics_init();
    /* Two users in one slot start each other's count again: the limit errs on the generous side. */
    int64_t key = user_id * 1000003 + minute;
    struct rate *rate = &shared->rates[(uint64_t)user_id % RATE_SLOTS];
    if (rate->key != key) {
        rate->key = key;
        rate->count = 0;
    }
    return ++rate->count;
}

void metrics_print(FILE *out)
{
    metrics_init();
    uint64_t total = 0;
    fprintf(out, "# TYPE dabiao_requests_total counter\n");
    for (int class = 1; class < 6; class++) {
        fprintf(out, "dabiao_requests_total{status=\"%dxx\"} %llu\n", class, (unsigned long long)shared->requests[class]);
        total += shared->requests[class];
    }
    fprintf(out, "# TYPE dabiao_request_seconds histogram\n");
    for (int i = 0; i < BUCKETS; i++) {
        fprintf(out, "dabiao_request_seconds_bucket{le=\"%lld.%06lld\"} %llu\n", (long long)(BUCKET_MICROS[i] / 1000000),
                (long long)(BUCKET_MICROS[i] % 1000000), (unsigned long long)shared->buckets[i]);
    }
    uint64_t micros = shared->micros;
    fprintf(out, "dabiao_request_seconds_bucket{le=\"+Inf\"} %llu\ndabiao_request_seconds_count %llu\n", (unsigned long long)total,
            (unsigned long long)total);
    fprintf(out, "dabiao_request_seconds_sum %llu.%06llu\n", (unsigned long long)(micros / 1000000), (unsigned long long)(micros % 1000000));
    fprintf(out, "# TYPE dabiao_db_statements_total counter\ndabiao_db_statements_total %llu\n", (unsigned long long)shared->queries);
    fprintf(out, "# TYPE dabiao_process_restarts_total counter\ndabiao_process_restarts_total %llu\n", (unsigned long long)shared->restarts);
    fprintf(out, "# TYPE dabiao_jobs_total counter\ndabiao_jobs_total{result=\"done\"} %llu\ndabiao_jobs_total{result=\"failed\"} %llu\n",
            (unsigned long long)shared->jobs_done, (unsigned long long)shared->jobs_failed);
}
