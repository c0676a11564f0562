/* Idempotency keys: a repeated POST gets the stored answer for 24 hours. Works inside the request's transaction. */
#ifndef DABIAO_PLATFORM_IDEMPOTENCY_H
#define DABIAO_PLATFORM_IDEMPOTENCY_H

#include "platform/http.h"

/* Claims the key, or finds the stored answer: then `replayed_out` is true and the response is filled.
 * Errors: ERR_IDEMPOTENCY_MISMATCH, ERR_INVALID (bad key), those of the database. */
enum err idempotency_begin(struct request *request, struct response *response, bool *replayed_out) MUST_CHECK;
/* Stores the answer beside the writes it belongs to. */
enum err idempotency_store(struct request *request, const struct response *response) MUST_CHECK;

#endif
