/* SQL of plans. */
#include "plan_store.h"

#include "customer.h"
#include "platform/object_select.h"
#include "platform/scope.h"

enum { CHUNK = 1024 };

/* Runs a select of ids over chunks of ids: `before` ids `after`. */
struct id_search {
    void (*add_condition)(struct query *query, const void *context); /* behind the list of ids */
    const void *context;                                             /* its own */
    const char *before;                                              /* SELECT … IN */
};

static enum err search_ids(struct request *request, const struct id_search *search, const int64_t *ids, size_t count,
                           int64_t **ids_out, size_t *count_out)
{
    int64_t *found = ARENA_ARRAY(request->arena, int64_t, count + 1);
    *count_out = 0;
    for (size_t from = 0; from < count; from += CHUNK) {
        struct query query;
        struct rows rows;
        query_init(&query, request->arena);
        query_sql(&query, search->before);
        query_arg_ids(&query, ids + from, count - from < CHUNK ? count - from : CHUNK);
        if (search->add_condition != NULL) {
            search->add_condition(&query, search->context);
        }
        TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
        for (size_t i = 0; i < rows.count; i++) {
            found[(*count_out)++] = rows_get(&rows, i, 0).integer;
        }
    }
    *ids_out = found;
    return OK;
}

static void add_filter(struct query *query, const void *context)
{
    query_sql(query, " AND ");
    filter_sql(query, context, "t");
    query_sql(query, " ORDER BY t.id");
}

enum err plan_store_fitting(struct request *request, const struct filter *filter, const int64_t *ids, size_t count,
                            int64_t **ids_out, size_t *count_out)
{
    struct id_search search = {add_filter, filter, "SELECT t.id FROM customer t FORCE INDEX (PRIMARY) WHERE t.id IN "};
    return search_ids(request, &search, ids, count, ids_out, count_out);
}

enum err plan_store_with_open_deals(struct request *request, const int64_t *ids, size_t count, int64_t **ids_out,
                                    size_t *count_out)
{
    struct id_search search = {NULL, NULL,
                               "SELECT DISTINCT t.customer_id FROM opportunity t WHERE t.deleted_at IS NULL "
                               "AND t.status = 'open' AND t.customer_id IN "};
    return search_ids(request, &search, ids, count, ids_out, count_out);
}

/* One chunk of items with distinct customers: rows come back by ascending id, so they are looked up in a sorted list.
 */
static enum err read_chunk(struct request *request, struct plan_item *const *items, size_t count)
{
    struct query query;
    struct rows rows;
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = items[i]->customer_id;
    }
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id, t.name, t.owner_id, t.pool_id FROM customer t FORCE INDEX (PRIMARY) "
                      "WHERE t.deleted_at IS NULL AND t.id IN ");
    query_arg_ids(&query, ids, count);
    query_sql(&query, " AND ");
    scope_predicate(&query, request, &CUSTOMER, "t", true);
    query_sql(&query, " ORDER BY t.id");
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    for (size_t i = 0, r = 0; i < count && r < rows.count; i++) {
        if (items[i]->customer_id == rows_get(&rows, r, 0).integer) {
            items[i]->name = rows_get(&rows, r, 1).text;
            items[i]->from_owner = opt_int_of(rows_get(&rows, r, 2));
            items[i]->from_pool = opt_int_of(rows_get(&rows, r, 3));
            r++;
        }
    }
    return OK;
}

static int compare_items(const void *a, const void *b)
{
    int64_t left = (*(struct plan_item *const *)a)->customer_id;
    int64_t right = (*(struct plan_item *const *)b)->customer_id;
    return (left > right) - (left < right);
}

enum err plan_store_customers(struct request *request, struct plan_item *items, size_t count)
{
    struct plan_item **sorted = ARENA_ARRAY(request->arena, struct plan_item *, count + 1);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i].customer_id != 0) {
            sorted[kept++] = &items[i];
        }
    }
    qsort(sorted, kept, sizeof(struct plan_item *), compare_items);
    for (size_t from = 0; from < kept; from += CHUNK) {
        TRY(read_chunk(request, sorted + from, kept - from < CHUNK ? kept - from : CHUNK));
    }
    return OK;
}

enum err plan_store_find(struct request *request, const struct list_request *list, int64_t limit, int64_t **ids_out,
                         size_t *count_out)
{
    struct query query;
    struct rows rows;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id");
    TRY(select_all_rows(request, &query, list));
    query_sql(&query, " AND ");
    scope_predicate(&query, request, &CUSTOMER, "t", true);
    query_sql(&query, " ORDER BY t.id LIMIT ");
    query_arg(&query, V(limit));
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    int64_t *ids = ARENA_ARRAY(request->arena, int64_t, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        ids[i] = rows_get(&rows, i, 0).integer;
    }
    *ids_out = ids;
    *count_out = rows.count;
    return OK;
}

/* What db_query_each hands on. */
struct candidates {
    enum err (*each)(void *context, const struct plan_candidate *candidate); /* hears of them */
    void *context;                                                           /* its own */
};

static enum err pass_on(void *context, const struct value *row, size_t column_count)
{
    struct candidates *candidates = context;
    struct plan_candidate candidate = {row[0].integer, row[1].text, opt_str_of(row[2]), {0}};
    if (column_count > 3) {
        candidate.phone = opt_str_of(row[3]);
    }
    return candidates->each(candidates->context, &candidate);
}

