/* SQL of merges. Table and column names come from the list of references; values are arguments. */
#include "merge_store.h"

#include "platform/query.h"

#define MOVE(table, object)                                                                                            \
    {                                                                                                                  \
        table ".customer_id", table, "customer_id", NULL, object, MERGE_MOVE, NULL                                     \
    }
const struct merge_reference MERGE_REFERENCES[] = {
    MOVE("contact", "contact"),
    MOVE("follow_up", "follow_up"),
    MOVE("opportunity", "opportunity"),
    MOVE("task", "task"),
    MOVE("contract", "contract"),
    MOVE("payment", "payment"),
    MOVE("refund", "refund"),
    MOVE("installment", "installment"),
    MOVE("quote", "quote"),
    MOVE("invoice", "invoice"),
    {"customer.parent_id", "customer", "parent_id", NULL, "customer", MERGE_MOVE, NULL},
    {"conflict_claim.customer_id", "conflict_claim", "customer_id", NULL, NULL, MERGE_MOVE, NULL},
    {"conflict_claim.duplicate_id", "conflict_claim", "duplicate_id", NULL, NULL, MERGE_KEEP,
     "which customer was made beside; it leads to the survivor"},
    {"attachment.record_id", "attachment", "record_id", "t.object = 'customer' AND t.field_id IS NULL", NULL,
     MERGE_MOVE, NULL},
    {"record_comment.record_id", "record_comment", "record_id", "t.object = 'customer'", NULL, MERGE_MOVE, NULL},
    {"record_share.record_id", "record_share", "record_id", NULL, NULL, MERGE_RULE, "united: one share a person"},
    {"record_share_ended.record_id", "record_share_ended", "record_id", NULL, NULL, MERGE_KEEP,
     "of a run; its undo finds the source gone on"},
    {"record_tag.record_id", "record_tag", "record_id", NULL, NULL, MERGE_RULE, "the survivor gets the tags of both"},
    {"record_mention.record_id", "record_mention", "record_id", NULL, NULL, MERGE_KEEP,
     "nobody is called in a customer"},
    {"record_key.record_id", "record_key", "record_id", NULL, NULL, MERGE_RULE, "the source's keys are given back"},
    {"phone_digits.customer_id", "phone_digits", "customer_id", NULL, NULL, MERGE_RULE, "follows the contacts"},
    {"phone_digits.record_id", "phone_digits", "record_id", NULL, NULL, MERGE_KEEP,
     "finds records that live; the source does not"},
    {"customer_initial.customer_id", "customer_initial", "customer_id", NULL, NULL, MERGE_KEEP,
     "finds records that live; the source does not"},
    {"search_gram.record_id", "search_gram", "record_id", NULL, NULL, MERGE_KEEP, "likewise"},
    {"escalation_notice.customer_id", "escalation_notice", "customer_id", NULL, NULL, MERGE_RULE, "dropped"},
    {"assignment.customer_id", "assignment", "customer_id", NULL, NULL, MERGE_KEEP,
     "who held which of both, and what came of it until the merge"},
    {"assignment.open_customer_id", "assignment", "open_customer_id", NULL, NULL, MERGE_KEEP, "of the same row"},
    {"assignment_batch_item.customer_id", "assignment_batch_item", "customer_id", NULL, NULL, MERGE_KEEP,
     "what a batch did with which of both"},
    {"ownership.record_id", "ownership", "record_id", NULL, NULL, MERGE_KEEP, "whose it was"},
    {"metric_fact.record_id", "metric_fact", "record_id", NULL, NULL, MERGE_RULE, "made from the records"},
    {"audit_entry.record_id", "audit_entry", "record_id", NULL, NULL, MERGE_KEEP, "what happened to which of both"},
    {"print_log.record_id", "print_log", "record_id", NULL, NULL, MERGE_KEEP, "papers of contracts and money"},
    {"import_record.record_id", "import_record", "record_id", NULL, NULL, MERGE_KEEP, "what an import made"},
    {"notification.record_id", "notification", "record_id", NULL, NULL, MERGE_KEEP, "its link leads to the survivor"},
    {"conflict_claim.open_customer_id", "conflict_claim", "open_customer_id", NULL, NULL, MERGE_KEEP,
     "of the same row"},
    {"pool_protection.customer_id", "pool_protection", "customer_id", NULL, NULL, MERGE_KEEP,
     "the survivor has its own"},
    {"pool_run_item.customer_id", "pool_run_item", "customer_id", NULL, NULL, MERGE_KEEP, "what a run did with which"},
    {"pool_event.customer_id", "pool_event", "customer_id", NULL, NULL, MERGE_KEEP, "what happened to which"},
    {"pool_view.customer_id", "pool_view", "customer_id", NULL, NULL, MERGE_KEEP, "who opened which"},
    {"pool_warning.customer_id", "pool_warning", "customer_id", NULL, NULL, MERGE_KEEP, "the survivor has its own"},
    {"customer_merge.source_id", "customer_merge", "source_id", NULL, NULL, MERGE_KEEP, "merges stay as they were"},
    {"customer_merge.survivor_id", "customer_merge", "survivor_id", NULL, NULL, MERGE_KEEP, "likewise"},
    {"customer_merge.final_id", "customer_merge", "final_id", NULL, NULL, MERGE_RULE, "leads on"},
    {0},
};

