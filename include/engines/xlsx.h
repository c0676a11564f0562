/* XLSX in: workbooks as streams of rows, used through table.h. */
#ifndef DABIAO_ENGINES_XLSX_H
#define DABIAO_ENGINES_XLSX_H

#include "engines/table.h"

/* Limits against hostile archives. Sizes in bytes, unpacked. */
enum {
    XLSX_PART_MAX = 1024 * 1024 * 1024,  /* one part of the archive */
    XLSX_STRINGS_MAX = 64 * 1024 * 1024, /* text of all shared strings */
    XLSX_STRING_COUNT_MAX = 2000000,     /* shared strings */
    XLSX_RATIO_MAX = 400,                /* unpacked : packed, looked at past 1 MiB */
};

struct xlsx_reader;

/* A reader over a file (`path`) or, when `path` is NULL, over `content`. Closed by xlsx_close. A cell comes out as
 * text: numbers in plain decimal with 15 significant digits ("0.1", never "0.10000000000000001"), dates as "2017-08-25"
 * or "2017-08-25 13:45:20" and times as "13:45:20" by the cell's number format, percents as "12.5%", booleans "true"
 * and "false", formulas by their stored value. Errors: ERR_IMPORT_UNREADABLE. */
enum err xlsx_open(const char *path, struct str content, struct error *error, struct xlsx_reader **out) MUST_CHECK;
size_t xlsx_sheets(const struct xlsx_reader *reader, const struct str **names_out);
enum err xlsx_select(struct xlsx_reader *reader, size_t sheet, struct error *error) MUST_CHECK;
enum err xlsx_next(struct xlsx_reader *reader, struct error *error, struct table_row *row_out, bool *more) MUST_CHECK;
int xlsx_progress(const struct xlsx_reader *reader);
void xlsx_close(struct xlsx_reader *reader);

#endif
