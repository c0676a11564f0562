/* Random changes of records, owners and assignments never make a fact or a sum differ from what the records say.
 * Uses a database of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "database.h"

#include "database.h"
#include "metric.h"
#include "platform/migrate.h"
#include "platform/tx.h"

enum { DEPARTMENTS = 6, USERS = 8, ROUNDS = 400 };

static struct db *db;
static struct arena *arena;
static uint64_t random_state = 20261231;

static int64_t random_below(int64_t limit)
{
    random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (int64_t)((random_state >> 33) % (uint64_t)limit);
}

static int64_t run(const char *sql, struct args args)
{
    struct db_result result;
    assert_int_equal(db_run(db, arena, str_from(sql), args, &result), OK);
    return result.id;
}

static int64_t number(const char *sql)
{
    struct rows rows;
    assert_int_equal(db_query(db, arena, str_from(sql), NO_ARGS, &rows), OK);
    return rows_get(&rows, 0, 0).integer;
}

static struct date random_day(void)
{
    return date_add_days(date_of(2025, 11, 1), (int)random_below(420));
}

static struct value random_user(void)
{
    return random_below(6) == 0 ? value_null() : V(random_below(USERS) + 1);
}

static void make_company(void)
{
    static const char *const TABLES[] = {"metric_fact",  "metric_rollup",   "metric_department_rollup",
                                         "target_total", "target_value",    "ownership",
                                         "target_year",  "user_assignment", "refund",
                                         "payment",      "contract",        "follow_up",
                                         "opportunity",  "stage",           "pipeline",
                                         "customer",     "`user`",          "department_path",
                                         "department",   "company"};
    run("SET FOREIGN_KEY_CHECKS = 0", NO_ARGS);
    for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0]; i++) {
        assert_int_equal(db_script(db, str_format(arena, "TRUNCATE TABLE %s", TABLES[i])), OK);
    }
    run("SET FOREIGN_KEY_CHECKS = 1", NO_ARGS);
    run("INSERT INTO company (id, name, time_zone, currency) VALUES (1, 'Test', 'Asia/Shanghai', 'CNY')", NO_ARGS);
    for (int64_t i = 1; i <= DEPARTMENTS; i++) {
        run("INSERT INTO department (id, name, parent_id, created_at, updated_at) VALUES (?, 'D', ?, NOW(3), NOW(3))",
            ARGS(V(i), i == 1 ? value_null() : V(i / 2)));
    }
    for (int64_t i = 1; i <= USERS; i++) {
        int64_t department = random_below(DEPARTMENTS) + 1;
        run("INSERT INTO `user` (id, login, name, department_id, created_at, updated_at) VALUES (?, CONCAT('u', ?), "
            "'U', ?, NOW(3), NOW(3))",
            ARGS(V(i), V(i), V(department)));
        run("INSERT INTO user_assignment (user_id, department_id, valid_from, created_at) VALUES (?, ?, '1000-01-01', "
            "NOW(3))",
            ARGS(V(i), V(department)));
        run("INSERT INTO target_value (measure, subject_kind, subject_id, month_on, department_id, amount, created_at, "
            "updated_at) "
            "SELECT 'signed_amount', 'user', ?, CONCAT('2026-', n.m, '-01'), ?, 100, NOW(3), NOW(3) FROM "
            "(SELECT '03' AS m UNION SELECT '06' UNION SELECT '09') n",
            ARGS(V(i), V(department)));
    }
    run("INSERT INTO target_total (measure, month_on, department_id, amount) "
        "SELECT measure, month_on, department_id, SUM(amount) FROM target_value GROUP BY measure, month_on, "
        "department_id",
        NO_ARGS);
    run("INSERT INTO target_year (measure, on_year, department_id, level, amount, own_amount) "
        "SELECT measure, YEAR(month_on), department_id, level, SUM(amount), 0 FROM target_value GROUP BY measure, "
        "YEAR(month_on), department_id, level",
        NO_ARGS);
    run("INSERT INTO pipeline (id, name, created_at, updated_at) VALUES (1, 'P', NOW(3), NOW(3))", NO_ARGS);
    run("INSERT INTO stage (id, pipeline_id, name, kind) VALUES (1, 1, 'Won', 'won')", NO_ARGS);
}

static void sync_record(const char *object, int64_t id)
{
    assert_int_equal(metric_sync(db, arena, object, id), OK);
}

static void own(const char *object, int64_t id, struct value owner, struct date from)
{
    run("INSERT INTO ownership (object, record_id, owner_id, department_id, valid_from, changed_at) "
        "VALUES (?, ?, ?, (SELECT department_id FROM `user` WHERE id = ?), ?, NOW(3))",
        ARGS(V(object), V(id), owner, owner, V(from)));
}

static void add_contract(void)
{
    struct value owner = random_user();
    static int64_t serial;
    int64_t id = run(
        "INSERT INTO contract (number, name, status, amount_minor, cost_minor, base_minor, base_margin_minor, "
        "currency, signed_on, owner_id, created_at, updated_at) "
        "SELECT ?, 'C', 'signed', x.a, x.c, x.a, x.a - x.c, 'CNY', ?, ?, NOW(3), NOW(3) FROM (SELECT ? AS a, ? AS c) x",
        ARGS(V(++serial), V(random_day()), owner, V(random_below(100000000)), V(random_below(100000000))));
    own("contract", id, owner, date_of(1000, 1, 1));
    sync_record("contract", id);
    int64_t payment = run("INSERT INTO payment (number, contract_id, amount_minor, base_minor, currency, received_on, "
                          "owner_id, created_at, updated_at) "
                          "SELECT ?, ?, x.a, x.a, 'CNY', ?, ?, NOW(3), NOW(3) FROM (SELECT ? AS a) x",
                          ARGS(V(serial), V(id), V(random_day()), owner, V(random_below(1000000) + 1)));
    own("payment", payment, owner, date_of(1000, 1, 1));
    sync_record("payment", payment);
    int64_t refund = run("INSERT INTO refund (number, payment_id, contract_id, amount_minor, base_minor, currency, "
                         "refunded_on, owner_id, created_at, updated_at) "
                         "SELECT ?, ?, ?, x.a, x.a, 'CNY', ?, ?, NOW(3), NOW(3) FROM (SELECT ? AS a) x",
                         ARGS(V(serial), V(payment), V(id), V(random_day()), owner, V(random_below(1000) + 1)));
    sync_record("refund", refund); /* no owner history: the record's own owner counts */
}