static const struct column MERGE[] = {
    COLUMN(struct merge_row, id),
    COLUMN(struct merge_row, source_id),
    COLUMN(struct merge_row, survivor_id),
    COLUMN(struct merge_row, final_id),
    COLUMN(struct merge_row, source_name),
    COLUMN(struct merge_row, survivor_name),
    COLUMN(struct merge_row, reason),
    COLUMN(struct merge_row, source_before),
    COLUMN(struct merge_row, survivor_before),
    COLUMN(struct merge_row, merged_at),
    COLUMN(struct merge_row, merged_by_name),
    COLUMN(struct merge_row, undone_at),
};
#define MERGE_COLUMNS                                                                                                  \
    "SELECT m.id, m.source_id, m.survivor_id, m.final_id, m.source_name, "                                             \
    "COALESCE(c.name, s.source_name, m.source_name) AS survivor_name, m.reason, "                                      \
    "m.source_before, m.survivor_before, m.merged_at, u.name AS merged_by_name, m.undone_at "                          \
    "FROM customer_merge m LEFT JOIN customer c ON c.id = m.survivor_id "                                              \
    "LEFT JOIN customer_merge s ON s.standing_source_id = m.survivor_id "                                              \
    "LEFT JOIN `user` u ON u.id = m.merged_by_id "
STATEMENT_ROWS(GET, "merge.get", struct merge_row, MERGE, MERGE_COLUMNS "WHERE m.id = ?");
STATEMENT_ROWS(LOCK, "merge.lock", struct merge_row, MERGE, MERGE_COLUMNS "WHERE m.id = ? FOR UPDATE");
STATEMENT_ROWS(LIST, "merge.list", struct merge_row, MERGE,
               MERGE_COLUMNS "WHERE m.survivor_id = ? OR m.source_id = ? ORDER BY m.id DESC LIMIT 50");
STATEMENT(INSERT, "merge.insert",
          "INSERT INTO customer_merge (source_id, survivor_id, final_id, source_name, reason, source_before, "
          "survivor_before, merged_at, merged_on, merged_by_id) VALUES (?, ?, ?, ?, ?, ?, '{}', ?, ?, ?)");
