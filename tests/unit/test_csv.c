/* The CSV reader through table.h: encodings, delimiters, quotes, refusals; the writer and its formula guard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engines/csv.h"

static struct arena *arena;
static struct error fault;

static int begin(void **state)
{
    (void)state;
    arena = arena_create(256 << 20);
    error_init(&fault, arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

/* All rows as "1:a|b;2:c", or the refusal. */
static const char *read_all(struct str content, struct table_format *format)
{
    struct table *table = NULL;
    struct table_row row;
    struct buf out;
    bool more = true;

    buf_init(&out, arena);
    buf_add_c(&out, "");
    error_init(&fault, arena);
    if (table_open_memory(arena, content, &fault, &table) != OK) {
        return str_c(arena, fault.detail);
    }
    if (format != NULL) {
        *format = table_format(table);
    }
    for (;;) {
        enum err result = table_next(table, &row, &more);
        if (result != OK) {
            assert_int_equal(result, ERR_IMPORT_UNREADABLE);
            assert_int_equal(table_next(table, &row, &more), ERR_IMPORT_UNREADABLE);
            return str_c(arena, fault.detail);
        }
        if (!more) {
            return out.len == 0 ? "" : out.ptr;
        }
        buf_format(&out, "%s%zu%s:", out.len == 0 ? "" : ";", row.number, row.ragged ? "!" : "");
        for (size_t i = 0; i < row.cell_count; i++) {
            buf_format(&out, "%s%.*s", i == 0 ? "" : "|", STR_ARG(row.cells[i]));
        }
    }
}

#define ROWS(content) read_all(STR(content), NULL)

static void rows_and_line_ends(void **state)
{
    (void)state;
    assert_string_equal(ROWS("a,b\nc,d\n"), "1:a|b;2:c|d");
    assert_string_equal(ROWS("a,b\r\nc,d"), "1:a|b;2:c|d");
    assert_string_equal(ROWS("a,b\rc,d\r"), "1:a|b;2:c|d");
    assert_string_equal(ROWS("a,b\n\n,\nc,d\n"), "1:a|b;4:c|d");
    assert_string_equal(ROWS("a,,c\n,,\n,b,\n"), "1:a||c;3:|b");
    assert_string_equal(ROWS("a,b\nc\nd,e,f\n"), "1:a|b;2!:c;3!:d|e|f");
    assert_string_equal(ROWS("a"), "1:a");
    assert_string_equal(ROWS("\n\n"), "");
    assert_string_equal(ROWS(""), "The file is empty.");
}

static void quotes(void **state)
{
    (void)state;
    assert_string_equal(ROWS("\"a,b\",c\n"), "1:a,b|c");
    assert_string_equal(ROWS("\"say \"\"hi\"\"\",c\n"), "1:say \"hi\"|c");
    assert_string_equal(ROWS("\"two\r\nlines\",c\nd,e\n"), "1:two\nlines|c;2:d|e");
    assert_string_equal(ROWS("5\" pipe,c\n"), "1:5\" pipe|c");
    assert_string_equal(ROWS("\"a\" ,c\n"), "1:a|c");
    assert_string_equal(ROWS("\"\",c\n"), "1:|c");
    assert_string_equal(ROWS("a,b\nc,\"d\n"), "Row 2, column 2: a quote is opened and never closed.");
    assert_string_equal(ROWS("a,b\n\"c\"d,e\n"), "Row 2, column 1: there is text behind a closing quote.");
}

static void delimiters(void **state)
{
    struct table_format format;
    (void)state;
    assert_string_equal(read_all(STR("a;b\n1,5;2\n"), &format), "1:a|b;2:1,5|2");
    assert_int_equal(format.delimiter, ';');
    assert_string_equal(read_all(STR("a\tb\nc\td\n"), &format), "1:a|b;2:c|d");
    assert_string_equal(read_all(STR("a|b\nc|d\n"), &format), "1:a|b;2:c|d");
    assert_string_equal(read_all(STR("\"x;y;z\",b\n\"p;q;r\",d\n"), &format), "1:x;y;z|b;2:p;q;r|d");
    assert_string_equal(read_all(STR("sep=;\r\na,x;b\n"), &format), "2:a,x|b");
    assert_string_equal(read_all(STR("name\nLi\n"), &format), "1:name;2:Li");
    assert_int_equal(format.delimiter, ',');
}

static void encodings(void **state)
{
    struct table_format format;
    (void)state;
    assert_string_equal(read_all(STR("\xEF\xBB\xBF名,b\n"), &format), "1:名|b");
    assert_string_equal(format.encoding, "UTF-8");
    assert_string_equal(read_all(STR("\xC3\xFB\xB3\xC6,\xB5\xE7\xBB\xB0\n"), &format), "1:名称|电话");
    assert_string_equal(format.encoding, "GB18030");
    assert_string_equal(read_all(STR("\xFF\xFE\x0D\x54,\0b\0\n\0"), &format), "1:名|b");
    assert_string_equal(format.encoding, "UTF-16LE");
    assert_string_equal(read_all(STR("\xFE\xFF\x54\x0D\0,\0b\0\n"), &format), "1:名|b");
    assert_string_equal(format.encoding, "UTF-16BE");
    assert_string_equal(ROWS("a,b\nc,\xE5\x90"),
                        "Row 2, column 2: there are bytes that belong to no character; save the file as UTF-8.");
    assert_string_equal(ROWS("\xEF\xBB\xBF"
                             "a,b\nc,\xFF\n"),
                        "Row 2, column 2: there are bytes that belong to no character; save the file as UTF-8.");
    assert_string_equal(ROWS("a,b\nc,d\0e\n"), "Row 2, column 2: there is a NUL byte; this is not a text file.");
}

