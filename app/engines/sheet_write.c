/* XLSX out over libxlsxwriter in constant memory. Numbers reach the library as binary fractions because the format
 * stores them so; amounts up to nine trillion keep every cent. */
#include "engines/sheet_write.h"

#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { SHEET_ROW_MAX = 1048576, SHEET_NAME_MAX = 31, SHEET_TEXT_MAX = 32767, SHEET_WIDTH = 16 };
enum { SCRATCH_MAX = 64 * 1024 * 1024 };

/* Formats of cells, each in a plain and a bold form. */
enum format_kind {
    FORMAT_TEXT,
    FORMAT_INT,
    FORMAT_MONEY,
    FORMAT_PERCENT,
    FORMAT_DATE,
    FORMAT_INSTANT,
    FORMAT_DECIMAL,
    FORMAT_COUNT
};

struct sheet_writer {
    lxw_workbook *book;                   /* NULL once closed */
    const char *path;                     /* removed when the workbook is thrown away */
    lxw_worksheet *sheet;                 /* current one */
    lxw_format *formats[FORMAT_COUNT][2]; /* plain, bold */
    lxw_format *heading;                  /* of the first row */
    struct arena *scratch;                /* memory of one row */
    uint32_t row;                         /* next one */
};

static void release_writer(void *object)
{
    struct sheet_writer *writer = object;

    if (writer->book != NULL) {
        (void)workbook_close(writer->book);
        (void)unlink(writer->path);
        writer->book = NULL;
    }
    arena_destroy(writer->scratch);
}

static void make_formats(struct sheet_writer *writer)
{
    static const char *const codes[FORMAT_COUNT] = {
        [FORMAT_TEXT] = "@",          [FORMAT_INT] = "#,##0",       [FORMAT_MONEY] = "#,##0.00",
        [FORMAT_PERCENT] = "0.00%",   [FORMAT_DATE] = "yyyy-mm-dd", [FORMAT_INSTANT] = "yyyy-mm-dd hh:mm:ss",
        [FORMAT_DECIMAL] = "General",
    };

    for (int kind = 0; kind < FORMAT_COUNT; kind++) {
        for (int bold = 0; bold < 2; bold++) {
            lxw_format *format = workbook_add_format(writer->book);
            format_set_num_format(format, codes[kind]);
            if (bold == 1) {
                format_set_bold(format);
            }
            writer->formats[kind][bold] = format;
        }
    }
    writer->heading = workbook_add_format(writer->book);
    format_set_bold(writer->heading);
    format_set_bg_color(writer->heading, 0xEEF1F6);
    format_set_border(writer->heading, LXW_BORDER_THIN);
    format_set_border_color(writer->heading, 0xC9CFDA);
}

enum err sheet_open(struct arena *arena, const char *path, const char *temp_dir, struct error *error,
                    struct sheet_writer **out)
{
    struct sheet_writer *writer = ARENA_NEW(arena, struct sheet_writer);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = (char *)temp_dir};

    writer->path = str_c(arena, str_from(path));
    writer->scratch = arena_create(SCRATCH_MAX);
    arena_defer(arena, release_writer, writer);
    writer->book = workbook_new_opt(path, &options);
    if (writer->book == NULL) {
        return error_set(error, ERR_UNAVAILABLE, "The workbook cannot be written.");
    }
    make_formats(writer);
    *out = writer;
    return OK;
}

/* A sheet name as spreadsheets accept it. */
static struct str clean_name(struct arena *arena, struct str name)
{
    struct buf out;
    size_t chars = 0;

    buf_init(&out, arena);
    for (size_t i = 0; i < name.len && chars < SHEET_NAME_MAX; chars++) {
        uint32_t c = str_next_char(name, &i);
        bool refused = c < 0x20 || (c < 0x80 && strchr("[]:*?/\\'", (int)c) != NULL);
        buf_add_utf8(&out, refused ? ' ' : c);
    }
    struct str clean = str_trim(buf_str(&out));
    return clean.len == 0 ? STR("Sheet") : clean;
}