STATEMENT(UNDONE, "merge.undone", "UPDATE customer_merge SET undone_at = ?, undone_by_id = ? WHERE id = ?");
STATEMENT(SET_SURVIVOR, "merge.set_survivor", "UPDATE customer_merge SET survivor_before = ? WHERE id = ?");
STATEMENT(LEAD, "merge.lead", "UPDATE customer_merge SET final_id = ? WHERE final_id = ? AND undone_at IS NULL");
STATEMENT(LEAD_BACK, "merge.lead_back",
          "UPDATE customer_merge SET final_id = ? WHERE undone_at IS NULL AND source_id IN (SELECT source_id FROM ("
          "WITH RECURSIVE behind (source_id) AS ("
          "SELECT source_id FROM customer_merge WHERE survivor_id = ? AND undone_at IS NULL "
          "UNION SELECT m.source_id FROM customer_merge m JOIN behind b ON m.survivor_id = b.source_id "
          "WHERE m.undone_at IS NULL) SELECT source_id FROM behind) x)");
STATEMENT(END_CLAIMS, "merge.end_claims",
          "UPDATE conflict_claim q JOIN conflict_claim s ON s.open_customer_id = ? AND s.claimant_id = q.claimant_id "
          "SET q.status = 'withdrawn', q.decided_at = ?, q.updated_at = ?, q.version = q.version + 1 "
          "WHERE q.open_customer_id = ?");
STATEMENT(SET_CODE, "merge.set_code", "UPDATE customer SET code = ? WHERE id = ?");
STATEMENT(SET_PARENT, "merge.set_parent", "UPDATE customer SET parent_id = ? WHERE id = ?");
STATEMENT(FOLLOW_PHONES, "merge.follow_phones",
          "UPDATE phone_digits p JOIN contact k ON p.object = 'contact' AND p.record_id = k.id "
          "SET p.customer_id = k.customer_id WHERE k.customer_id = ?");

/* Shares with people who have the survivor already. What the merge made of the survivor's stands in "now". */
STATEMENT(
    NOTE_SHARES, "merge.note_shares",
    "INSERT INTO customer_merge_row (merge_id, reference, row_id, detail) "
    "SELECT ?, 'record_share', s.id, JSON_OBJECT('user_id', s.user_id, 'can_edit', s.can_edit, "
    "'cascade_to', s.cascade_to, 'until_on', s.until_on, 'created_at', s.created_at, "
    "'created_by_id', s.created_by_id, 'kept_id', k.id, 'kept_can_edit', k.can_edit, "
    "'kept_cascade_to', k.cascade_to, 'kept_until_on', k.until_on) "
    "FROM record_share s JOIN record_share k ON k.object = 'customer' AND k.record_id = ? AND k.user_id = s.user_id "
    "WHERE s.object = 'customer' AND s.record_id = ?");
STATEMENT(WIDEN_SHARES, "merge.widen_shares",
          "UPDATE record_share k JOIN record_share s ON s.object = 'customer' AND s.record_id = ? "
          "AND s.user_id = k.user_id "
          "SET k.can_edit = s.can_edit, k.cascade_to = s.cascade_to, k.until_on = s.until_on "
          "WHERE k.object = 'customer' AND k.record_id = ? AND COALESCE(s.until_on, ?) >= ? "
          "AND (COALESCE(k.until_on, ?) < ? OR s.can_edit > k.can_edit OR (s.can_edit = k.can_edit "
          "AND k.until_on IS NOT NULL AND (s.until_on IS NULL OR s.until_on > k.until_on)))");
STATEMENT(DROP_SHARES, "merge.drop_shares",
          "DELETE s FROM record_share s JOIN customer_merge_row w ON w.merge_id = ? AND w.reference = 'record_share' "
          "AND w.row_id = s.id");
STATEMENT(NARROW_SHARES, "merge.narrow_shares",
          "UPDATE record_share k JOIN customer_merge_row w ON w.merge_id = ? AND w.reference = 'record_share' "
          "AND k.id = JSON_VALUE(w.detail, '$.kept_id') "
          "SET k.can_edit = JSON_VALUE(w.detail, '$.kept_can_edit'), "
          "k.cascade_to = JSON_VALUE(w.detail, '$.kept_cascade_to'), "
          "k.until_on = JSON_VALUE(w.detail, '$.kept_until_on') "
          "WHERE k.can_edit = JSON_VALUE(w.detail, '$.can_edit') "
          "AND k.cascade_to = JSON_VALUE(w.detail, '$.cascade_to') "
          "AND k.until_on <=> JSON_VALUE(w.detail, '$.until_on')");