static void add_customer(void)
{
    struct value owner = random_user();
    int64_t id = run("INSERT INTO customer (name, owner_id, created_at, updated_at) VALUES ('K', ?, ?, NOW(3))",
                     ARGS(owner, V(date_start(random_day(), random_below(2) == 0 ? "Asia/Shanghai" : "UTC"))));
    own("customer", id, owner, date_of(1000, 1, 1));
    sync_record("customer", id);
    int64_t follow_up =
        run("INSERT INTO follow_up (customer_id, content, followed_at, owner_id, created_at, updated_at) "
            "VALUES (?, 'F', ?, ?, NOW(3), NOW(3))",
            ARGS(V(id), V(date_start(random_day(), "America/New_York")), owner));
    sync_record("follow_up", follow_up);
    int64_t deal = run("INSERT INTO opportunity (name, pipeline_id, stage_id, status, currency, closed_on, "
                       "stage_entered_at, owner_id, created_at, updated_at) "
                       "VALUES ('O', 1, 1, ?, 'CNY', ?, NOW(3), ?, NOW(3), NOW(3))",
                       ARGS(V(random_below(3) == 0 ? "lost" : "won"), V(random_day()), owner));
    sync_record("opportunity", deal);
}

static int64_t random_contract(void)
{
    return random_below(number("SELECT COALESCE(MAX(id), 0) FROM contract") + 1);
}

