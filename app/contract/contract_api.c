/* Routes of contracts beyond those of records. */
#include "change_order_store.h"
#include "contract.h"
#include "platform/job.h"
#include "platform/tx.h"
#include "renewal_rules.h"

/* ---- renewals ---- */

static enum err make_renewal(struct request *request, struct response *response)
{
    int64_t id = 0;
    bool opportunity = str_eq_c(json_get_str(request->json, "as"), "opportunity");
    TRY(renewal_make(request, request->params[0], opportunity, &id));
    response->status = 201;
    response->json =
        json_keep(request->arena,
                  json_pack("{s:s,s:I}", "object", opportunity ? "opportunity" : "contract", "id", (json_int_t)id));
    return OK;
}

static enum err get_notices(struct request *request, struct response *response)
{
    int64_t days[RENEWAL_NOTICES_MAX];
    size_t count;
    json_t *list = json_keep(request->arena, json_array());
    TRY(renewal_notices(request, days, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, json_integer(days[i]));
    }
    response->json = json_keep(request->arena, json_pack("{s:O}", "days", list));
    return OK;
}

static enum err set_notices(struct request *request, struct response *response)
{
    TRY(renewal_set_notices(request, json_object_get(request->json, "days")));
    return get_notices(request, response);
}

static const struct option RENEWALS[] = {
    {"contract", "合同", "Contract"}, {"opportunity", "商机", "Opportunity"}, {NULL, NULL, NULL}};
static const struct field RENEWAL_BODY[] = {
    {.name = "as",
     .type = FIELD_ENUM,
     .options = RENEWALS,
     .flags = FIELD_REQUIRED,
     .about = "a draft of a contract with the lines of this one, or an opportunity"},
    FIELD_END,
};
static const struct field RENEWAL_ANSWER[] = {
    {.name = "object", .type = FIELD_ENUM, .options = RENEWALS, .flags = FIELD_REQUIRED, .about = "what was made"},
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "its id"},
    FIELD_END,
};
static const struct field NOTICES[] = {
    {.name = "days",
     .type = FIELD_LIST,
     .item = FIELD_INT,
     .max = RENEWAL_NOTICES_MAX,
     .flags = FIELD_REQUIRED | FIELD_MAY_BE_EMPTY,
     .about = "before renewal_on, from the largest to the smallest; none: nobody hears of it"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"POST", "/contracts/{id}/renewal", "contract.renew", PERM_CONTRACT_EDIT, 0, RECORDS_NONE, NULL, NULL, RENEWAL_BODY,
     RENEWAL_ANSWER, make_renewal, NULL, "Makes what renews a contract, once; both name each other."},
    {"GET", "/renewal-notices", "renewal_notice.get", PERM_COMPANY_EDIT, 0, RECORDS_NONE, NULL, NULL, NULL, NOTICES,
     get_notices, NULL, "When owner and head of department hear that a contract is to be renewed."},
    {"PUT", "/renewal-notices", "renewal_notice.update", PERM_COMPANY_EDIT, 0, RECORDS_NONE, NULL, NULL, NOTICES,
     NOTICES, set_notices, NULL, "Changes that."},
    {0},
};

/* ---- the examination ---- */

enum { CHUNK = 500 };

/* Contracts on their way through. */
struct chunk {
    struct arena *arena; /* memory of the chunk */
    bool repair;         /* puts right what differs */
    int64_t after;       /* the contract before */
    int64_t *ids;        /* what differs */
    size_t count;        /* in `ids` */
};

static enum err examine_chunk(struct db *db, void *context)
{
    struct chunk *chunk = context;
    arena_reset(chunk->arena);
    TRY(change_order_store_wrong(db, chunk->arena, chunk->after, CHUNK, &chunk->ids, &chunk->count));
    for (size_t i = 0; chunk->repair && i < chunk->count; i++) {
        TRY(change_order_store_refresh(db, chunk->arena, chunk->ids[i]));
    }
    return OK;
}

static enum err walk(struct db *db, struct chunk *chunk, void (*difference)(void *context, struct str sentence),
                     void *context, int64_t *wrong_out)
{
    do {
        TRY(db_tx(db, examine_chunk, chunk));
        for (size_t i = 0; i < chunk->count; i++) {
            difference(context,
                       str_format(chunk->arena, "contract %lld: its change orders do not agree with its figures",
                                  (long long)chunk->ids[i]));
            chunk->after = chunk->ids[i];
        }
        *wrong_out += (int64_t)chunk->count;
    } while (chunk->count == CHUNK);
    return OK;
}

static enum err examine(struct db *db, bool repair, void (*difference)(void *context, struct str sentence),
                        void *context, int64_t *wrong_out)
{
    struct chunk chunk = {.arena = arena_create((size_t)64 * 1024 * 1024), .repair = repair};
    *wrong_out = 0;
    enum err err = walk(db, &chunk, difference, context, wrong_out);
    arena_destroy(chunk.arena);
    return err;
}

static const struct object *const OBJECTS[] = {&CONTRACT, &CHANGE_ORDER, &PAYMENT, &REFUND, NULL};
static const struct job_kind JOB_KINDS[] = {{"contract.renewal", renewal_run, "daily 01:20", 0}, {0}};

const struct feature CONTRACT_FEATURE = {
    .name = "contract", .routes = ROUTES, .objects = OBJECTS, .job_kinds = JOB_KINDS, .examine = examine};