static void not_tables(void **state)
{
    (void)state;
    assert_non_null(strstr(ROWS("\xD0\xCF\x11\xE0....."), ".xls"));
    assert_non_null(strstr(ROWS("<html><table>"), "web page"));
    assert_non_null(strstr(ROWS("PK\x03\x04 nonsense"), "damaged"));
}

static void limits(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, arena);
    buf_add_c(&text, "a,\"");
    for (int i = 0; i < TABLE_CELL_MAX + 10; i++) {
        buf_add_char(&text, 'x');
    }
    buf_add_c(&text, "\"\n");
    assert_string_equal(read_all(buf_str(&text), NULL),
                        "Row 1, column 2: the cell is too long; perhaps a quote is not closed.");
    buf_init(&text, arena);
    for (int i = 0; i < TABLE_COLUMN_MAX; i++) {
        buf_add_c(&text, "x,");
    }
    assert_non_null(strstr(read_all(buf_str(&text), NULL), "too many columns"));
}

/* Long files pass the reader's buffers at every offset; memory must not grow with them. */
static void long_files_stream(void **state)
{
    enum { ROW_COUNT = 60000 };
    struct table *table = NULL;
    struct table_row row;
    struct buf text;
    bool more = true;
    size_t count = 0;
    (void)state;

    buf_init(&text, arena);
    for (int i = 0; i < ROW_COUNT; i++) {
        buf_format(&text, "%d,\"客户%d, \"\"有限\"\"公司\",%d\r\n", i, i, i * 7);
    }
    size_t before = arena_used(arena);
    assert_int_equal(table_open_memory(arena, buf_str(&text), &fault, &table), OK);
    for (;;) {
        assert_int_equal(table_next(table, &row, &more), OK);
        if (!more) {
            break;
        }
        char expected[64];
        (void)snprintf(expected, sizeof(expected), "客户%zu, \"有限\"公司", count);
        assert_true(str_eq_c(row.cells[1], expected));
        assert_int_equal(row.cell_count, 3);
        count++;
        assert_int_equal(row.number, count);
    }
    assert_int_equal(count, ROW_COUNT);
    assert_int_equal(table_progress(table), 1000);
    assert_true(arena_used(arena) - before < (1 << 20));
    assert_int_equal(table_select(table, 0), OK);
    assert_int_equal(table_next(table, &row, &more), OK);
    assert_int_equal(row.number, 1);
}

static void formulas_are_guarded(void **state)
{
    static const char *const dangerous[] = {"=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\r=x", "＝1", "-",
                                            "+"};
    static const char *const harmless[] = {"", "a=b", "-500", "+12.5%", "-1,234.50", "'quoted", "李"};
    (void)state;
    for (size_t i = 0; i < sizeof(dangerous) / sizeof(dangerous[0]); i++) {
        struct str text = str_from(dangerous[i]);
        assert_true(csv_is_formula(text));
        assert_true(str_eq(csv_unguard(csv_guard(arena, text)), text));
    }
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        struct str text = str_from(harmless[i]);
        assert_false(csv_is_formula(text));
        assert_true(str_eq(csv_guard(arena, text), text));
        assert_true(str_eq(csv_unguard(text), text));
    }
}

static void written_rows_read_back(void **state)
{
    const struct str cells[] = {STR("a\"b"), STR(" padded "), STR("x,y"), STR("two\nlines"), STR("=1+1"), STR("李；")};
    enum { CELLS = sizeof(cells) / sizeof(cells[0]) };
    struct table *table = NULL;
    struct table_row row;
    struct buf out;
    bool more = false;
    (void)state;
    buf_init(&out, arena);
    buf_add_c(&out, CSV_BOM);
    csv_add_row(&out, cells, CELLS);
    assert_int_equal(table_open_memory(arena, buf_str(&out), &fault, &table), OK);
    assert_int_equal(table_next(table, &row, &more), OK);
    assert_int_equal(row.cell_count, CELLS);
    for (size_t i = 0; i < CELLS; i++) {
        assert_true(str_eq(csv_unguard(row.cells[i]), cells[i]));
    }
}

static size_t count_rows(const char *name, size_t width)
{
    const char *folder = getenv("DABIAO_TEST_DATA");
    struct table *table = NULL;
    struct table_row row;
    bool more = true;
    size_t count = 0;
    struct str path = str_format(arena, "%s/%s", folder == NULL ? "../shared/data" : folder, name);
    FILE *file = fopen(str_c(arena, path), "rb");

    if (file == NULL) {
        return SIZE_MAX;
    }
    (void)fclose(file);
    assert_int_equal(table_open_file(arena, str_c(arena, path), &fault, &table), OK);
    for (;; count++) {
        assert_int_equal(table_next(table, &row, &more), OK);
        if (!more) {
            return count;
        }
        assert_true(row.cell_count <= width);
        assert_false(row.ragged);
    }
}

/* The published samples, where they are at hand. */
static void real_files(void **state)
{
    (void)state;
    size_t count = count_rows("maven_crm/sales_pipeline.csv", 8);
    if (count == SIZE_MAX) {
        skip();
    }
    assert_int_equal(count, 8801);
    assert_int_equal(count_rows("maven_crm/accounts.csv", 7), 86);
    assert_int_equal(count_rows("superstore/superstore.csv", 21), 9995);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rows_and_line_ends),
        TEST(quotes),
        TEST(delimiters),
        TEST(encodings),
        TEST(not_tables),
        TEST(limits),
        TEST(long_files_stream),
        TEST(formulas_are_guarded),
        TEST(written_rows_read_back),
        TEST(real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
