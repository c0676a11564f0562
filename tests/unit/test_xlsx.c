/* XLSX in and out: what our writer makes reads back, hand-made workbooks with every kind of cell, and hostile archives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zip.h>

#include "engines/sheet_write.h"
#include "engines/table.h"

static struct arena *arena;
static struct error fault;
static char folder[] = "/tmp/test_xlsx_XXXXXX";
static char path[64];

static int begin_group(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof(path), "%s/a.xlsx", folder);
    return 0;
}

static int end_group(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

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

/* The parts of a hand-made workbook; NULL members get the usual content. */
struct parts {
    const char *workbook; /* xl/workbook.xml */
    const char *styles;   /* xl/styles.xml */
    const char *strings;  /* xl/sharedStrings.xml */
    const char *sheet;    /* xl/worksheets/sheet1.xml */
};

static void add_part(zip_t *zip, const char *name, const char *content)
{
    zip_source_t *source = zip_source_buffer(zip, content, strlen(content), 0);
    assert_non_null(source);
    assert_true(zip_file_add(zip, name, source, ZIP_FL_OVERWRITE) >= 0);
}

static const char *or_else(const char *content, const char *usual)
{
    return content != NULL ? content : usual;
}

static void make_workbook(const struct parts *parts)
{
    static const char *const relations =
        "<Relationships><Relationship Id='rId1' Type='http://x/worksheet' Target='worksheets/sheet1.xml'/>"
        "<Relationship Id='rId2' Type='http://x/styles' Target='/xl/styles.xml'/>"
        "<Relationship Id='rId3' Type='http://x/sharedStrings' Target='../xl/sharedStrings.xml'/></Relationships>";
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

    assert_non_null(zip);
    add_part(zip, "_rels/.rels",
             "<Relationships><Relationship Id='a' Type='http://x/officeDocument' Target='xl/workbook.xml'/>"
             "</Relationships>");
    add_part(zip, "xl/_rels/workbook.xml.rels", relations);
    add_part(
        zip, "xl/workbook.xml",
        or_else(parts->workbook, "<workbook><sheets><sheet name='客户' r:id='rId1' xmlns:r='r'/></sheets></workbook>"));
    add_part(zip, "xl/styles.xml", or_else(parts->styles, "<styleSheet/>"));
    add_part(zip, "xl/sharedStrings.xml", or_else(parts->strings, "<sst/>"));
    add_part(zip, "xl/worksheets/sheet1.xml", or_else(parts->sheet, "<worksheet><sheetData/></worksheet>"));
    assert_int_equal(zip_close(zip), 0);
}

/* All rows as "1:a|b;2:c", or the refusal. */
static const char *read_all(void)
{
    struct table *table = NULL;
    struct table_row row;
    struct buf out;
    bool more = true;

    buf_init(&out, arena);
    buf_add_c(&out, "");
    error_init(&fault, arena);
    if (table_open_file(arena, path, &fault, &table) != OK) {
        return str_c(arena, fault.detail);
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
        buf_format(&out, "%s%zu:", out.len == 0 ? "" : ";", row.number);
        for (size_t i = 0; i < row.cell_count; i++) {
            buf_format(&out, "%s%.*s", i == 0 ? "" : "|", STR_ARG(row.cells[i]));
        }
    }
}

static const char *read_sheet(const char *rows)
{
    struct str sheet = str_format(arena, "<worksheet><sheetData>%s</sheetData></worksheet>", rows);
    make_workbook(&(struct parts){
        .styles = "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy\"年\"m\"月\"d\"日\";@'/>"
                  "<numFmt numFmtId='165' formatCode='#,##0.00\"days\"'/><numFmt numFmtId='166' formatCode='[h]:mm'/>"
                  "<numFmt numFmtId='167' formatCode='[$-804][Red]0.0%'/></numFmts>"
                  "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/>"
                  "<xf numFmtId='22'/><xf numFmtId='164'/><xf numFmtId='165'/><xf numFmtId='21'/><xf numFmtId='166'/>"
                  "<xf numFmtId='167'/><xf numFmtId='31'/></cellXfs></styleSheet>",
        .strings = "<sst><si><t>名称</t></si><si><r><t>rich </t></r><r><t>text</t></r><rPh><t>ruby</t></rPh></si>"
                   "<si><t>a_x000D_\nb_x005F_c</t></si><si/></sst>",
        .sheet = str_c(arena, sheet),
    });
    return read_all();
}