static void change_contract(void)
{
    static const char *const STATUSES[] = {"draft", "signed", "completed", "void"};
    int64_t id = random_contract();
    run("UPDATE contract SET amount_minor = ?, base_minor = amount_minor, base_margin_minor = amount_minor - "
        "cost_minor, status = ?, signed_on = ?, deleted_at = ? WHERE id = ?",
        ARGS(V(random_below(100000000)), V(STATUSES[random_below(4)]), V(random_day()),
             random_below(5) == 0 ? V(date_start(random_day(), "UTC")) : value_null(), V(id)));
    sync_record("contract", id);
}

static void transfer_contract(void)
{
    int64_t id = random_contract();
    struct value owner = random_user();
    run("UPDATE contract SET owner_id = ? WHERE id = ?", ARGS(owner, V(id)));
    own("contract", id, owner, random_day());
    sync_record("contract", id);
}

static void move_user(void)
{
    int64_t user = random_below(USERS) + 1;
    int64_t department = random_below(DEPARTMENTS) + 1;
    struct date from = random_day();
    run("DELETE FROM user_assignment WHERE user_id = ? AND valid_from >= ?", ARGS(V(user), V(from)));
    run("UPDATE user_assignment SET valid_to = ? WHERE user_id = ? ORDER BY valid_from DESC LIMIT 1",
        ARGS(V(from), V(user)));
    run("INSERT INTO user_assignment (user_id, department_id, valid_from, created_at) VALUES (?, ?, ?, NOW(3))",
        ARGS(V(user), V(department), V(from)));
    run("UPDATE `user` SET department_id = ? WHERE id = ?", ARGS(V(department), V(user)));
    assert_int_equal(metric_sync_user(db, arena, user, from), OK);
}

static void print_difference(void *context, struct str sentence)
{
    (void)context;
    print_error("%.*s\n", STR_ARG(sentence));
}

static void assert_in_line(void)
{
    struct metric_report report;
    assert_int_equal(metric_check(db, print_difference, NULL, &report), OK);
    assert_true(report.facts > 0);
    assert_int_equal(report.wrong_facts, 0);
    assert_int_equal(report.wrong_rollups, 0);
    assert_int_equal(report.wrong_targets, 0);
    /* The rule said again in plain SQL, for the measure that knows most cases. */
    assert_int_equal(number("SELECT COUNT(*) FROM contract c LEFT JOIN metric_fact f ON f.object = 'contract' AND "
                            "f.record_id = c.id AND f.measure = 'signed_amount' "
                            "WHERE c.deleted_at IS NULL AND c.status IN ('signed', 'completed') AND NOT (f.amount <=> "
                            "c.base_minor AND f.fact_on <=> c.signed_on "
                            "AND f.user_id <=> COALESCE((SELECT o.owner_id FROM ownership o WHERE o.object = "
                            "'contract' AND o.record_id = c.id AND o.valid_from <= c.signed_on "
                            "ORDER BY o.valid_from DESC, o.id DESC LIMIT 1), 0) "
                            "AND (f.user_id = 0 OR f.department_id = (SELECT a.department_id FROM user_assignment a "
                            "WHERE a.user_id = f.user_id AND a.valid_from <= c.signed_on "
                            "ORDER BY a.valid_from DESC LIMIT 1)))"),
                     0);
    assert_int_equal(number("SELECT (SELECT COALESCE(SUM(base_minor), 0) FROM contract WHERE deleted_at IS NULL AND "
                            "status IN ('signed', 'completed')) - "
                            "(SELECT COALESCE(SUM(amount), 0) FROM metric_rollup WHERE measure = 'signed_amount')"),
                     0);
    assert_int_equal(number("SELECT (SELECT SUM(base_minor) FROM payment) - (SELECT SUM(base_minor) FROM refund) - "
                            "(SELECT SUM(amount) FROM metric_department_rollup WHERE measure = 'received_amount')"),
                     0);
    assert_int_equal(number("SELECT (SELECT SUM(amount) FROM target_value) - (SELECT SUM(amount) FROM target_total)"),
                     0);
    assert_int_equal(number("SELECT (SELECT SUM(amount) FROM target_value) - (SELECT SUM(amount) FROM target_year)"),
                     0);
    assert_int_equal(
        number(
            "SELECT COUNT(*) FROM (SELECT department_id, SUM(amount) AS s FROM target_value GROUP BY department_id) v "
            "JOIN (SELECT department_id, SUM(amount) AS s FROM target_year GROUP BY department_id) y "
            "ON y.department_id = v.department_id WHERE y.s <> v.s"),
        0);
    assert_int_equal(
        number("SELECT COUNT(*) FROM target_value v WHERE v.department_id <> (SELECT a.department_id FROM "
               "user_assignment a "
               "WHERE a.user_id = v.subject_id AND a.valid_from <= v.month_on ORDER BY a.valid_from DESC LIMIT 1)"),
        0);
}