STATEMENT(RESTORE_SHARES, "merge.restore_shares",
          "INSERT IGNORE INTO record_share (object, record_id, user_id, can_edit, cascade_to, until_on, created_at, "
          "created_by_id) SELECT 'customer', ?, u.id, JSON_VALUE(w.detail, '$.can_edit'), "
          "JSON_VALUE(w.detail, '$.cascade_to'), JSON_VALUE(w.detail, '$.until_on'), "
          "JSON_VALUE(w.detail, '$.created_at'), JSON_VALUE(w.detail, '$.created_by_id') "
          "FROM customer_merge_row w JOIN `user` u ON u.id = JSON_VALUE(w.detail, '$.user_id') "
          "WHERE w.merge_id = ? AND w.reference = 'record_share'");

/* The one column of a row. */
struct number {
    int64_t value; /* as stored */
};
static const struct column NUMBER[] = {COLUMN(struct number, value)};
STATEMENT_ROWS(FINAL, "merge.final", struct number, NUMBER,
               "SELECT final_id AS value FROM customer_merge WHERE standing_source_id = ?");

STATEMENT_ROWS(IS_GONE, "merge.is_gone", struct number, NUMBER, "SELECT COUNT(*) AS value FROM customer WHERE id = ?");
/* Merges of customers that are gone on both sides, and those that were taken back. What leads to a customer from a
 * source that still lies in the recycle bin keeps it there. */
STATEMENT(PURGED, "merge.purged",
          "DELETE m FROM customer_merge m LEFT JOIN customer c ON c.id = m.source_id WHERE "
          "(m.final_id = ? AND (m.undone_at IS NOT NULL OR c.id IS NULL)) "
          "OR (m.undone_at IS NOT NULL AND (m.source_id = ? OR m.survivor_id = ?))");

enum err merge_store_is_gone(struct db *db, struct arena *arena, int64_t customer_id, bool *out)
{
    struct number count;
    TRY(db_one(db, arena, &IS_GONE, ARGS(V(customer_id)), &count));
    *out = count.value == 0;
    return OK;
}

enum err merge_store_purged(struct db *db, struct arena *arena, int64_t customer_id)
{
    return db_exec(db, arena, &PURGED, ARGS(V(customer_id), V(customer_id), V(customer_id)));
}

enum err merge_store_final(struct db *db, struct arena *arena, int64_t source_id, int64_t *out)
{
    return db_one(db, arena, &FINAL, ARGS(V(source_id)), out);
}

enum err merge_store_get(struct db *db, struct arena *arena, int64_t id, bool lock, struct merge_row *out)
{
    return db_one(db, arena, lock ? &LOCK : &GET, ARGS(V(id)), out);
}

enum err merge_store_list(struct db *db, struct arena *arena, int64_t customer_id, struct merge_row **rows_out,
                          size_t *count_out)
{
    return db_many(db, arena, &LIST, ARGS(V(customer_id), V(customer_id)), rows_out, count_out);
}

