/* XLSX in: one sheet as a stream. The XML parser pauses behind every row, so memory holds one row, one chunk of the
 * sheet and the shared strings. */
#include "engines/xlsx.h"

#include <string.h>

#include "xlsx_book.h"

enum { ROW_MAX = 4 * 1024 * 1024, ROW_NUMBER_MAX = 1048576, SHORT_TEXT_MAX = 64, ROW_CELLS_MAX = 20000 };

/* Room for the strings at their limits, with what the arena adds to each. */
#define BOOK_MEMORY_MAX ((size_t)XLSX_STRINGS_MAX * 2 + (size_t)XLSX_STRING_COUNT_MAX * 48 + 16 * 1024 * 1024)

/* Attribute t of a cell. */
enum cell_type { TYPE_NUMBER, TYPE_SHARED, TYPE_TEXT, TYPE_BOOLEAN };

/* One open workbook. */
struct xlsx_reader {
    zip_t *zip;              /* the archive */
    struct xlsx_book book;   /* what holds for all sheets */
    struct xlsx_part part;   /* the selected sheet */
    bool failed;             /* stays at its error */
    struct arena *row_arena; /* memory of one row */
    struct str *cells;       /* TABLE_COLUMN_MAX of them */
    size_t cell_count;       /* up to the last one that is not empty */
    size_t row;              /* number of the row */
    size_t row_bytes;        /* text in the row */
    size_t row_cells;        /* cells in the row, empty ones too */
    bool in_row;             /* inside row */
    size_t column;           /* of the cell being read, from 0 */
    enum cell_type type;     /* of the cell being read */
    size_t style;            /* of the cell being read */
    struct buf text;         /* of the cell being read */
    bool in_value;           /* inside v, or t of an inline string */
    bool in_inline;          /* inside is */
    bool in_phonetic;        /* inside rPh */
};

/* The column of a reference such as "AB12", from 0; SIZE_MAX when there is none. */
static size_t column_of(struct str reference)
{
    size_t column = 0;
    size_t i = 0;

    for (; i < reference.len && i < 4 && reference.ptr[i] >= 'A' && reference.ptr[i] <= 'Z'; i++) {
        column = column * 26 + (size_t)(reference.ptr[i] - 'A' + 1);
    }
    return i == 0 ? SIZE_MAX : column - 1;
}

static void start_row(struct xlsx_reader *reader, struct xlsx_part *part, const XML_Char **attributes)
{
    int64_t number = 0;

    reader->row++;
    if (str_to_i64(xlsx_attribute(attributes, "r"), &number)) {
        if (number < 1 || number > ROW_NUMBER_MAX) {
            xlsx_part_fail(part, "a row has an impossible number");
            return;
        }
        reader->row = (size_t)number;
    }
    arena_reset(reader->row_arena);
    buf_init(&reader->text, reader->row_arena);
    reader->cell_count = 0;
    reader->row_bytes = 0;
    reader->row_cells = 0;
    reader->in_row = true;
    reader->column = SIZE_MAX;
}

static enum cell_type type_of(struct str word)
{
    if (str_eq_c(word, "s")) {
        return TYPE_SHARED;
    }
    if (str_eq_c(word, "b")) {
        return TYPE_BOOLEAN;
    }
    return word.len == 0 || str_eq_c(word, "n") ? TYPE_NUMBER : TYPE_TEXT;
}

static void start_cell(struct xlsx_reader *reader, struct xlsx_part *part, const XML_Char **attributes)
{
    size_t column = column_of(xlsx_attribute(attributes, "r"));
    int64_t style = 0;

    if (!reader->in_row || reader->row_cells++ == ROW_CELLS_MAX) {
        xlsx_part_fail(part, reader->in_row ? "a row has too many cells" : "there is a cell outside a row");
        return;
    }
    reader->column = column != SIZE_MAX ? column : reader->column + 1;
    reader->type = type_of(xlsx_attribute(attributes, "t"));
    reader->style = str_to_i64(xlsx_attribute(attributes, "s"), &style) && style >= 0 ? (size_t)style : 0;
    buf_init(&reader->text, reader->row_arena);
}

static void sheet_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_part *part = user;
    struct xlsx_reader *reader = part->context;
    const char *local = xlsx_local(name);

    if (strcmp(local, "row") == 0) {
        start_row(reader, part, attributes);
    } else if (strcmp(local, "c") == 0) {
        start_cell(reader, part, attributes);
    } else if (strcmp(local, "v") == 0) {
        reader->in_value = true;
    } else if (strcmp(local, "is") == 0) {
        reader->in_inline = true;
    } else if (strcmp(local, "rPh") == 0) {
        reader->in_phonetic = true;
    } else if (strcmp(local, "t") == 0) {
        reader->in_value = reader->in_inline && !reader->in_phonetic;
    }
}

static void sheet_text(void *user, const XML_Char *text, int len)
{
    struct xlsx_part *part = user;
    struct xlsx_reader *reader = part->context;

    if (!reader->in_value || !reader->in_row) {
        return;
    }
    reader->row_bytes += (size_t)len;
    if (reader->text.len + (size_t)len > TABLE_CELL_MAX || reader->row_bytes > ROW_MAX) {
        xlsx_part_fail(part, "a cell is too long");
        return;
    }
    buf_add(&reader->text, str_n(text, (size_t)len));
}