static void random_changes_keep_every_sum(void **state)
{
    (void)state;
    make_company();
    add_contract();
    add_customer();
    for (int round = 1; round <= ROUNDS; round++) {
        static void (*const CHANGES[])(void) = {add_contract,      add_customer,      change_contract, change_contract,
                                                transfer_contract, transfer_contract, move_user};
        CHANGES[random_below(sizeof CHANGES / sizeof CHANGES[0])]();
        if (round % 40 == 0) {
            assert_in_line();
        }
        arena_reset(arena);
    }
}

static const char FACTS_TEXT[] =
    "SELECT CAST(CONV(LEFT(MD5(GROUP_CONCAT(object, record_id, measure, fact_on, user_id, department_id, amount "
    "ORDER BY object, record_id, measure)), 12), 16, 10) AS SIGNED) FROM metric_fact";
static const char SUMS_TEXT[] =
    "SELECT CAST(CONV(LEFT(MD5(GROUP_CONCAT(measure, month_on, department_id, user_id, amount, fact_count "
    "ORDER BY measure, month_on, department_id, user_id)), 12), 16, 10) AS SIGNED) FROM metric_rollup WHERE fact_count "
    "<> 0";

static void rebuild_gives_the_same_rows(void **state)
{
    (void)state;
    run("SET SESSION group_concat_max_len = 10000000", NO_ARGS);
    int64_t facts = number(FACTS_TEXT);
    int64_t sums = number(SUMS_TEXT);
    run("DELETE FROM metric_fact", NO_ARGS);
    run("DELETE FROM metric_rollup", NO_ARGS);
    run("DELETE FROM metric_department_rollup", NO_ARGS);
    run("DELETE FROM target_total", NO_ARGS);
    run("DELETE FROM target_year", NO_ARGS);
    assert_int_equal(metric_rebuild(db, NULL, NULL), OK);
    assert_int_equal(number(FACTS_TEXT), facts);
    assert_int_equal(number(SUMS_TEXT), sums);
    assert_in_line();
}

static void damage_is_found_and_repaired(void **state)
{
    (void)state;
    struct metric_report report;
    run("UPDATE metric_fact SET amount = amount + 1 WHERE measure = 'won_deals' ORDER BY object, record_id LIMIT 1",
        NO_ARGS);
    run("DELETE FROM metric_fact WHERE measure = 'gross_profit' AND amount <> 0 ORDER BY object, record_id LIMIT 1",
        NO_ARGS);
    run("UPDATE metric_rollup SET amount = amount - 1 WHERE measure = 'follow_ups' LIMIT 1", NO_ARGS);
    run("UPDATE target_value SET department_id = department_id % 6 + 1 LIMIT 1", NO_ARGS);
    assert_int_equal(metric_check(db, NULL, NULL, &report), OK);
    assert_int_equal(report.wrong_facts, 2);
    assert_int_equal(report.wrong_rollups, 4); /* three of people, one of a department */
    assert_int_equal(report.wrong_targets, 5); /* the cell, and the totals of both departments, by month and by year */
    assert_int_equal(metric_rebuild(db, NULL, NULL), OK);
    assert_in_line();
}

