/* The yardstick of `make bench`: one statement through Connector/C alone, prepared once, executed again and again with
 * all rows fetched. Prints the 10th percentile, the median and the 95th percentile in microseconds, and the number of
 * rows.
 *
 *   bare SOCKET USER DATABASE SECONDS <STATEMENT     (password in the variable BARE_PASSWORD) */
#include <mysql.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STATEMENT_MAX = 1 << 16, CELL_MAX = 1024, COLUMNS_MAX = 100, SAMPLES_MAX = 1 << 18 };

static char statement[STATEMENT_MAX];
static char cells[COLUMNS_MAX][CELL_MAX];
static int64_t samples[SAMPLES_MAX];

static int64_t now_micros(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bare: %s: %s\n", what, why);
    exit(1);
}

static MYSQL *open_connection(char **argv)
{
    MYSQL *mysql = mysql_init(NULL);
    mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (mysql_real_connect(mysql, NULL, argv[2], getenv("BARE_PASSWORD"), argv[3], 0, argv[1], 0) == NULL) {
        fail("connect", mysql_error(mysql));
    }
    return mysql;
}

/* Every column as text: the least work that still looks at each cell. */
static void bind_cells(MYSQL_STMT *stmt)
{
    static MYSQL_BIND binds[COLUMNS_MAX];
    unsigned count = mysql_stmt_field_count(stmt);
    if (count > COLUMNS_MAX) {
        fail("bind", "too many columns");
    }
    for (unsigned i = 0; i < count; i++) {
        binds[i].buffer_type = MYSQL_TYPE_STRING;
        binds[i].buffer = cells[i];
        binds[i].buffer_length = CELL_MAX;
    }
    if (mysql_stmt_bind_result(stmt, binds)) {
        fail("bind", mysql_stmt_error(stmt));
    }
}

/* Runs the statement once and gives the number of rows. */
static int64_t run_once(MYSQL_STMT *stmt)
{
    int64_t rows = 0;
    if (mysql_stmt_execute(stmt) != 0 || mysql_stmt_store_result(stmt) != 0) {
        fail("execute", mysql_stmt_error(stmt));
    }
    while (mysql_stmt_fetch(stmt) != MYSQL_NO_DATA) {
        rows++;
    }
    mysql_stmt_free_result(stmt);
    return rows;
}

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fail("usage", "bare SOCKET USER DATABASE SECONDS <STATEMENT");
    }
    size_t length = fread(statement, 1, sizeof statement - 1, stdin);
    MYSQL *mysql = open_connection(argv);
    MYSQL_STMT *stmt = mysql_stmt_init(mysql);
    if (mysql_stmt_prepare(stmt, statement, length) != 0) {
        fail("prepare", mysql_stmt_error(stmt));
    }
    bind_cells(stmt);
    int64_t rows = run_once(stmt);
    int64_t until = now_micros() + atoll(argv[4]) * 1000000;
    size_t count = 0;
    while (count < SAMPLES_MAX && (count == 0 || now_micros() < until)) {
        int64_t began = now_micros();
        run_once(stmt);
        samples[count++] = now_micros() - began;
    }
    qsort(samples, count, sizeof samples[0], compare);
    printf("{\"quick_us\": %lld, \"median_us\": %lld, \"p95_us\": %lld, \"rows\": %lld, \"count\": %zu}\n",
           (long long)samples[count / 10], (long long)samples[count / 2], (long long)samples[count * 95 / 100],
           (long long)rows, count);
    mysql_stmt_close(stmt);
    mysql_close(mysql);
    return 0;
}
