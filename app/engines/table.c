/* Tables from files: the format is told by the first bytes, never by the name. */
#include "engines/table.h"

#include <stdio.h>
#include <string.h>

#include "engines/csv.h"
#include "engines/xlsx.h"

/* One open file of either format. */
struct table {
    struct arena *arena;    /* where the reader lives */
    struct error *error;    /* where refusals are explained */
    FILE *file;             /* CSV source, or NULL */
    long size;              /* bytes of `file` */
    struct csv_reader *csv; /* one of these two */
    struct xlsx_reader *xlsx;
};

static void release_table(void *object)
{
    table_close(object);
}

void table_close(struct table *table)
{
    xlsx_close(table->xlsx);
    table->xlsx = NULL;
    table->csv = NULL;
    if (table->file != NULL) {
        (void)fclose(table->file);
        table->file = NULL;
    }
}

/* Refuses what is known not to be a table. */
static enum err check_head(struct str head, struct error *error)
{
    struct str text = str_trim(head);

    if (head.len == 0) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "The file is empty.");
    }
    if (str_starts(head, STR("\xD0\xCF\x11\xE0"))) {
        return error_set(error, ERR_IMPORT_UNREADABLE,
                         "The file is an old .xls workbook or protected by a password; save it as .xlsx.");
    }
    if (str_starts(head, STR("%PDF"))) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "The file is a PDF document.");
    }
    if (str_eq_ci(str_slice(text, 0, 5), STR("<html")) || str_eq_ci(str_slice(text, 0, 5), STR("<?xml")) ||
        str_eq_ci(str_slice(text, 0, 9), STR("<!doctype"))) {
        return error_set(error, ERR_IMPORT_UNREADABLE,
                         "The file is a web page, whatever its name says; save it as .xlsx or .csv.");
    }
    return OK;
}

/* Opens the reader that fits the first bytes of `file`. */
static enum err open_reader(struct table *table, const char *path, struct str content)
{
    char head[64];
    size_t len = fread(head, 1, sizeof(head), table->file);

    TRY(check_head(str_n(head, len), table->error));
    if (str_starts(str_n(head, len), STR("PK\x03\x04"))) {
        return xlsx_open(path, content, table->error, &table->xlsx);
    }
    if (fseek(table->file, 0, SEEK_END) == 0) {
        table->size = ftell(table->file);
    }
    rewind(table->file);
    return csv_open(table->arena, table->file, table->error, &table->csv);
}

static struct table *table_new(struct arena *arena, struct error *error, FILE *file)
{
    struct table *table = ARENA_NEW(arena, struct table);

    table->arena = arena;
    table->error = error;
    table->file = file;
    arena_defer(arena, release_table, table);
    return table;
}

enum err table_open_file(struct arena *arena, const char *path, struct error *error, struct table **out)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "The file cannot be opened.");
    }
    struct table *table = table_new(arena, error, file);
    TRY(open_reader(table, path, (struct str){0}));
    *out = table;
    return OK;
}

enum err table_open_memory(struct arena *arena, struct str content, struct error *error, struct table **out)
{
    if (content.len == 0) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "The file is empty.");
    }
    FILE *file = fmemopen((void *)content.ptr, content.len, "rb");
    if (file == NULL) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "The file cannot be opened.");
    }
    struct table *table = table_new(arena, error, file);
    TRY(open_reader(table, NULL, content));
    *out = table;
    return OK;
}

struct table_format table_format(const struct table *table)
{
    return table->csv != NULL ? csv_format(table->csv) : (struct table_format){.kind = "xlsx", .encoding = "UTF-8"};
}

size_t table_sheets(const struct table *table, const struct str **names_out)
{
    static const struct str unnamed = {"", 0};

    if (table->xlsx != NULL) {
        return xlsx_sheets(table->xlsx, names_out);
    }
    *names_out = &unnamed;
    return 1;
}

enum err table_select(struct table *table, size_t sheet)
{
    if (table->xlsx != NULL) {
        return xlsx_select(table->xlsx, sheet, table->error);
    }
    if (sheet != 0) {
        return error_set(table->error, ERR_IMPORT_UNREADABLE, "There is no such sheet.");
    }
    rewind(table->file);
    return csv_open(table->arena, table->file, table->error, &table->csv);
}

size_t table_find_sheet(const struct table *table, struct str name)
{
    const struct str *names = NULL;
    size_t count = table_sheets(table, &names);

    for (size_t i = 0; i < count; i++) {
        if (str_eq(names[i], name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

enum err table_next(struct table *table, struct table_row *row_out, bool *more)
{
    return table->xlsx != NULL ? xlsx_next(table->xlsx, table->error, row_out, more)
                               : csv_next(table->csv, table->error, row_out, more);
}

int table_progress(const struct table *table)
{
    if (table->xlsx != NULL) {
        return xlsx_progress(table->xlsx);
    }
    long at = ftell(table->file);
    return table->size <= 0 || at < 0 ? 1000 : (int)((int64_t)at * 1000 / table->size);
}
