/* A pipeline on its way from what was sent. */
#ifndef DABIAO_SETUP_RULES_H
#define DABIAO_SETUP_RULES_H

#include "pipeline_store.h"

enum { SETUP_IDS_MAX = 200 };

struct setup {
    struct request *request; /* who changes it */
    int64_t pipeline_id;     /* 0 until it is made */
    bool is_default;         /* as it is to be */
    json_t *body;            /* as sent */
    struct stages old;       /* as they were */
};

/* Refuses what is no pipeline, or does not fit the opportunities that are there. */
enum err setup_check(const struct setup *setup) MUST_CHECK;
/* Ids of a list, each once: their number. */
size_t setup_ids(const json_t *list, int64_t ids[SETUP_IDS_MAX]);

#endif
