/* Rows of text from a file, whatever its format: CSV or XLSX, told apart by content, read as a stream in constant
 * memory. What a cell means is left to notation.h, what a column means to the import. */
#ifndef DABIAO_ENGINES_TABLE_H
#define DABIAO_ENGINES_TABLE_H

#include "platform/arena.h"
#include "platform/err.h"

/* More than any real sheet needs; past them the file is refused with row and column. */
enum { TABLE_COLUMN_MAX = 500, TABLE_CELL_MAX = 128 * 1024, TABLE_SHEET_MAX = 200 };

/* One row; it lives until the next table_next. */
struct table_row {
    size_t number;           /* as the user sees it in a spreadsheet, from 1; empty rows count but are not delivered */
    const struct str *cells; /* texts, never NULL `ptr`; empty cells at the end are left out */
    size_t cell_count;       /* in `cells` */
    bool ragged;             /* CSV only: not as many cells as the first row */
};

struct table;

/* What the format is read as, for the preview page. */
struct table_format {
    const char *kind;     /* "csv" or "xlsx" */
    const char *encoding; /* CSV: "UTF-8", "GB18030", "UTF-16LE", "UTF-16BE"; "UTF-8" for XLSX */
    char delimiter;       /* CSV: , ; | or tab; 0 for XLSX */
};

/* Opens a file, or `content` that stays valid until the table is closed. The table closes with the arena; table_close
 * may do it earlier. Errors: ERR_IMPORT_UNREADABLE with a sentence for the user. */
enum err table_open_file(struct arena *arena, const char *path, struct error *error, struct table **out) MUST_CHECK;
enum err table_open_memory(struct arena *arena, struct str content, struct error *error, struct table **out) MUST_CHECK;
struct table_format table_format(const struct table *table);
/* Names of the sheets, in the order of the workbook; CSV has one, named "". The first is selected after opening. */
size_t table_sheets(const struct table *table, const struct str **names_out);
/* Goes to the beginning of a sheet. Errors: ERR_IMPORT_UNREADABLE. */
enum err table_select(struct table *table, size_t sheet) MUST_CHECK;
/* The sheet with that name, or SIZE_MAX. */
size_t table_find_sheet(const struct table *table, struct str name);
/* The next row that is not empty. `*more` false: no row left. Errors: ERR_IMPORT_UNREADABLE naming row and column; the
 * table stays at its error. */
enum err table_next(struct table *table, struct table_row *row_out, bool *more) MUST_CHECK;
/* How much of the source has been read, in thousandths: for progress bars. */
int table_progress(const struct table *table);
void table_close(struct table *table);

#endif
