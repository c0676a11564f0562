/* XLSX out: one workbook in constant memory, rows in order. */
#ifndef DABIAO_ENGINES_SHEET_WRITE_H
#define DABIAO_ENGINES_SHEET_WRITE_H

#include "platform/arena.h"
#include "platform/err.h"
#include "platform/values.h"

enum sheet_cell_type {
    SHEET_EMPTY,
    SHEET_TEXT,    /* `text`; never a formula, whatever it begins with */
    SHEET_INT,     /* `integer` */
    SHEET_MONEY,   /* `integer` minor units, shown as 1,234.50 */
    SHEET_PPM,     /* `integer` parts per million, shown as 12.50% */
    SHEET_DECIMAL, /* `integer` units of the last of `scale` digits behind the point */
    SHEET_DATE,    /* `date` */
    SHEET_INSTANT, /* `date` and `second` of the local day */
    SHEET_SUM,     /* money: sum of this column from row `from_row` to the row above, with `integer` as stored value */
    SHEET_FORMULA, /* `formula`, shown as `shown`, with `integer` (for SHEET_TEXT: `text`) as stored value */
};

/* One typed cell. */
struct sheet_cell {
    enum sheet_cell_type type;  /* which members count */
    struct str text;            /* SHEET_TEXT, SHEET_FORMULA */
    int64_t integer;            /* SHEET_INT, SHEET_MONEY, SHEET_PPM, SHEET_SUM, SHEET_FORMULA */
    struct date date;           /* SHEET_DATE, SHEET_INSTANT */
    int second;                 /* SHEET_INSTANT: of the day */
    int scale;                  /* SHEET_DECIMAL: 0…6 */
    uint32_t from_row;          /* SHEET_SUM: first row summed, from 0 */
    struct str formula;         /* SHEET_FORMULA: begins with "=" */
    enum sheet_cell_type shown; /* SHEET_FORMULA: SHEET_INT, SHEET_MONEY, SHEET_PPM, SHEET_DECIMAL (thousandths);
                                   SHEET_TEXT: a figure that is not there */
    bool bold;                  /* emphasised, for totals */
};

struct sheet_writer;

/* A workbook at `path`; temporary files go to `temp_dir`. Ended by sheet_close, or thrown away with the arena.
 * Errors: ERR_UNAVAILABLE when the file cannot be made. */
enum err sheet_open(struct arena *arena, const char *path, const char *temp_dir, struct error *error,
                    struct sheet_writer **out) MUST_CHECK;
/* A new sheet with bold, frozen headings. `widths` in characters, or NULL. Names are cut to 31 characters
 * and cleaned of []:*?/\ . */
enum err sheet_add(struct sheet_writer *writer, struct str name, const struct str *headings, const int *widths,
                   size_t column_count, struct error *error) MUST_CHECK;
/* The next row of the current sheet. Texts past 32,767 characters are cut (the format's limit). Errors: ERR_TOO_LARGE
 * past 1,048,576 rows. */
enum err sheet_add_row(struct sheet_writer *writer, const struct sheet_cell *cells, size_t cell_count,
                       struct error *error) MUST_CHECK;
/* Keeps `rows` rows and `columns` columns of the current sheet in sight; a new sheet keeps its headings. Printed, it is
 * as wide as one page across, with these rows on every page. */
void sheet_freeze(struct sheet_writer *writer, uint32_t rows, int columns);
/* Number of the next row, from 0: for SHEET_SUM. */
uint32_t sheet_next_row(const struct sheet_writer *writer);
/* Writes the file. Errors: ERR_UNAVAILABLE (disk full and the like). */
enum err sheet_close(struct sheet_writer *writer, struct error *error) MUST_CHECK;

#endif
