/* What customers and contacts are found and compared by, kept in the transaction of every write. */
#ifndef DABIAO_CUSTOMER_INDEX_RULES_H
#define DABIAO_CUSTOMER_INDEX_RULES_H

#include "platform/job.h"
#include "platform/object.h"

/* For the `saved` hooks. */
enum err customer_index_saved(struct request *request, const struct record_change *change) MUST_CHECK;
enum err contact_index_saved(struct request *request, const struct record_change *change) MUST_CHECK;
/* For the `purged` hooks: nothing is left behind. */
enum err customer_index_purged(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;
enum err contact_index_purged(struct db *db, struct arena *arena, int64_t id) MUST_CHECK;
/* Job `customer.index`: makes everything again, for data that came in another way. */
enum err customer_index_run(struct job *job, json_t **result_out) MUST_CHECK;

#endif