enum err sheet_add(struct sheet_writer *writer, struct str name, const struct str *headings, const int *widths,
                   size_t column_count, struct error *error)
{
    writer->sheet = workbook_add_worksheet(writer->book, str_c(writer->scratch, clean_name(writer->scratch, name)));
    if (writer->sheet == NULL) {
        return error_set(error, ERR_UNAVAILABLE, "The sheet cannot be written; its name may be taken.");
    }
    for (size_t i = 0; i < column_count; i++) {
        lxw_col_t column = (lxw_col_t)i;
        (void)worksheet_set_column(writer->sheet, column, column, widths == NULL ? SHEET_WIDTH : widths[i], NULL);
    }
    for (size_t i = 0; i < column_count; i++) {
        (void)worksheet_write_string(writer->sheet, 0, (lxw_col_t)i, str_c(writer->scratch, headings[i]),
                                     writer->heading);
    }
    worksheet_freeze_panes(writer->sheet, 1, 0);
    writer->row = 1;
    return OK;
}

/* The text cut to the format's limit at a whole character, without control characters. */
static const char *cell_text(struct arena *arena, struct str text)
{
    struct buf out;
    size_t chars = 0;

    buf_init(&out, arena);
    for (size_t i = 0; i < text.len && chars < SHEET_TEXT_MAX;) {
        uint32_t c = str_next_char(text, &i);
        chars += c > 0xFFFF ? 2 : 1;
        if (c >= 0x20 || c == '\n' || c == '\t') {
            buf_add_utf8(&out, c);
        }
    }
    return out.len == 0 ? "" : out.ptr;
}

static lxw_datetime day_of(const struct sheet_cell *cell)
{
    lxw_datetime day = {.hour = cell->second / 3600, .min = cell->second / 60 % 60, .sec = cell->second % 60};

    date_parts(cell->date, &day.year, &day.month, &day.day);
    return day;
}

static lxw_error write_sum(struct sheet_writer *writer, lxw_col_t column, const struct sheet_cell *cell,
                           lxw_format *format)
{
    char first[LXW_MAX_CELL_NAME_LENGTH];
    char last[LXW_MAX_CELL_NAME_LENGTH];
    char formula[2 * LXW_MAX_CELL_NAME_LENGTH + 16];

    lxw_rowcol_to_cell(first, cell->from_row, column);
    lxw_rowcol_to_cell(last, writer->row - 1, column);
    (void)snprintf(formula, sizeof(formula), "=SUM(%s:%s)", first, last);
    return worksheet_write_formula_num(writer->sheet, writer->row, column, formula, format, cell->integer / 100.0);
}

/* Programs show the stored value until they compute: those that never do show it always. */
static lxw_error write_formula(struct sheet_writer *writer, lxw_col_t column, const struct sheet_cell *cell)
{
    static const struct {
        enum format_kind format; /* of the result */
        double unit;             /* the stored integer's part of one */
    } shown[] = {
        [SHEET_TEXT] = {FORMAT_PERCENT, 1},       [SHEET_INT] = {FORMAT_INT, 1},
        [SHEET_MONEY] = {FORMAT_MONEY, 100},      [SHEET_PPM] = {FORMAT_PERCENT, 1000000},
        [SHEET_DECIMAL] = {FORMAT_DECIMAL, 1000},
    };
    lxw_format *format = writer->formats[shown[cell->shown].format][cell->bold ? 1 : 0];
    const char *formula = str_c(writer->scratch, cell->formula);

    if (cell->shown == SHEET_TEXT) {
        return worksheet_write_formula_str(writer->sheet, writer->row, column, formula, format,
                                           cell_text(writer->scratch, cell->text));
    }
    return worksheet_write_formula_num(writer->sheet, writer->row, column, formula, format,
                                       (double)cell->integer / shown[cell->shown].unit);
}

