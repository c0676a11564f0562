/* Customers that no rule takes: by a person's word, or while something of theirs waits for approval. */
#include "protect_rules.h"

#include "customer.h"
#include "platform/audit.h"
#include "platform/scope.h"
#include "protect_store.h"

enum err pool_protect(struct request *request, int64_t customer_id, const char *kind, struct opt_date until,
                      struct str reason)
{
    json_t *changes =
        json_keep(request->arena, json_pack("{s:[n,o]}", "protected_until_on", json_opt_date(request->arena, until)));
    TRY(protect_store_set(request, customer_id, kind, until, reason));
    return audit_write(request, "customer", customer_id, "protect", 0, changes, reason);
}

enum err pool_unprotect(struct request *request, int64_t customer_id, const char *kind)
{
    TRY(protect_store_remove(request->db, request->arena, customer_id, kind));
    return audit_write(request, "customer", customer_id, "unprotect", 0, NULL, (struct str){0});
}

enum err pool_protected(struct request *request, const int64_t *ids, size_t count, int64_t **ids_out, size_t *count_out)
{
    return protect_store_among(request, ids, count, ids_out, count_out);
}

enum err protection_answer(struct request *request, int64_t customer_id, json_t **out)
{
    struct protection_row *rows;
    size_t count;
    json_t *items = json_array();
    *out = json_keep(request->arena, json_pack("{s:o}", "items", items));
    TRY(scope_check(request, &CUSTOMER, customer_id, false));
    TRY(protect_store_list(request->db, request->arena, customer_id, &rows, &count));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(items, json_pack("{s:o,s:o,s:o,s:o,s:o}", "kind", json_str(rows[i].kind), "until_on",
                                               json_opt_date(request->arena, rows[i].until_on), "reason",
                                               json_opt_str(rows[i].reason), "by_name", json_opt_str(rows[i].by_name),
                                               "created_at", json_instant(request->arena, rows[i].created_at)));
    }
    return OK;
}
