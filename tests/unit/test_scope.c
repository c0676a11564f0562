/* Scopes: the shape of the predicate, and a property test: for random organisations, roles, records and shares the
 * predicate finds exactly what a plain model says. Needs a MariaDB (DABIAO_DB_SOCKET); uses a database of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "database.h"
#include "platform/grants.h"
#include "platform/identity_load.h"
#include "platform/migrate.h"
#include "platform/object.h"
#include "platform/scope.h"

/* ---- objects of the test ---- */

static const struct field FIELDS[] = {
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_LABEL, .about = "name"},
    {.name = "phone", .type = FIELD_PHONE, .about = "number"},
    FIELD_END,
};
static const struct object_child CUSTOMER_CHILDREN[] = {
    {.object = "contact", .column = "customer_id", .choice = "contacts"},
    {.object = "contract", .column = "customer_id", .choice = "contracts"},
    {.object = "contract", .column = "customer_id", .choice = "old_contracts"},
    {.object = "payment", .column = "customer_id", .choice = "payments"},
    {0},
};
static const struct object_child CONTRACT_CHILDREN[] = {
    {.object = "payment", .column = "contract_id", .choice = "payments"}, {0}};
static const struct object CUSTOMER = {
    .name = "customer",
    .plural = "customers",
    .table = "customer",
    .fields = FIELDS,
    .view = PERM_CUSTOMER_VIEW,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .children = CUSTOMER_CHILDREN,
};
static const struct object CONTACT = {
    .name = "contact",
    .plural = "contacts",
    .table = "contact",
    .fields = FIELDS,
    .view = PERM_CONTACT_VIEW,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "customer",
    .parent_column = "customer_id",
};
static const struct object CONTRACT = {
    .name = "contract",
    .plural = "contracts",
    .table = "contract",
    .fields = FIELDS,
    .view = PERM_CONTRACT_VIEW,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "customer",
    .parent_column = "customer_id",
    .children = CONTRACT_CHILDREN,
};
static const struct object PAYMENT = {
    .name = "payment",
    .plural = "payments",
    .table = "payment",
    .fields = FIELDS,
    .view = PERM_PAYMENT_VIEW,
    .owner_column = "owner_id",
    .department_column = "department_id",
    .parent_object = "contract",
    .parent_column = "contract_id",
};
static const struct object USERS = {
    .name = "user", .plural = "users", .table = "user", .fields = FIELDS, .flags = OBJECT_DIRECTORY};
static const struct object *const OBJECTS[] = {&CUSTOMER, &CONTACT, &CONTRACT, &PAYMENT, &USERS, NULL};
static const struct feature FEATURE = {.name = "test", .objects = OBJECTS};
const struct feature *const FEATURES[] = {&FEATURE};
const size_t FEATURE_COUNT = 1;

enum { KINDS = 4 };
static const struct object *const KIND[KINDS] = {&CUSTOMER, &CONTACT, &CONTRACT, &PAYMENT};

static struct arena *arena;
static struct db *db;
static struct error error;
static struct config config = {
    .db_name = "dabiao_test_scope",
    .db_user = "root",
    .db_password = "",
    .db_hosts = "",
    .db_socket = "",
    .sql_dir = "sql",
    .jwt_key = "",
    .public_url = "",
    .time_zone = "Asia/Shanghai",
};

/* ---- the shape of the predicate ---- */

static struct request request_with(struct identity *user, struct grants *grants, struct rights *rights)
{
    grants->rights = rights;
    *user = (struct identity){.user_id = 7, .department_id = 3, .is_admin = rights->is_admin, .grants = grants};
    error_init(&error, arena);
    return (struct request){.arena = arena,
                            .db = db,
                            .config = &config,
                            .error = &error,
                            .user = user,
                            .method = STR("GET"),
                            .now = {1774944000000},
                            .today = date_of(2026, 3, 31),
                            .zone = "Asia/Shanghai"};
}

static void assert_predicate(const struct request *request, const struct object *object, bool for_write,
                             const char *expected)
{
    struct query query;
    query_init(&query, arena);
    scope_predicate(&query, request, object, "t", for_write);
    assert_string_equal(str_c(arena, query_text(&query)), expected);
}

