/* What a person is told: a row in table notification, and after commit a sign to the person's browsers. */
#ifndef DABIAO_PLATFORM_NOTIFY_H
#define DABIAO_PLATFORM_NOTIFY_H

#include "platform/http.h"

/* Tells a person inside the caller's transaction. `kind` is the translation key (notification.<kind>); `object` and
 * `record_id` say what it is about (NULL and 0: nothing); `detail` has the values of the sentence, or is NULL. Nobody
 * is told of what he did himself. */
enum err notify_user(struct request *request, int64_t user_id, const char *kind, const char *object, int64_t record_id,
                     const json_t *detail) MUST_CHECK;
/* After commit: tells the browsers of those who were told since the last call. The worker does it for requests; jobs do
 * it after each transaction. */
void notify_publish(struct request *request);
/* Forgets them instead: the transaction was taken back. */
void notify_forget(struct request *request);

#endif
