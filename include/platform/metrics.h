/* Counters shared by all processes of one master, shown in Prometheus' text format. */
#ifndef DABIAO_PLATFORM_METRICS_H
#define DABIAO_PLATFORM_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Takes the shared memory; before the first fork. */
void metrics_init(void);
/* One answered request. Units: microseconds. */
void metrics_request(int status, int64_t micros, uint64_t queries);
void metrics_restart(void);
void metrics_job(bool failed);
void metrics_print(FILE *out);
/* Counts a request of a user in the present minute over all workers; the count so far, this one included. */
int64_t metrics_user_rate(int64_t user_id, int64_t minute);

#endif