static void predicates_keep_indexes_usable(void **state)
{
    (void)state;
    static const int64_t departments[] = {3, 4};
    static const int64_t subordinates[] = {8, 9};
    struct identity user;
    struct grants grants = {0};
    struct rights rights = {.is_admin = true};
    struct request request = request_with(&user, &grants, &rights);
    assert_predicate(&request, &CUSTOMER, false, "(TRUE)");
    rights.is_admin = false;
    request = request_with(&user, &grants, &rights);
    assert_predicate(&request, &USERS, false, "(TRUE)");
    assert_predicate(&request, &CUSTOMER, false, "(FALSE)");
    struct scope_grant scope = {.key = STR("customer"), .scope = {.own = true, .user_id = 7}};
    rights.scopes = &scope;
    rights.scope_count = 1;
    assert_predicate(&request, &CUSTOMER, false, "(t.owner_id = ?)");
    scope.scope.user_ids = subordinates;
    scope.scope.user_count = 2;
    assert_predicate(&request, &CUSTOMER, false, "(t.owner_id IN (?, ?, ?, ?))");
    scope.scope.user_count = 0;
    scope.scope.department_ids = departments;
    scope.scope.department_count = 2;
    assert_predicate(&request, &CUSTOMER, false, "(t.owner_id = ? OR t.department_id IN (?, ?))");
    scope.scope.all = true;
    assert_predicate(&request, &CUSTOMER, true, "(TRUE)");
    /* A child without a scope of its own stays closed. */
    assert_predicate(&request, &CONTACT, false, "(FALSE)");
    request.user = NULL;
    assert_predicate(&request, &CUSTOMER, false, "(FALSE)");
}

static void children_follow_their_parent(void **state)
{
    (void)state;
    struct identity user;
    struct grants grants = {0};
    struct scope_grant scopes[] = {
        {.key = STR("contact"), .scope = {.own = true, .user_id = 7}},
        {.key = STR("customer"), .scope = {.own = true, .user_id = 7}},
    };
    struct rights rights = {.scopes = scopes, .scope_count = 2};
    struct request request = request_with(&user, &grants, &rights);
    assert_predicate(
        &request, &CONTACT, false,
        "(t.owner_id = ? OR EXISTS (SELECT 1 FROM `customer` parent_1 WHERE parent_1.id = t.customer_id AND "
        "(parent_1.owner_id = ?)))");
    scopes[1].scope.all = true;
    assert_predicate(&request, &CONTACT, false, "(t.owner_id = ? OR t.customer_id IS NOT NULL)");
}

static void shares_open_what_they_name(void **state)
{
    (void)state;
    struct identity user;
    static const struct share shares[] = {
        {STR("customer"), 11, false, STR("")},
        {STR("customer"), 12, true, STR("contact,contract")},
        {STR("contract"), 5, true, STR("")},
    };
    struct grants grants = {.shares = shares, .share_count = 3};
    struct rights rights = {0};
    struct request request = request_with(&user, &grants, &rights);
    assert_predicate(&request, &CUSTOMER, false, "(t.id IN (?, ?))");
    assert_predicate(&request, &CUSTOMER, true, "(t.id = ?)");
    assert_predicate(&request, &CONTACT, false, "(t.customer_id = ?)");
    assert_predicate(&request, &CONTRACT, false, "(t.id = ? OR t.customer_id = ?)");
    assert_predicate(&request, &PAYMENT, false, "(FALSE)");
    assert_true(scope_for(&request, &CUSTOMER)->shares);
    assert_false(scope_for(&request, &PAYMENT)->shares);
}

static void restricted_fields_keep_their_word(void **state)
{
    (void)state;
    struct identity user;
    struct grants grants = {0};
    static const struct field_grant fields[] = {{STR("customer"), STR("phone"), FIELD_ACCESS_MASKED}};
    static const struct str objects[] = {STR("customer")};
    struct rights rights = {.fields = fields, .field_count = 1, .objects = objects, .object_count = 1};
    struct request request = request_with(&user, &grants, &rights);
    assert_int_equal(scope_field_access(&request, &CUSTOMER, "phone"), FIELD_ACCESS_MASKED);
    assert_int_equal(scope_field_access(&request, &CUSTOMER, "name"), FIELD_ACCESS_EDIT);
    assert_int_equal(scope_field_access(&request, &CONTACT, "name"), FIELD_ACCESS_HIDDEN);
    rights.is_admin = true;
    assert_int_equal(scope_field_access(&request, &CONTACT, "name"), FIELD_ACCESS_EDIT);
}

/* ---- the model ---- */

enum { DEPARTMENTS = 12, PEOPLE = 16, ROLES = 10, RECORDS = 60, SHARES = 60, ROUNDS = 12 };
static const char *const SCOPE_WORDS[SCOPE_KIND_COUNT] = {
    "none", "own", "own_and_subordinates", "department", "department_and_below", "chosen_departments", "all",
};