enum err merge_store_insert(struct db *db, struct arena *arena, const struct merge_row *merge, struct value user,
                            struct date on, int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(db, arena, &INSERT,
                       ARGS(V(merge->source_id), V(merge->survivor_id), V(merge->survivor_id), V(merge->source_name),
                            V(merge->reason), V(merge->source_before), V(merge->merged_at), V(on), user),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err merge_store_undone(struct db *db, struct arena *arena, int64_t id, struct value user, struct instant now)
{
    return db_exec(db, arena, &UNDONE, ARGS(V(now), user, V(id)));
}

enum err merge_store_set_survivor(struct db *db, struct arena *arena, int64_t id, struct str before)
{
    return db_exec(db, arena, &SET_SURVIVOR, ARGS(V(before), V(id)));
}

enum err merge_store_lead(struct db *db, struct arena *arena, int64_t from, int64_t to)
{
    return db_exec(db, arena, &LEAD, ARGS(V(to), V(from)));
}

enum err merge_store_lead_back(struct db *db, struct arena *arena, int64_t source_id)
{
    return db_exec(db, arena, &LEAD_BACK, ARGS(V(source_id), V(source_id)));
}

/* ---- rows ---- */

static void add_table(struct query *query, const char *name)
{
    query_sql(query, "`");
    query_sql(query, name);
    query_sql(query, "`");
}

static void add_only(struct query *query, const struct merge_reference *reference)
{
    if (reference->only != NULL) {
        query_sql(query, " AND ");
        query_sql(query, reference->only);
    }
}

static void add_column(struct query *query, const struct merge_reference *reference, int64_t value)
{
    query_sql(query, "t.");
    query_sql(query, reference->column);
    query_sql(query, " = ");
    query_arg(query, V(value));
}

/* SET of the reference; records are changed ones afterwards. */
static void add_set(struct query *query, const struct merge_reference *reference, int64_t customer_id,
                    struct value user, struct instant now)
{
    query_sql(query, " SET ");
    add_column(query, reference, customer_id);
    if (reference->object != NULL) {
        query_sql(query, ", t.version = t.version + 1, t.updated_at = ");
        query_arg(query, V(now));
        query_sql(query, ", t.updated_by_id = ");
        query_arg(query, user);
    }
}

static enum err run(struct db *db, struct arena *arena, const struct query *query, int64_t *affected_out)
{
    struct db_result result;
    TRY(db_run(db, arena, query_text(query), query_args(query), &result));
    *affected_out = result.affected;
    return OK;
}

static enum err note(struct db *db, struct arena *arena, int64_t merge_id, const struct merge_reference *reference,
                     int64_t source_id, int64_t *noted_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "INSERT INTO customer_merge_row (merge_id, reference, row_id) SELECT ");
    query_arg(&query, V(merge_id));
    query_sql(&query, ", ");
    query_arg(&query, V(reference->name));
    query_sql(&query, ", t.id FROM ");
    add_table(&query, reference->table);
    query_sql(&query, " t WHERE ");
    add_column(&query, reference, source_id);
    add_only(&query, reference);
    return run(db, arena, &query, noted_out);
}

enum err merge_store_count(struct db *db, struct arena *arena, const struct merge_reference *reference,
                           int64_t source_id, int64_t *out)
{
    struct query query;
    struct rows rows;
    query_init(&query, arena);
    query_sql(&query, "SELECT COUNT(*) FROM ");
    add_table(&query, reference->table);
    query_sql(&query, " t WHERE ");
    add_column(&query, reference, source_id);
    add_only(&query, reference);
    TRY(db_query(db, arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}

enum err merge_store_move(struct db *db, struct arena *arena, int64_t merge_id, const struct merge_reference *reference,
                          int64_t source_id, int64_t survivor_id, struct value user, struct instant now,
                          int64_t *moved_out)
{
    struct query query;
    TRY(note(db, arena, merge_id, reference, source_id, moved_out));
    if (*moved_out == 0) {
        return OK;
    }
    query_init(&query, arena);
    query_sql(&query, "UPDATE ");
    add_table(&query, reference->table);
    query_sql(&query, " t JOIN customer_merge_row w ON w.row_id = t.id AND w.merge_id = ");
    query_arg(&query, V(merge_id));
    query_sql(&query, " AND w.reference = ");
    query_arg(&query, V(reference->name));
    add_set(&query, reference, survivor_id, user, now);
    return run(db, arena, &query, moved_out);
}

enum err merge_store_move_back(struct db *db, struct arena *arena, const struct merge_row *merge,
                               const struct merge_reference *reference, struct value user, struct instant now,
                               int64_t *moved_out)
{
    struct query query;
    query_init(&query, arena);
    query_sql(&query, "UPDATE ");
    add_table(&query, reference->table);
    query_sql(&query, " t JOIN customer_merge_row w ON w.row_id = t.id AND w.merge_id = ");
    query_arg(&query, V(merge->id));
    query_sql(&query, " AND w.reference = ");
    query_arg(&query, V(reference->name));
    add_set(&query, reference, merge->source_id, user, now);
    query_sql(&query, " WHERE ");
    add_column(&query, reference, merge->survivor_id);
    return run(db, arena, &query, moved_out);
}

/* Rows of the survivor that hang on rows which the merge moved, as if it had moved them too. */
#define NOTE_HANGING(reference, table, on)                                                                             \
    "INSERT IGNORE INTO customer_merge_row (merge_id, reference, row_id) SELECT w.merge_id, '" reference               \
    "', t.id FROM customer_merge_row w JOIN " table " t ON " on " WHERE w.merge_id = ? AND t.customer_id = ?"
STATEMENT(NOTE_CONTRACTS, "merge.note_contracts",
          NOTE_HANGING("contract.customer_id", "contract",
                       "w.reference = 'opportunity.customer_id' AND t.opportunity_id = w.row_id"));
STATEMENT(NOTE_PAYMENTS, "merge.note_payments",
          NOTE_HANGING("payment.customer_id", "payment",
                       "w.reference = 'contract.customer_id' AND t.contract_id = w.row_id"));
STATEMENT(NOTE_REFUNDS, "merge.note_refunds",
          NOTE_HANGING("refund.customer_id", "refund",
                       "w.reference = 'payment.customer_id' AND t.payment_id = w.row_id"));
STATEMENT(NOTE_INSTALLMENTS, "merge.note_installments",
          NOTE_HANGING("installment.customer_id", "installment",
                       "w.reference = 'contract.customer_id' AND t.contract_id = w.row_id"));
STATEMENT(NOTE_INVOICES, "merge.note_invoices",
          NOTE_HANGING("invoice.customer_id", "invoice",
                       "w.reference = 'contract.customer_id' AND t.contract_id = w.row_id"));
STATEMENT(NOTE_QUOTES, "merge.note_quotes",
          NOTE_HANGING("quote.customer_id", "quote",
                       "w.reference = 'opportunity.customer_id' AND t.opportunity_id = w.row_id"));
STATEMENT(NOTE_BY_CONTACT, "merge.note_by_contact",
          NOTE_HANGING("follow_up.customer_id", "follow_up",
                       "w.reference = 'contact.customer_id' AND t.contact_id = w.row_id"));
STATEMENT(NOTE_TASKS, "merge.note_tasks",
          NOTE_HANGING("task.customer_id", "task",
                       "w.reference = 'opportunity.customer_id' AND t.opportunity_id = w.row_id"));
STATEMENT(NOTE_BY_OPPORTUNITY, "merge.note_by_opportunity",
          NOTE_HANGING("follow_up.customer_id", "follow_up",
                       "w.reference = 'opportunity.customer_id' AND t.opportunity_id = w.row_id"));

enum err merge_store_note_hanging(struct db *db, struct arena *arena, const struct merge_row *merge)
{
    /* Each behind what it hangs on. */
    const struct stmt *const notes[] = {&NOTE_CONTRACTS,    &NOTE_PAYMENTS,       &NOTE_REFUNDS,
                                        &NOTE_INSTALLMENTS, &NOTE_INVOICES,       &NOTE_QUOTES,
                                        &NOTE_BY_CONTACT,   &NOTE_BY_OPPORTUNITY, &NOTE_TASKS};
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++) {
        TRY(db_exec(db, arena, notes[i], ARGS(V(merge->id), V(merge->survivor_id))));
    }
    return OK;
}

enum err merge_store_audit(struct request *request, int64_t merge_id, const struct merge_reference *reference,
                           struct str changes, int64_t customer_id)
{
    struct query query;
    int64_t written;
    struct value user = request_actor(request);
    query_init(&query, request->arena);
    query_sql(&query, "INSERT INTO audit_entry (object, record_id, action, version, changes, user_id, address, "
                      "request_id, at) SELECT ");
    query_arg(&query, V(reference->object));
    query_sql(&query, ", t.id, 'update', t.version");
    const struct value rest[] = {V(changes), user, V(request->address), V(request->id), V(request->now)};
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        query_sql(&query, ", ");
        query_arg(&query, rest[i]);
    }
    query_sql(&query, " FROM ");
    add_table(&query, reference->table);
    query_sql(&query, " t JOIN customer_merge_row w ON w.row_id = t.id AND w.merge_id = ");
    query_arg(&query, V(merge_id));
    query_sql(&query, " AND w.reference = ");
    query_arg(&query, V(reference->name));
    query_sql(&query, " WHERE ");
    add_column(&query, reference, customer_id);
    return run(request->db, request->arena, &query, &written);
}

static const struct column MOVED[] = {COLUMN(struct moved_row, reference), COLUMN(struct moved_row, count)};
STATEMENT_ROWS(COUNT_MOVED, "merge.count_moved", struct moved_row, MOVED,
               "SELECT reference, COUNT(*) AS count FROM customer_merge_row WHERE merge_id = ? GROUP BY reference");

enum err merge_store_moved(struct db *db, struct arena *arena, int64_t merge_id, struct moved_row **rows_out,
                           size_t *count_out)
{
    return db_many(db, arena, &COUNT_MOVED, ARGS(V(merge_id)), rows_out, count_out);
}

/* ---- what the merge deals with by name ---- */

enum err merge_store_end_claims(struct db *db, struct arena *arena, int64_t source_id, int64_t survivor_id,
                                struct instant now)
{
    return db_exec(db, arena, &END_CLAIMS, ARGS(V(survivor_id), V(now), V(now), V(source_id)));
}

static const struct merge_reference SHARES = {
    "record_share.record_id", "record_share", "record_id", "t.object = 'customer'", NULL, MERGE_MOVE, NULL};

enum err merge_store_unite_shares(struct db *db, struct arena *arena, const struct merge_row *merge, struct date today)
{
    int64_t moved;
    TRY(db_exec(db, arena, &NOTE_SHARES, ARGS(V(merge->id), V(merge->survivor_id), V(merge->source_id))));
    TRY(db_exec(db, arena, &WIDEN_SHARES,
                ARGS(V(merge->source_id), V(merge->survivor_id), V(today), V(today), V(today), V(today))));
    TRY(db_exec(db, arena, &DROP_SHARES, ARGS(V(merge->id))));
    return merge_store_move(db, arena, merge->id, &SHARES, merge->source_id, merge->survivor_id, value_null(),
                            merge->merged_at, &moved);
}

enum err merge_store_part_shares(struct db *db, struct arena *arena, const struct merge_row *merge)
{
    int64_t moved;
    TRY(merge_store_move_back(db, arena, merge, &SHARES, value_null(), merge->merged_at, &moved));
    TRY(db_exec(db, arena, &NARROW_SHARES, ARGS(V(merge->id))));
    return db_exec(db, arena, &RESTORE_SHARES, ARGS(V(merge->source_id), V(merge->id)));
}

enum err merge_store_follow_phones(struct db *db, struct arena *arena, int64_t customer_id)
{
    return db_exec(db, arena, &FOLLOW_PHONES, ARGS(V(customer_id)));
}

enum err merge_store_set_code(struct db *db, struct arena *arena, int64_t source_id, struct value code)
{
    return db_exec(db, arena, &SET_CODE, ARGS(code, V(source_id)));
}

enum err merge_store_set_parent(struct db *db, struct arena *arena, int64_t customer_id, struct value parent)
{
    return db_exec(db, arena, &SET_PARENT, ARGS(parent, V(customer_id)));
}
