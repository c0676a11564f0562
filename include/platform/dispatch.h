/* From a request to its answer: match, authenticate, permission, decode and validate, begin, handler, commit, reply.
 * The dispatcher knows neither FastCGI nor sockets; workers, `dabiao request` and tests call it alike. */
#ifndef DABIAO_PLATFORM_DISPATCH_H
#define DABIAO_PLATFORM_DISPATCH_H

#include "platform/http.h"

struct dispatcher;

/* Connections and caches of one worker. Create after fork. Owns: dispatcher_destroy. */
struct dispatcher *dispatcher_create(const struct config *config);
void dispatcher_destroy(struct dispatcher *dispatcher);
/* Answers one request. `request` comes with arena, config, method, path, query, body, headers, id, now and error set;
 * `response` zeroed. Every failure becomes a problem document: nothing is left for the caller but to send. */
void dispatch(struct dispatcher *dispatcher, struct request *request, struct response *response);
/* Answers with a problem document: what the worker refuses before it dispatches. */
void dispatch_refuse(struct request *request, struct response *response, enum err err);
/* Statements run for the last request. */
uint64_t dispatcher_query_count(const struct dispatcher *dispatcher);
/* `dabiao request --as LOGIN`: the next requests act as this user, without a token. 0: back to tokens. */
void dispatcher_act_as(struct dispatcher *dispatcher, int64_t user_id);

#endif