static int64_t parent_department[DEPARTMENTS + 1];                /* 0: top */
static int64_t department_of[PEOPLE + 1], manager_of[PEOPLE + 1]; /* manager 0: none; cycles happen */
static bool has_role[PEOPLE + 1][ROLES + 1];
static enum scope_kind role_scope[ROLES + 1][KINDS];
static int64_t chosen[ROLES + 1][KINDS]; /* one chosen department */
static struct record {
    int64_t owner, department; /* 0: none */
    int64_t parent;            /* customer of a contact or contract, contract of a payment */
    int64_t customer;          /* customer of a payment */
} records[KINDS][RECORDS + 1];
static struct model_share {
    int kind;             /* index in KIND */
    int64_t record, user; /* which, with whom */
    bool can_edit, valid; /* for writing; not yet over */
    bool cascades[KINDS]; /* to which children */
} shares[SHARES];

static uint64_t random_state = 20260331;

static int64_t random_below(int64_t limit)
{
    random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (int64_t)((random_state >> 33) % (uint64_t)limit);
}

static bool is_below_department(int64_t department, int64_t ancestor)
{
    for (; department != 0; department = parent_department[department]) {
        if (department == ancestor) {
            return true;
        }
    }
    return false;
}

static bool is_subordinate(int64_t user, int64_t boss)
{
    int64_t at = manager_of[user];
    for (int steps = 0; at != 0 && steps <= PEOPLE; steps++, at = manager_of[at]) {
        if (at == boss) {
            return true;
        }
    }
    return false;
}

static bool scope_contains(int64_t user, int64_t role, int kind, const struct record *record)
{
    if (role_scope[role][kind] == SCOPE_NONE) {
        return false;
    }
    if (record->owner == user) {
        return true;
    }
    switch (role_scope[role][kind]) {
    case SCOPE_OWN_AND_SUBORDINATES:
        return record->owner != 0 && is_subordinate(record->owner, user);
    case SCOPE_DEPARTMENT:
        return record->department == department_of[user];
    case SCOPE_DEPARTMENT_AND_BELOW:
        return is_below_department(record->department, department_of[user]);
    case SCOPE_CHOSEN_DEPARTMENTS:
        return is_below_department(record->department, chosen[role][kind]);
    default:
        return role_scope[role][kind] == SCOPE_ALL;
    }
}

static bool visible_by_role(int64_t user, int kind, int64_t id)
{
    bool some_scope = false;
    for (int64_t role = 1; role <= ROLES; role++) {
        if (has_role[user][role] && scope_contains(user, role, kind, &records[kind][id])) {
            return true;
        }
        some_scope |= has_role[user][role] && role_scope[role][kind] != SCOPE_NONE;
    }
    if (!some_scope || kind == 0) {
        return false;
    }
    return visible_by_role(user, kind == 3 ? 2 : 0, records[kind][id].parent);
}

static bool share_opens(const struct model_share *share, int kind, int64_t id)
{
    if (share->kind == kind && share->record == id) {
        return true;
    }
    if (!share->cascades[kind]) {
        return false;
    }
    const struct record *record = &records[kind][id];
    if (share->kind == 0) {
        return kind != 0 && (kind == 3 ? record->customer : record->parent) == share->record;
    }
    return share->kind == 2 && kind == 3 && record->parent == share->record;
}

static bool visible(int64_t user, int kind, int64_t id, bool for_write)
{
    for (size_t i = 0; i < SHARES; i++) {
        bool counts = shares[i].user == user && shares[i].valid && (shares[i].can_edit || !for_write);
        if (counts && share_opens(&shares[i], kind, id)) {
            return true;
        }
    }
    return visible_by_role(user, kind, id);
}

/* ---- the same in the database ---- */

static void run(const char *sql, struct args args)
{
    struct db_result result;
    assert_int_equal(db_run(db, arena, str_from(sql), args, &result), OK);
}

static struct value id_or_null(int64_t id)
{
    return id == 0 ? value_null() : V(id);
}

static void empty_tables(void)
{
    static const char *const TABLES[] = {
        "record_share",          "payment",    "contract",        "contact",    "customer", "user_role",
        "role_scope_department", "role_scope", "role_permission", "role_field", "role",     "`user`",
        "department_path",       "department", "company"};
    assert_int_equal(db_script(db, STR("SET FOREIGN_KEY_CHECKS = 0")), OK);
    for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0]; i++) {
        assert_int_equal(db_script(db, str_format(arena, "DELETE FROM %s", TABLES[i])), OK);
    }
    run("INSERT INTO company (id, name, time_zone, currency) VALUES (1, 'T', 'Asia/Shanghai', 'CNY')", NO_ARGS);
}