static lxw_error write_cell(struct sheet_writer *writer, lxw_col_t column, const struct sheet_cell *cell)
{
    struct arena *scratch = writer->scratch;
    static const enum format_kind kinds[] = {
        [SHEET_EMPTY] = FORMAT_TEXT,      [SHEET_TEXT] = FORMAT_TEXT,   [SHEET_INT] = FORMAT_INT,
        [SHEET_MONEY] = FORMAT_MONEY,     [SHEET_PPM] = FORMAT_PERCENT, [SHEET_DATE] = FORMAT_DATE,
        [SHEET_INSTANT] = FORMAT_INSTANT, [SHEET_SUM] = FORMAT_MONEY,   [SHEET_DECIMAL] = FORMAT_DECIMAL,
        [SHEET_FORMULA] = FORMAT_TEXT,
    };
    static const double units[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
    lxw_format *format = writer->formats[kinds[cell->type]][cell->bold ? 1 : 0];
    lxw_worksheet *sheet = writer->sheet;
    lxw_datetime day;

    switch (cell->type) {
    case SHEET_EMPTY:
        return LXW_NO_ERROR;
    case SHEET_TEXT:
        return worksheet_write_string(sheet, writer->row, column, cell_text(scratch, cell->text), format);
    case SHEET_INT:
        return worksheet_write_number(sheet, writer->row, column, (double)cell->integer, format);
    case SHEET_MONEY:
        return worksheet_write_number(sheet, writer->row, column, cell->integer / 100.0, format);
    case SHEET_PPM:
        return worksheet_write_number(sheet, writer->row, column, cell->integer / 1000000.0, format);
    case SHEET_DECIMAL:
        return worksheet_write_number(sheet, writer->row, column, cell->integer / units[cell->scale], format);
    case SHEET_DATE:
    case SHEET_INSTANT:
        day = day_of(cell);
        if (day.year < 1900 || day.year > 9999) {
            struct str text = date_format(scratch, cell->date);
            return worksheet_write_string(sheet, writer->row, column, str_c(scratch, text), format);
        }
        return worksheet_write_datetime(sheet, writer->row, column, &day, format);
    case SHEET_SUM:
        return write_sum(writer, column, cell, format);
    case SHEET_FORMULA:
        return write_formula(writer, column, cell);
    }
    return LXW_NO_ERROR;
}

enum err sheet_add_row(struct sheet_writer *writer, const struct sheet_cell *cells, size_t cell_count,
                       struct error *error)
{
    if (writer->row >= SHEET_ROW_MAX) {
        return error_set(error, ERR_TOO_LARGE, "A sheet holds no more than %d rows.", SHEET_ROW_MAX);
    }
    arena_reset(writer->scratch);
    for (size_t i = 0; i < cell_count; i++) {
        if (write_cell(writer, (lxw_col_t)i, &cells[i]) != LXW_NO_ERROR) {
            return error_set(error, ERR_UNAVAILABLE, "Row %u cannot be written.", writer->row + 1);
        }
    }
    writer->row++;
    return OK;
}

void sheet_freeze(struct sheet_writer *writer, uint32_t rows, int columns)
{
    enum { PAPER_A4 = 9 };
    worksheet_freeze_panes(writer->sheet, rows, (lxw_col_t)columns);
    worksheet_set_landscape(writer->sheet);
    worksheet_set_paper(writer->sheet, PAPER_A4);
    worksheet_fit_to_pages(writer->sheet, 1, 0);
    if (rows > 0) {
        (void)worksheet_repeat_rows(writer->sheet, 0, rows - 1);
    }
}

uint32_t sheet_next_row(const struct sheet_writer *writer)
{
    return writer->row;
}

enum err sheet_close(struct sheet_writer *writer, struct error *error)
{
    lxw_error result = workbook_close(writer->book);

    writer->book = NULL;
    if (result != LXW_NO_ERROR) {
        return error_set(error, ERR_UNAVAILABLE, "The workbook cannot be written: %s", lxw_strerror(result));
    }
    return OK;
}
