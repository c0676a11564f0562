/* Fuzzes the XLSX reader behind the archive: the first byte chooses a part of a small workbook, the rest is its XML.
 * Any content is rows or a refusal. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <zip.h>

#include "engines/table.h"

/* One part of the workbook. */
struct part {
    const char *name;    /* in the archive */
    const char *content; /* unless it is the fuzzed one */
};

static const struct part parts[] = {
    {"xl/worksheets/sheet1.xml",
     "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' s='1'><v>42972.5</v></c></row>"
     "</sheetData></worksheet>"},
    {"xl/sharedStrings.xml", "<sst><si><t>a_x000D_b</t></si><si><r><t>c</t></r></si></sst>"},
    {"xl/styles.xml", "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy\"x\"m'/></numFmts>"
                      "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs></styleSheet>"},
    {"xl/workbook.xml", "<workbook><sheets><sheet name='a' id='r1'/></sheets></workbook>"},
    {"xl/_rels/workbook.xml.rels",
     "<Relationships><Relationship Id='r1' Type='/worksheet' Target='worksheets/sheet1.xml'/>"
     "<Relationship Id='r2' Type='/styles' Target='styles.xml'/>"
     "<Relationship Id='r3' Type='/sharedStrings' Target='sharedStrings.xml'/>"
     "</Relationships>"},
    {"_rels/.rels",
     "<Relationships><Relationship Id='x' Type='/officeDocument' Target='xl/workbook.xml'/></Relationships>"},
};
enum { PART_COUNT = sizeof(parts) / sizeof(parts[0]) };

/* The workbook's bytes; the caller frees them. */
static char *make_workbook(size_t chosen, const uint8_t *data, size_t size, size_t *len_out)
{
    zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *zip = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    zip_stat_t stat;

    assert(zip != NULL);
    zip_source_keep(target);
    for (size_t i = 0; i < PART_COUNT; i++) {
        const void *content = i == chosen ? (const void *)data : parts[i].content;
        zip_source_t *source = zip_source_buffer(zip, content, i == chosen ? size : strlen(parts[i].content), 0);
        zip_int64_t index = zip_file_add(zip, parts[i].name, source, 0);
        assert(index >= 0);
        assert(zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0) == 0);
    }
    assert(zip_close(zip) == 0);
    assert(zip_source_open(target) == 0 && zip_source_stat(target, &stat) == 0);
    char *bytes = malloc(stat.size);
    assert(bytes != NULL && zip_source_read(target, bytes, stat.size) == (zip_int64_t)stat.size);
    (void)zip_source_close(target);
    zip_source_free(target);
    *len_out = stat.size;
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create((size_t)64 << 20);
    struct table *table = NULL;
    struct table_row row;
    struct error error;
    size_t len = 0;
    bool more = true;

    if (size == 0) {
        arena_destroy(arena);
        return 0;
    }
    char *bytes = make_workbook(data[0] % PART_COUNT, data + 1, size - 1, &len);
    error_init(&error, arena);
    enum err result = table_open_memory(arena, str_n(bytes, len), &error, &table);
    while (result == OK && more) {
        result = table_next(table, &row, &more);
        for (size_t i = 0; result == OK && more && i < row.cell_count; i++) {
            assert(row.cells[i].ptr != NULL && row.cells[i].len <= TABLE_CELL_MAX && str_is_utf8(row.cells[i]));
        }
    }
    assert(result == OK || (result == ERR_IMPORT_UNREADABLE && error.detail.len > 0));
    arena_destroy(arena);
    free(bytes);
    return 0;
}