static void make_organisation(void)
{
    for (int64_t i = 1; i <= DEPARTMENTS; i++) {
        parent_department[i] = i == 1 ? 0 : random_below(i);
        run("INSERT INTO department (id, name, parent_id, created_at, updated_at) VALUES (?, 'D', ?, NOW(3), NOW(3))",
            ARGS(V(i), id_or_null(parent_department[i])));
        int64_t depth = 0;
        for (int64_t above = i; above != 0; above = parent_department[above]) {
            run("INSERT INTO department_path (ancestor_id, descendant_id, depth) VALUES (?, ?, ?)",
                ARGS(V(above), V(i), V(depth)));
            depth++;
        }
    }
    for (int64_t i = 1; i <= PEOPLE; i++) {
        department_of[i] = random_below(DEPARTMENTS) + 1;
        manager_of[i] = random_below(PEOPLE + 1);
        run("INSERT INTO `user` (id, login, name, department_id, manager_id, created_at, updated_at) "
            "VALUES (?, CONCAT('u', ?), 'U', ?, ?, NOW(3), NOW(3))",
            ARGS(V(i), V(i), V(department_of[i]), id_or_null(manager_of[i])));
    }
}

static void make_roles(void)
{
    memset(has_role, 0, sizeof has_role);
    for (int64_t role = 1; role <= ROLES; role++) {
        run("INSERT INTO role (id, name, created_at, updated_at) VALUES (?, CONCAT('r', ?), NOW(3), NOW(3))",
            ARGS(V(role), V(role)));
        for (int kind = 0; kind < KINDS; kind++) {
            /* "all" would hide everything else if it were as frequent as the rest. */
            role_scope[role][kind] = (enum scope_kind)random_below(random_below(4) == 0 ? SCOPE_KIND_COUNT : SCOPE_ALL);
            chosen[role][kind] = random_below(DEPARTMENTS) + 1;
            run("INSERT INTO role_scope (role_id, object, scope) VALUES (?, ?, ?)",
                ARGS(V(role), V(KIND[kind]->name), V(SCOPE_WORDS[role_scope[role][kind]])));
            run("INSERT INTO role_scope_department (role_id, object, department_id) VALUES (?, ?, ?)",
                ARGS(V(role), V(KIND[kind]->name), V(chosen[role][kind])));
        }
    }
    for (int64_t user = 1; user <= PEOPLE; user++) {
        for (int64_t count = random_below(3); count > 0; count--) {
            int64_t role = random_below(ROLES) + 1;
            if (!has_role[user][role]) {
                has_role[user][role] = true;
                run("INSERT INTO user_role (user_id, role_id) VALUES (?, ?)", ARGS(V(user), V(role)));
            }
        }
    }
}

static void insert_record(int kind, int64_t id, const struct record *record)
{
    static const char *const SQL[KINDS] = {
        "INSERT INTO customer (id, name, owner_id, department_id, created_at, updated_at) VALUES (?, 'c', ?, ?, "
        "NOW(3), NOW(3))",
        "INSERT INTO contact (id, name, owner_id, department_id, customer_id, created_at, updated_at) VALUES (?, 'c', "
        "?, ?, ?, NOW(3), NOW(3))",
        "INSERT INTO contract (id, number, name, currency, owner_id, department_id, customer_id, created_at, "
        "updated_at) "
        "SELECT x.id, x.id, 'c', 'CNY', x.o, x.d, x.c, NOW(3), NOW(3) FROM (SELECT ? AS id, ? AS o, ? AS d, ? AS c) x",
        "INSERT INTO payment (id, number, amount_minor, currency, received_on, owner_id, department_id, contract_id, "
        "customer_id, created_at, "
        "updated_at) SELECT x.id, x.id, 1, 'CNY', '2026-01-01', x.o, x.d, x.k, x.c, NOW(3), NOW(3) "
        "FROM (SELECT ? AS id, ? AS o, ? AS d, ? AS k, ? AS c) x",
    };
    static const size_t ARGUMENTS[KINDS] = {3, 4, 4, 5};
    struct value values[] = {V(id), id_or_null(record->owner), id_or_null(record->department), V(record->parent),
                             V(record->customer)};
    run(SQL[kind], (struct args){values, ARGUMENTS[kind]});
}

