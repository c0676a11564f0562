/* How the dispatcher learns who asks. Apart from identity.h so that handlers cannot. */
#ifndef DABIAO_PLATFORM_IDENTITY_LOAD_H
#define DABIAO_PLATFORM_IDENTITY_LOAD_H

#include "platform/http.h"

/* From the Authorization header: fills request->user, zone, today, language. Errors: ERR_NOT_SIGNED_IN,
 * ERR_SESSION_ENDED. */
enum err identity_load(struct request *request, struct db *db) MUST_CHECK;
/* The same for a known user: jobs, `dabiao request --as`. Errors: ERR_NOT_FOUND. */
enum err identity_load_user(struct request *request, struct db *db, int64_t user_id) MUST_CHECK;
/* Fills zone, today and language without a user (public routes). */
enum err identity_load_company(struct request *request, struct db *db) MUST_CHECK;

#endif
