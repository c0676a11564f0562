/* CSV in and out. The reader is used through table.h; the writer is for exports and error files. */
#ifndef DABIAO_ENGINES_CSV_H
#define DABIAO_ENGINES_CSV_H

#include <stdio.h>

#include "engines/table.h"

struct csv_reader;

/* A reader over `file` from its beginning. Encoding: byte order mark, else valid UTF-8, else GB18030. Delimiter: the
 * one of , ; tab | that splits the first lines most evenly (a first line "sep=;" decides). Errors:
 * ERR_IMPORT_UNREADABLE. Owns: memory is the arena's; the file stays the caller's. */
enum err csv_open(struct arena *arena, FILE *file, struct error *error, struct csv_reader **out) MUST_CHECK;
/* Rules: quotes double inside quotes; line breaks in quotes are kept as LF; CRLF, LF and CR end rows. Refused with row
 * and column: a quote that never closes, text behind a closing quote, NUL bytes, bytes outside the encoding, too many
 * columns, a cell too large. */
enum err csv_next(struct csv_reader *reader, struct error *error, struct table_row *row_out, bool *more) MUST_CHECK;
struct table_format csv_format(const struct csv_reader *reader);

/* True when a spreadsheet program could take the text for a formula: it begins with = + - @ tab or CR (full-width forms
 * too) and is not a plain number such as -500 or +12.5%. */
bool csv_is_formula(struct str text);
/* The text with a leading ' when csv_is_formula. */
struct str csv_guard(struct arena *arena, struct str text);
/* Takes back what csv_guard added, so that an export can be imported again. */
struct str csv_unguard(struct str text);
/* Adds one row ended by CRLF: every cell guarded, quoted where needed. Files for Excel begin with CSV_BOM. */
void csv_add_row(struct buf *out, const struct str *cells, size_t cell_count);
#define CSV_BOM "\xEF\xBB\xBF"

#endif
