/* SQL of shares that end with their record's holder. */
#ifndef DABIAO_ENDED_STORE_H
#define DABIAO_ENDED_STORE_H

#include "platform/object.h"

/* Ends all shares of the records; the record's story tells each. `run_id`: they are kept, for its undo. */
enum err ended_store_end(struct request *request, const struct object *object, const int64_t *ids, size_t count,
                         struct opt_int run_id) MUST_CHECK;
/* Those that the run ended open the records again. */
enum err ended_store_bring_back(struct request *request, const struct object *object, const int64_t *ids, size_t count,
                                int64_t run_id) MUST_CHECK;
enum err ended_store_forget(struct db *db, struct arena *arena, const char *object, int64_t record_id) MUST_CHECK;
/* Whether the record lies in a pool; it stays where it is to the transaction's end. False for kinds that never do. */
enum err ended_store_in_pool(struct request *request, const struct object *object, int64_t record_id,
                             bool *out) MUST_CHECK;

#endif
