/* The parts of a workbook that hold for all of its sheets: list of sheets, shared strings, number formats. */
#ifndef DABIAO_APP_ENGINES_XLSX_BOOK_H
#define DABIAO_APP_ENGINES_XLSX_BOOK_H

#include "xlsx_format.h"
#include "xlsx_part.h"

enum { STRING_BLOCK = 4096, FORMAT_MAX = 65536 };

/* What was read from an archive. */
struct xlsx_book {
    struct arena *arena;        /* its memory */
    bool base_1904;             /* day numbers count from 1904 */
    struct str *sheet_names;    /* as the user sees them */
    struct str *sheet_paths;    /* parts in the archive */
    size_t sheet_count;         /* in both */
    struct str **string_blocks; /* shared strings, STRING_BLOCK in each */
    size_t string_count;        /* in all blocks */
    enum cell_kind *formats;    /* by style index */
    size_t format_count;        /* in `formats` */
};

/* Errors: ERR_IMPORT_UNREADABLE. */
enum err xlsx_book_read(zip_t *zip, struct xlsx_book *book, struct error *error) MUST_CHECK;
/* A shared string; false past the end. */
bool xlsx_book_string(const struct xlsx_book *book, int64_t index, struct str *out);
/* Takes "_x000D_" and the like back to characters; carriage returns go. */
struct str xlsx_unescape(struct arena *arena, struct str text);

#endif