static void make_records(void)
{
    for (int kind = 0; kind < KINDS; kind++) {
        for (int64_t id = 1; id <= RECORDS; id++) {
            struct record *record = &records[kind][id];
            record->owner = random_below(PEOPLE + 1);
            record->department = random_below(4) == 0 ? random_below(DEPARTMENTS + 1) : department_of[record->owner];
            record->parent = random_below(RECORDS) + 1;
            record->customer = kind == 3 ? records[2][record->parent].parent : record->parent;
            insert_record(kind, id, record);
        }
    }
}

static void make_shares(void)
{
    for (size_t i = 0; i < SHARES; i++) {
        struct model_share *share = &shares[i];
        *share = (struct model_share){.kind = (int)random_below(KINDS),
                                      .record = (int64_t)i % RECORDS + 1,
                                      .user = random_below(PEOPLE) + 1,
                                      .can_edit = random_below(2) == 0,
                                      .valid = random_below(3) != 0};
        struct buf words;
        buf_init(&words, arena);
        for (const struct object_child *child = KIND[share->kind]->children; child != NULL && child->object != NULL;
             child++) {
            int kind = strcmp(child->object, "contact") == 0 ? 1 : strcmp(child->object, "contract") == 0 ? 2 : 3;
            if (!share->cascades[kind] && random_below(2) == 0) {
                share->cascades[kind] = true;
                buf_format(&words, "%s%s", words.len == 0 ? "" : ",", child->object);
            }
        }
        run("INSERT INTO record_share (object, record_id, user_id, can_edit, cascade_to, until_on, created_at) VALUES "
            "(?, ?, ?, ?, ?, ?, NOW(3))",
            ARGS(V(KIND[share->kind]->name), V(share->record), V(share->user), V(share->can_edit),
                 V(words.len == 0 ? STR("") : buf_str(&words)),
                 share->valid ? (random_below(2) == 0 ? value_null() : V(date_of(2026, 3, 31)))
                              : V(date_of(2026, 3, 30))));
    }
}

static struct request request_as(int64_t user)
{
    error_init(&error, arena);
    struct request request = {.arena = arena,
                              .db = db,
                              .config = &config,
                              .error = &error,
                              .method = STR("GET"),
                              .now = {1774944000000},
                              .zone = "Asia/Shanghai"};
    assert_int_equal(identity_load_user(&request, db, user), OK);
    return request;
}

enum way { ONE_RECORD, FOR_WRITE, MANY_RECORDS, WALKING, PASSING };

/* What all ways find together. */
static void unite_ways(struct request *request, int kind, struct query *query)
{
    struct scope_way *ways;
    size_t count;
    assert_int_equal(scope_ways(request, KIND[kind], &ways, &count), OK);
    query_sql(query, "SELECT DISTINCT id FROM (SELECT 0 AS id WHERE FALSE");
    for (size_t i = 0; i < count; i++) {
        query_sql(query, " UNION ALL (SELECT t.id FROM ");
        query_append(query, &ways[i].from);
        query_sql(query, " WHERE ");
        query_append(query, &ways[i].where);
        query_sql(query, ")");
    }
    query_sql(query, ") x");
}

static void compare(struct request *request, int64_t user, int kind, enum way way)
{
    bool for_write = way == FOR_WRITE;
    struct query query;
    query_init(&query, arena);
    if (way == MANY_RECORDS) {
        unite_ways(request, kind, &query);
    } else {
        query_sql(&query, "SELECT t.id FROM `");
        query_sql(&query, KIND[kind]->table);
        query_sql(&query, "` t WHERE ");
        if (way == WALKING) {
            scope_walk_predicate(&query, request, KIND[kind], "t");
        } else if (way == PASSING) {
            assert_int_equal(scope_pass_predicate(&query, request, KIND[kind]), OK);
        } else {
            scope_predicate(&query, request, KIND[kind], "t", for_write);
        }
    }
    query_sql(&query, " ORDER BY id");
    struct rows rows;
    assert_int_equal(db_query(db, arena, query_text(&query), query_args(&query), &rows), OK);
    size_t found = 0;
    for (int64_t id = 1; id <= RECORDS; id++) {
        bool in_rows = found < rows.count && rows_get(&rows, found, 0).integer == id;
        found += in_rows;
        if (in_rows != visible(user, kind, id, for_write)) {
            fail_msg("user %d, %s %d, way %d: SQL says %d", (int)user, KIND[kind]->name, (int)id, way, in_rows);
        }
    }
    assert_int_equal(found, rows.count);
}