static void kinds_of_cells(void **state)
{
    (void)state;
    assert_string_equal(read_sheet("<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c>"
                                   "<c r='C1' t='s'><v>2</v></c></row>"),
                        "1:名称|rich text|a\nb_c");
    assert_string_equal(
        read_sheet("<row r='1'><c r='A1' t='inlineStr'><is><t>in</t></is></c><c r='B1' t='b'><v>1</v></c>"
                   "<c r='C1' t='str'><f>A1&amp;1</f><v>in1</v></c><c r='D1' t='e'><v>#N/A</v></c></row>"),
        "1:in|true|in1|#N/A");
    assert_string_equal(read_sheet("<row r='3'><c r='B3'><v>5</v></c><c r='D3'><v>6</v></c><c r='F3' s='1'/></row>"
                                   "<row r='9'><c r='A9' s='2'/></row><row><c><v>7</v></c><c><v>8</v></c></row>"),
                        "3:|5||6;10:7|8");
}

static void numbers(void **state)
{
    (void)state;
    assert_string_equal(
        read_sheet("<row><c><v>0.1</v></c><c><v>1.1000000000000001</v></c><c><v>500.00499999999999</v></c>"
                   "<c><v>1E-3</v></c><c><v>1.2E+6</v></c><c><v>-0.5</v></c><c><v>99999999999999999</v></c>"
                   "<c><v>0</v></c><c><v>1200</v></c></row>"),
        "1:0.1|1.1|500.005|0.001|1200000|-0.5|100000000000000000|0|1200");
    assert_string_equal(read_sheet("<row><c s='7'><v>0.125</v></c><c s='7'><v>1</v></c><c s='4'><v>3.5</v></c>"
                                   "<c><v>0.99999999999999999</v></c></row>"),
                        "1:12.5%|100%|3.5|1");
}

static void dates(void **state)
{
    (void)state;
    assert_string_equal(read_sheet("<row><c s='1'><v>42972</v></c><c s='2'><v>42972.573148148149</v></c>"
                                   "<c s='3'><v>42972</v></c><c s='5'><v>0.573148148148148</v></c>"
                                   "<c s='6'><v>0.5</v></c><c s='8'><v>1</v></c><c s='1'><v>-5</v></c></row>"),
                        "1:2017-08-25|2017-08-25 13:45:20|2017-08-25|13:45:20|12:00:00|1900-01-01|-5");
    make_workbook(&(struct parts){
        .workbook = "<workbook><workbookPr date1904='1'/><sheets><sheet name='a' r:id='rId1' xmlns:r='r'/></sheets>"
                    "</workbook>",
        .styles = "<styleSheet><cellXfs><xf numFmtId='14'/></cellXfs></styleSheet>",
        .sheet = "<worksheet><sheetData><row><c s='0'><v>41510</v></c></row></sheetData></worksheet>"});
    assert_string_equal(read_all(), "1:2017-08-25");
}

static void hostile_workbooks(void **state)
{
    (void)state;
    assert_non_null(strstr(read_sheet("<row><c t='s'><v>99</v></c></row>"), "points to a text"));
    assert_non_null(strstr(read_sheet("<row><c t='s'><v>-1</v></c></row>"), "points to a text"));
    assert_non_null(strstr(read_sheet("<row r='0'><c><v>1</v></c></row>"), "impossible number"));
    assert_non_null(strstr(read_sheet("<row r='2'><c r='ZZZ2'><v>1</v></c></row>"), "Row 2, column 18278: "));
    assert_non_null(strstr(read_sheet("<c r='A1'><v>1</v></c>"), "outside a row"));
    assert_non_null(strstr(read_sheet("<row><c><v>1</v></row>"), "mismatched tag"));
    make_workbook(&(struct parts){.sheet =
                                      "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><worksheet><sheetData>"
                                      "<row><c t='str'><v>&b;</v></c></row></sheetData></worksheet>"});
    assert_non_null(strstr(read_all(), "document type"));
    make_workbook(&(struct parts){.workbook = "<workbook><sheets/></workbook>"});
    assert_non_null(strstr(read_all(), "no sheet"));
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    add_part(zip, "content.xml", "<office/>");
    assert_int_equal(zip_close(zip), 0);
    assert_non_null(strstr(read_all(), "not an XLSX"));
}