static void add_texts(struct query *query, const struct str *texts, size_t count)
{
    size_t padded = 1;
    while (padded < count) {
        padded *= 2;
    }
    query_sql(query, "(");
    for (size_t i = 0; i < padded; i++) {
        query_sql(query, i == 0 ? "" : ", ");
        query_arg(query, V(texts[i < count ? i : count - 1]));
    }
    query_sql(query, ")");
}

enum err plan_store_each_candidate(struct request *request, enum plan_lookup lookup, const struct str *texts,
                                   size_t count, bool with_phone,
                                   enum err (*each)(void *context, const struct plan_candidate *candidate),
                                   void *context)
{
    static const char *const conditions[] = {
        "t.code IN ", "t.name IN ", "t.name_key IN ",
        ("t.id IN (SELECT d.record_id FROM phone_digits d WHERE d.object = 'customer' AND d.field = 'phone' "
         "AND d.digits IN ")};
    struct candidates candidates = {each, context};
    for (size_t from = 0; from < count; from += CHUNK) {
        struct query query;
        query_init(&query, request->arena);
        query_sql(&query, with_phone ? "SELECT t.id, t.name, t.code, t.phone" : "SELECT t.id, t.name, t.code");
        query_sql(&query, " FROM customer t WHERE t.deleted_at IS NULL AND ");
        query_sql(&query, conditions[lookup]);
        add_texts(&query, texts + from, count - from < CHUNK ? count - from : CHUNK);
        query_sql(&query, lookup == LOOKUP_DIGITS ? ") AND " : " AND ");
        scope_predicate(&query, request, &CUSTOMER, "t", true);
        TRY(db_query_each(request->db, request->arena, query_text(&query), query_args(&query), pass_on, &candidates));
    }
    return OK;
}

enum err plan_store_users(struct request *request, const int64_t *ids, size_t count, struct plan_user **rows_out,
                          size_t *count_out)
{
    struct query query;
    struct rows rows = {0};
    query_init(&query, request->arena);
    query_sql(&query, "SELECT id, name, (status = 'active') FROM `user` WHERE deleted_at IS NULL AND id IN ");
    query_arg_ids(&query, ids, count);
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    struct plan_user *users = ARENA_ARRAY(request->arena, struct plan_user, rows.count + 1);
    for (size_t i = 0; i < rows.count; i++) {
        users[i] = (struct plan_user){rows_get(&rows, i, 0).integer, rows_get(&rows, i, 1).text,
                                      rows_get(&rows, i, 2).integer != 0};
    }
    *rows_out = users;
    *count_out = rows.count;
    return OK;
}

struct pointer_row {
    struct opt_int user_id; /* last */
};
static const struct column POINTER[] = {COLUMN(struct pointer_row, user_id)};
STATEMENT_ROWS(GET_POINTER, "assignment.pointer", struct pointer_row, POINTER,
               "SELECT user_id FROM assignment_pointer WHERE name = ?");
STATEMENT_ROWS(LOCK_POINTER, "assignment.lock_pointer", struct pointer_row, POINTER,
               "SELECT user_id FROM assignment_pointer WHERE name = ? FOR UPDATE");
STATEMENT(ADD_POINTER, "assignment.add_pointer",
          "INSERT IGNORE INTO assignment_pointer (name, updated_at) VALUES (?, ?)");
STATEMENT(SET_POINTER, "assignment.set_pointer",
          "UPDATE assignment_pointer SET user_id = ?, updated_at = ? WHERE name = ?");

enum err plan_store_pointer(struct request *request, struct str key, bool lock, struct opt_int *out)
{
    struct pointer_row row = {0};
    if (lock) {
        TRY(db_exec(request->db, request->arena, &ADD_POINTER, ARGS(V(key), V(request->now))));
    }
    enum err err = db_one(request->db, request->arena, lock ? &LOCK_POINTER : &GET_POINTER, ARGS(V(key)), &row);
    *out = row.user_id;
    return err == ERR_NOT_FOUND ? OK : err;
}

enum err plan_store_set_pointer(struct request *request, struct str key, struct opt_int user_id)
{
    return db_exec(request->db, request->arena, &SET_POINTER, ARGS(V(user_id), V(request->now), V(key)));
}

STATEMENT(ADD_LIST, "assignment.add_list",
          "INSERT INTO assignment_list (user_id, file_name, line_count, `lines`, created_at) VALUES (?, ?, ?, ?, ?)");
struct list_row {
    struct str lines; /* one a line */
};
static const struct column LIST[] = {COLUMN(struct list_row, lines)};
STATEMENT_ROWS(GET_LIST, "assignment.list", struct list_row, LIST,
               "SELECT `lines` FROM assignment_list WHERE id = ? AND user_id = ?");
STATEMENT(FORGET_LISTS, "assignment.forget_lists", "DELETE FROM assignment_list WHERE created_at < ?");

enum err plan_store_add_list(struct request *request, struct str file_name, struct str lines, int64_t line_count,
                             int64_t *id_out)
{
    struct db_result result;
    TRY(db_exec_result(request->db, request->arena, &ADD_LIST,
                       ARGS(V(request->user->user_id), V(file_name), V(line_count), V(lines), V(request->now)),
                       &result));
    *id_out = result.id;
    return OK;
}

enum err plan_store_list(struct request *request, int64_t id, struct str *lines_out)
{
    struct list_row row;
    TRY(db_one(request->db, request->arena, &GET_LIST, ARGS(V(id), V(request->user->user_id)), &row));
    *lines_out = row.lines;
    return OK;
}

enum err plan_store_forget_lists(struct db *db, struct arena *arena, struct instant before)
{
    return db_exec(db, arena, &FORGET_LISTS, ARGS(V(before)));
}