/* A database filled before the sums by department were kept gets them from the migration that adds them; one that was
 * killed half-way is finished by the next run. */
static void older_databases_get_their_sums(void **state)
{
    (void)state;
    const struct config *config = config_load();
    int64_t sums = number("SELECT COUNT(*) FROM metric_department_rollup");
    int64_t totals = number("SELECT COUNT(*) FROM target_total WHERE amount <> 0");
    assert_true(sums > 0 && totals > 0);
    run("DROP TABLE metric_department_rollup", NO_ARGS);
    run("DROP TABLE target_total", NO_ARGS);
    run("DROP TABLE target_year", NO_ARGS);
    for (int killed = 0; killed < 2; killed++) {
        run("DELETE FROM schema_migration WHERE number >= 8", NO_ARGS);
        assert_int_equal(migrate_run(config, stderr), OK);
        assert_int_equal(number("SELECT COUNT(*) FROM metric_department_rollup"), sums);
        assert_int_equal(number("SELECT COUNT(*) FROM target_total WHERE amount <> 0"), totals);
        assert_in_line();
        run("DELETE FROM target_total LIMIT 1", NO_ARGS);
        run("DELETE FROM target_year LIMIT 1", NO_ARGS);
    }
    assert_int_equal(metric_rebuild(db, NULL, NULL), OK);
    assert_in_line();
}

static void an_unchanged_record_is_not_written(void **state)
{
    (void)state;
    uint64_t before = db_query_count(db);
    sync_record("payment", number("SELECT MAX(id) FROM payment"));
    assert_true(db_query_count(db) - before <= 4); /* the largest id, and three reads */
    sync_record("contact", 1);                     /* never counts */
}

static void working_days_of_china(void **state) /* loaded by the migration */
{
    (void)state;
    static const int64_t EXPECTED[][2] = {{2024, 251}, {2025, 248}, {2026, 248}};
    for (size_t i = 0; i < 3; i++) {
        int64_t days = number(
            str_c(arena, str_format(arena,
                                    "SELECT CAST(SUM(COALESCE(w.is_workday, WEEKDAY(d.day) < 5)) AS SIGNED) FROM "
                                    "(SELECT '%lld-01-01' + INTERVAL seq DAY AS day FROM seq_0_to_365) d "
                                    "LEFT JOIN workday w ON w.day = d.day WHERE YEAR(d.day) = %lld",
                                    (long long)EXPECTED[i][0], (long long)EXPECTED[i][0])));
        assert_int_equal(days, EXPECTED[i][1]);
    }
}

static int connect_database(void **state)
{
    (void)state;
    setenv("DABIAO_DB_NAME", "dabiao_test_metric", 1);
    const struct config *config = config_load();
    if (config == NULL || migrate_run(config, stderr) != OK) {
        return -1;
    }
    arena = arena_create((size_t)64 << 20);
    db = db_create(config, DB_WRITE);
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    db_destroy(db);
    arena_destroy(arena);
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    database_need(argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_changes_keep_every_sum),      cmocka_unit_test(rebuild_gives_the_same_rows),
        cmocka_unit_test(damage_is_found_and_repaired),       cmocka_unit_test(older_databases_get_their_sums),
        cmocka_unit_test(an_unchanged_record_is_not_written), cmocka_unit_test(working_days_of_china),
    };
    return cmocka_run_group_tests(tests, connect_database, close_database);
}