static void bombs_are_refused(void **state)
{
    enum { BOMB = 64 << 20 };
    char *content = calloc(1, BOMB + 1);
    (void)state;
    memset(content, ' ', BOMB);
    memcpy(content, "<worksheet>", 11);
    make_workbook(&(struct parts){.sheet = content});
    assert_non_null(strstr(read_all(), "unreasonable size"));
    free(content);
    struct buf tag;
    buf_init(&tag, arena);
    buf_add_c(&tag, "<worksheet a='");
    uint32_t noise = 1;
    for (int i = 0; i < 3 << 20; i++) {
        noise = noise * 1664525 + 1013904223;
        buf_add_char(&tag, (char)('A' + (noise >> 24) % 26));
    }
    buf_add_c(&tag, "'/>");
    make_workbook(&(struct parts){.sheet = tag.ptr});
    assert_non_null(strstr(read_all(), "endless tag"));
}

static void truncated_files(void **state)
{
    (void)state;
    (void)read_sheet("<row><c><v>1</v></c></row>");
    FILE *file = fopen(path, "rb");
    char bytes[8192];
    size_t len = fread(bytes, 1, sizeof(bytes), file);
    (void)fclose(file);
    for (size_t cut = 1; cut < len; cut += 7) {
        struct table *table = NULL;
        error_init(&fault, arena);
        char *copy = malloc(cut);
        memcpy(copy, bytes, cut);
        enum err result = table_open_memory(arena, str_n(copy, cut), &fault, &table);
        if (result == OK) {
            table_close(table);
        }
        assert_true(cut < 4 || result == ERR_IMPORT_UNREADABLE);
        free(copy);
    }
}

static void written_sheets_read_back(void **state)
{
    struct sheet_writer *writer = NULL;
    struct table *table = NULL;
    struct table_row row;
    const struct str *names = NULL;
    bool more = false;
    (void)state;
    assert_int_equal(sheet_open(arena, path, folder, &fault, &writer), OK);
    assert_int_equal(sheet_add(writer, STR("合同/2026"), (struct str[]){STR("名称"), STR("金额")}, NULL, 2, &fault),
                     OK);
    for (int i = 0; i < 100; i++) {
        const struct sheet_cell cells[] = {
            {.type = SHEET_TEXT, .text = STR("=1+1")},
            {.type = SHEET_MONEY, .integer = 123456789 + i},
            {.type = SHEET_DATE, .date = date_of(2017, 8, 25)},
            {.type = SHEET_INSTANT, .date = date_of(2017, 8, 25), .second = 49520},
            {.type = SHEET_PPM, .integer = 125000},
            {.type = SHEET_INT, .integer = -7},
            {.type = SHEET_EMPTY},
            {.type = SHEET_DATE, .date = date_of(1066, 10, 14)},
        };
        assert_int_equal(sheet_add_row(writer, cells, 8, &fault), OK);
    }
    const struct sheet_cell sum[] = {{.type = SHEET_EMPTY},
                                     {.type = SHEET_SUM, .integer = 100, .from_row = 1, .bold = true}};
    assert_int_equal(sheet_next_row(writer), 101);
    assert_int_equal(sheet_add_row(writer, sum, 2, &fault), OK);
    assert_int_equal(sheet_add(writer, STR("two"), (struct str[]){STR("x")}, (int[]){8}, 1, &fault), OK);
    const struct sheet_cell formulas[] = {
        {.type = SHEET_FORMULA, .formula = STR("=SUM(A1:A1)"), .shown = SHEET_MONEY, .integer = 1234},
        {.type = SHEET_FORMULA, .formula = STR("=1/8"), .shown = SHEET_PPM, .integer = 125000},
        {.type = SHEET_FORMULA, .formula = STR("=2+3"), .shown = SHEET_INT, .integer = 5},
        {.type = SHEET_FORMULA, .formula = STR("=\"-\""), .shown = SHEET_TEXT, .text = STR("-")},
    };
    sheet_freeze(writer, 1, 1);
    assert_int_equal(sheet_add_row(writer, formulas, 4, &fault), OK);
    assert_int_equal(sheet_close(writer, &fault), OK);

    assert_int_equal(table_open_file(arena, path, &fault, &table), OK);
    assert_int_equal(table_sheets(table, &names), 2);
    assert_true(str_eq_c(names[0], "合同 2026"));
    assert_int_equal(table_find_sheet(table, STR("two")), 1);
    assert_int_equal(table_find_sheet(table, STR("three")), SIZE_MAX);
    assert_int_equal(table_next(table, &row, &more), OK);
    assert_true(str_eq_c(row.cells[1], "金额"));
    static const char *const expected[] = {"=1+1",  "1234567.89", "2017-08-25", "2017-08-25 13:45:20",
                                           "12.5%", "-7",         "",           "1066-10-14"};
    assert_int_equal(table_next(table, &row, &more), OK);
    assert_int_equal(row.cell_count, 8);
    for (size_t i = 0; i < 8; i++) {
        assert_string_equal(str_c(arena, row.cells[i]), expected[i]);
    }
    assert_int_equal(table_select(table, 1), OK);
    assert_int_equal(table_next(table, &row, &more), OK);
    assert_true(more);
    assert_int_equal(table_next(table, &row, &more), OK);
    static const char *const stored[] = {"12.34", "12.5%", "5", "-"}; /* what a formula gave when it was written */
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(str_c(arena, row.cells[i]), stored[i]);
    }
    assert_int_equal(table_next(table, &row, &more), OK);
    assert_false(more);
    assert_int_equal(table_select(table, 2), ERR_IMPORT_UNREADABLE);
    table_close(table);
}

