/* Fuzzes the table readers: any bytes are rows or a refusal; rows are UTF-8, within the limits, numbered upwards, and
 * what the writer makes of them reads back the same. Inputs that begin as archives reach the XLSX reader. */
#include <assert.h>
#include <string.h>

#include "engines/csv.h"

/* Writes the row and reads it again. */
static void check_round_trip(const struct table_row *row)
{
    struct arena *arena = arena_create((size_t)256 << 20);
    struct table *table = NULL;
    struct table_row again;
    struct error error;
    struct buf out;
    bool more = false;

    buf_init(&out, arena);
    buf_add_c(&out, CSV_BOM "sep=,\r\n");
    csv_add_row(&out, row->cells, row->cell_count);
    error_init(&error, arena);
    assert(table_open_memory(arena, buf_str(&out), &error, &table) == OK);
    assert(table_next(table, &again, &more) == OK && more && again.cell_count == row->cell_count);
    for (size_t i = 0; i < row->cell_count; i++) {
        bool has_return = row->cells[i].len > 0 && memchr(row->cells[i].ptr, '\r', row->cells[i].len) != NULL;
        assert(has_return || str_eq(csv_unguard(again.cells[i]), csv_unguard(row->cells[i])));
    }
    arena_destroy(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create((size_t)256 << 20);
    struct table *table = NULL;
    struct table_row row;
    struct error error;
    size_t last = 0;
    bool more = true;

    error_init(&error, arena);
    enum err result = table_open_memory(arena, str_n((const char *)data, size), &error, &table);
    bool is_csv = result == OK && strcmp(table_format(table).kind, "csv") == 0;
    for (int count = 0; result == OK && more; count++) {
        result = table_next(table, &row, &more);
        if (result != OK || !more) {
            break;
        }
        assert(row.cell_count > 0 && row.cell_count <= TABLE_COLUMN_MAX && row.cells[row.cell_count - 1].len > 0);
        assert(!is_csv || row.number > last);
        last = row.number;
        for (size_t i = 0; i < row.cell_count; i++) {
            assert(row.cells[i].ptr != NULL && row.cells[i].len <= TABLE_CELL_MAX && str_is_utf8(row.cells[i]));
        }
        if (is_csv && count < 20) {
            check_round_trip(&row);
        }
    }
    assert(result == OK || (result == ERR_IMPORT_UNREADABLE && error.detail.len > 0));
    arena_destroy(arena);
    return 0;
}