static void predicate_finds_what_the_model_says(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        empty_tables();
        make_organisation();
        make_roles();
        make_records();
        make_shares();
        for (int64_t user = 1; user <= PEOPLE; user++) {
            struct request request = request_as(user);
            struct grants *grants = (struct grants *)request.user->grants;
            for (int kind = 0; kind < KINDS; kind++) {
                compare(&request, user, kind, ONE_RECORD);
                compare(&request, user, kind, FOR_WRITE);
                compare(&request, user, kind, MANY_RECORDS);
                compare(&request, user, kind, WALKING);
                compare(&request, user, kind, PASSING);
                /* As if there were too many shares to name: the table is asked instead. */
                size_t listed = grants->share_count;
                grants->share_count = listed == 0 ? 0 : SHARE_LIST_MAX + 1;
                compare(&request, user, kind, ONE_RECORD);
                compare(&request, user, kind, FOR_WRITE);
                compare(&request, user, kind, MANY_RECORDS);
                compare(&request, user, kind, WALKING);
                compare(&request, user, kind, PASSING);
                grants->share_count = listed;
            }
        }
        arena_reset(arena);
    }
}

static void one_record_is_checked_alike(void **state)
{
    (void)state;
    empty_tables();
    make_organisation();
    make_roles();
    make_records();
    make_shares();
    for (int64_t user = 1; user <= PEOPLE; user++) {
        struct request request = request_as(user);
        for (int64_t id = 1; id <= RECORDS; id += 7) {
            assert_int_equal(scope_check(&request, &CONTACT, id, false),
                             visible(user, 1, id, false) ? OK : ERR_NOT_FOUND);
        }
        assert_int_equal(scope_check(&request, &CONTACT, RECORDS + 1, false), ERR_NOT_FOUND);
    }
}

/* Two roles: what one hides the other shows, unless it does not know the object at all. */
static void a_role_without_the_object_opens_no_field(void **state)
{
    (void)state;
    empty_tables();
    make_organisation();
    run("INSERT INTO role (id, name, created_at, updated_at) VALUES (1, 'a', NOW(3), NOW(3)), (2, 'b', NOW(3), NOW(3))",
        NO_ARGS);
    run("INSERT INTO role_permission (role_id, permission) VALUES (1, 'customer.view'), (2, 'contract.view')", NO_ARGS);
    run("INSERT INTO role_field (role_id, object, field, access) VALUES (1, 'customer', 'phone', 'hidden')", NO_ARGS);
    run("INSERT INTO user_role (user_id, role_id) VALUES (1, 1), (1, 2)", NO_ARGS);
    struct request request = request_as(1);
    assert_int_equal(scope_field_access(&request, &CUSTOMER, "phone"), FIELD_ACCESS_HIDDEN);
    assert_int_equal(scope_field_access(&request, &CUSTOMER, "name"), FIELD_ACCESS_EDIT);
    assert_int_equal(scope_field_access(&request, &PAYMENT, "name"), FIELD_ACCESS_HIDDEN);
    run("INSERT INTO role_permission (role_id, permission) VALUES (2, 'customer.view')", NO_ARGS);
    request = request_as(1);
    assert_int_equal(scope_field_access(&request, &CUSTOMER, "phone"), FIELD_ACCESS_EDIT);
    run("INSERT INTO role_field (role_id, object, field, access) VALUES (2, 'customer', 'phone', 'masked')", NO_ARGS);
    request = request_as(1);
    assert_int_equal(scope_field_access(&request, &CUSTOMER, "phone"), FIELD_ACCESS_MASKED);
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_create((size_t)256 << 20);
    config.db_socket = getenv("DABIAO_DB_SOCKET");
    const char *user = getenv("DABIAO_DB_USER");
    config.db_user = user == NULL ? "root" : user;
    if (migrate_run(&config, stderr) != OK) {
        return -1;
    }
    db = db_create(&config, DB_WRITE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_destroy(db);
    arena_destroy(arena);
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predicates_keep_indexes_usable),
        cmocka_unit_test(children_follow_their_parent),
        cmocka_unit_test(shares_open_what_they_name),
        cmocka_unit_test(restricted_fields_keep_their_word),
        cmocka_unit_test(predicate_finds_what_the_model_says),
        cmocka_unit_test(one_record_is_checked_alike),
        cmocka_unit_test(a_role_without_the_object_opens_no_field),
    };
    database_need(argv);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