static void abandoned_and_impossible_files(void **state)
{
    struct sheet_writer *writer = NULL;
    struct arena *own = arena_create(1 << 20);
    (void)state;
    assert_int_equal(sheet_open(own, path, folder, &fault, &writer), OK);
    assert_int_equal(sheet_add(writer, STR(""), (struct str[]){STR("x")}, NULL, 1, &fault), OK);
    assert_int_equal(sheet_add(writer, STR("Sheet"), (struct str[]){STR("x")}, NULL, 1, &fault), ERR_UNAVAILABLE);
    arena_destroy(own);
    assert_int_not_equal(access(path, F_OK), 0);
    error_init(&fault, arena);
    assert_int_equal(sheet_open(arena, "/nowhere/a.xlsx", folder, &fault, &writer), OK);
    assert_int_equal(sheet_add(writer, STR("a"), (struct str[]){STR("x")}, NULL, 1, &fault), OK);
    assert_int_equal(sheet_close(writer, &fault), ERR_UNAVAILABLE);
}

/* Many rows: memory of the request does not grow with them. */
static void many_rows_stream(void **state)
{
    enum { ROW_COUNT = 30000 };
    struct sheet_writer *writer = NULL;
    struct table *table = NULL;
    struct table_row row;
    bool more = true;
    size_t count = 0;
    (void)state;
    assert_int_equal(sheet_open(arena, path, folder, &fault, &writer), OK);
    assert_int_equal(sheet_add(writer, STR("s"), (struct str[]){STR("n")}, NULL, 1, &fault), OK);
    size_t before = arena_used(arena);
    for (int i = 0; i < ROW_COUNT; i++) {
        struct sheet_cell cells[] = {{.type = SHEET_INT, .integer = i}, {.type = SHEET_TEXT, .text = STR("客户")}};
        assert_int_equal(sheet_add_row(writer, cells, 2, &fault), OK);
    }
    assert_int_equal(sheet_close(writer, &fault), OK);
    assert_int_equal(table_open_file(arena, path, &fault, &table), OK);
    for (;; count++) {
        assert_int_equal(table_next(table, &row, &more), OK);
        if (!more) {
            break;
        }
        assert_true(row.number == count + 1);
    }
    assert_int_equal(count, ROW_COUNT + 1);
    assert_int_equal(table_progress(table), 1000);
    assert_true(arena_used(arena) - before < (1 << 16));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(kinds_of_cells),           TEST(numbers),           TEST(dates),
        TEST(hostile_workbooks),        TEST(bombs_are_refused), TEST(truncated_files),
        TEST(written_sheets_read_back), TEST(many_rows_stream),  TEST(abandoned_and_impossible_files),
    };
    return cmocka_run_group_tests(tests, begin_group, end_group);
}