/* The cell's text by type and number format. False when it points to a shared string that does not exist. */
static bool cell_text(struct xlsx_reader *reader, struct str *out)
{
    struct str stored = buf_str(&reader->text);
    int64_t index = 0;

    *out = STR("");
    if (stored.len == 0) {
        return true;
    }
    switch (reader->type) {
    case TYPE_SHARED:
        return str_to_i64(str_trim(stored), &index) && xlsx_book_string(&reader->book, index, out);
    case TYPE_BOOLEAN:
        *out = str_eq_c(stored, "1") ? STR("true") : STR("false");
        return true;
    case TYPE_TEXT:
        *out = xlsx_unescape(reader->row_arena, stored);
        return true;
    case TYPE_NUMBER:
        break;
    }
    enum cell_kind kind = reader->style < reader->book.format_count ? reader->book.formats[reader->style] : CELL_NUMBER;
    *out = stored.len > SHORT_TEXT_MAX ? stored
                                       : xlsx_number_text(reader->row_arena, stored, kind, reader->book.base_1904);
    return true;
}

static void end_cell(struct xlsx_reader *reader, struct xlsx_part *part)
{
    struct str text;

    if (!reader->in_row) {
        return;
    }
    if (!cell_text(reader, &text)) {
        xlsx_part_fail(part, "a cell points to a text that is not there");
        return;
    }
    if (text.len == 0) {
        return;
    }
    if (reader->column >= TABLE_COLUMN_MAX) {
        xlsx_part_fail(part, "there are too many columns");
        return;
    }
    while (reader->cell_count <= reader->column) {
        reader->cells[reader->cell_count++] = STR("");
    }
    reader->cells[reader->column] = text;
}

static void sheet_end(void *user, const XML_Char *name)
{
    struct xlsx_part *part = user;
    struct xlsx_reader *reader = part->context;
    const char *local = xlsx_local(name);

    if (strcmp(local, "c") == 0) {
        end_cell(reader, part);
    } else if (strcmp(local, "v") == 0 || strcmp(local, "t") == 0) {
        reader->in_value = false;
    } else if (strcmp(local, "is") == 0) {
        reader->in_inline = false;
    } else if (strcmp(local, "rPh") == 0) {
        reader->in_phonetic = false;
    } else if (strcmp(local, "row") == 0) {
        reader->in_row = false;
        if (reader->cell_count > 0) {
            (void)XML_StopParser(part->parser, XML_TRUE);
        }
    }
}

/* The archive from a file or from memory. */
static zip_t *open_archive(const char *path, struct str content)
{
    zip_error_t cause;
    zip_error_init(&cause);
    zip_source_t *source = path != NULL ? zip_source_file_create(path, 0, -1, &cause)
                                        : zip_source_buffer_create(content.ptr, content.len, 0, &cause);
    zip_t *zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY, &cause);

    if (zip == NULL && source != NULL) {
        zip_source_free(source);
    }
    zip_error_fini(&cause);
    return zip;
}

enum err xlsx_open(const char *path, struct str content, struct error *error, struct xlsx_reader **out)
{
    zip_t *zip = open_archive(path, content);
    if (zip == NULL) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "The workbook is damaged or incomplete.");
    }
    struct arena *arena = arena_create(BOOK_MEMORY_MAX);
    struct xlsx_reader *reader = ARENA_NEW(arena, struct xlsx_reader);
    reader->zip = zip;
    reader->book.arena = arena;
    reader->row_arena = arena_create((size_t)ROW_MAX * 8);
    reader->cells = ARENA_ARRAY(arena, struct str, TABLE_COLUMN_MAX);
    enum err result = xlsx_book_read(zip, &reader->book, error);
    if (result == OK) {
        result = xlsx_select(reader, 0, error);
    }
    if (result != OK) {
        xlsx_close(reader);
        return result;
    }
    *out = reader;
    return OK;
}

size_t xlsx_sheets(const struct xlsx_reader *reader, const struct str **names_out)
{
    *names_out = reader->book.sheet_names;
    return reader->book.sheet_count;
}

enum err xlsx_select(struct xlsx_reader *reader, size_t sheet, struct error *error)
{
    static const struct xlsx_handlers handlers = {sheet_start, sheet_end, sheet_text};

    xlsx_part_close(&reader->part);
    reader->failed = true;
    reader->row = 0;
    reader->in_row = reader->in_value = reader->in_inline = reader->in_phonetic = false;
    if (sheet >= reader->book.sheet_count) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "There is no such sheet.");
    }
    enum err result =
        xlsx_part_open(reader->zip, reader->book.sheet_paths[sheet], &handlers, reader, error, &reader->part);
    if (result == ERR_NOT_FOUND) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "The sheet is missing in the workbook.");
    }
    reader->failed = result != OK;
    return result;
}

enum err xlsx_next(struct xlsx_reader *reader, struct error *error, struct table_row *row_out, bool *more)
{
    struct error cause;

    *more = false;
    if (reader->failed) {
        return ERR_IMPORT_UNREADABLE;
    }
    error_init(&cause, reader->row_arena);
    if (xlsx_part_run(&reader->part, &cause, more) != OK) {
        reader->failed = true;
        size_t column = reader->column == SIZE_MAX ? 1 : reader->column + 1;
        return error_set(error, ERR_IMPORT_UNREADABLE, "Row %zu, column %zu: %.*s", reader->row, column,
                         STR_ARG(cause.detail));
    }
    *row_out = (struct table_row){reader->row, reader->cells, reader->cell_count, false};
    return OK;
}

int xlsx_progress(const struct xlsx_reader *reader)
{
    return reader->part.size == 0 ? 1000 : (int)(reader->part.fed * 1000 / reader->part.size);
}

void xlsx_close(struct xlsx_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    xlsx_part_close(&reader->part);
    (void)zip_close(reader->zip);
    arena_destroy(reader->row_arena);
    arena_destroy(reader->book.arena);
}
