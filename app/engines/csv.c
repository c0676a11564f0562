/* CSV: decoding to UTF-8, delimiter detection, a character automaton, and the writer. One pass over the file decides
 * the encoding, a second one reads; memory is one buffer and one row. */
#include "engines/csv.h"

#include <assert.h>
#include <iconv.h>
#include <string.h>

enum { RAW_SIZE = 32 * 1024, TEXT_SIZE = 4 * RAW_SIZE, SAMPLE_ROWS = 20, ROW_MAX = 4 * 1024 * 1024 };

static const char delimiters[] = {',', ';', '\t', '|'};
enum { DELIMITER_COUNT = sizeof(delimiters) };

/* One open file. */
struct csv_reader {
    FILE *file;              /* the caller's */
    const char *encoding;    /* what the bytes are */
    iconv_t converter;       /* to UTF-8, or (iconv_t)-1 when none is needed */
    char raw[RAW_SIZE];      /* bytes not yet decoded */
    size_t raw_len;          /* in `raw` */
    bool raw_ended;          /* nothing more in the file */
    char text[TEXT_SIZE];    /* decoded text */
    size_t text_len;         /* in `text` */
    size_t at;               /* next byte of `text` */
    char delimiter;          /* between cells */
    size_t row;              /* number of the row being read, from 1 */
    size_t first_width;      /* cells of the first row */
    bool failed;             /* stays at its error */
    struct arena *row_arena; /* memory of one row */
    size_t row_bytes;        /* text of the row so far */
    struct str *cells;       /* TABLE_COLUMN_MAX of them */
    size_t cell_count;       /* in `cells` */
};

static enum err unreadable(struct csv_reader *reader, struct error *error, const char *what)
{
    reader->failed = true;
    return error_set(error, ERR_IMPORT_UNREADABLE, "Row %zu, column %zu: %s.", reader->row, reader->cell_count + 1,
                     what);
}

/* How far a stream of bytes is UTF-8. */
struct utf8_check {
    unsigned need;     /* bytes still missing of the current character */
    unsigned char low; /* limits of the next byte */
    unsigned char high;
    bool bad; /* it is not UTF-8 */
};

static void utf8_start(struct utf8_check *check, unsigned char c)
{
    check->low = 0x80;
    check->high = 0xBF;
    if (c < 0x80) {
        return;
    }
    if (c < 0xC2 || c > 0xF4) {
        check->bad = true;
        return;
    }
    check->need = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    check->low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    check->high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
}

static void utf8_see(struct utf8_check *check, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len && !check->bad; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (check->need == 0) {
            utf8_start(check, c);
        } else if (c < check->low || c > check->high) {
            check->bad = true;
        } else {
            check->need--;
            check->low = 0x80;
            check->high = 0xBF;
        }
    }
}

/* Name of the encoding by byte order mark, or NULL; `skip_out` is the mark's length. */
static const char *marked_encoding(const char *bytes, size_t len, size_t *skip_out)
{
    *skip_out = len >= 3 && memcmp(bytes, CSV_BOM, 3) == 0 ? 3 : 2;
    if (*skip_out == 3) {
        return "UTF-8";
    }
    if (len >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0) {
        return "UTF-16LE";
    }
    if (len >= 2 && memcmp(bytes, "\xFE\xFF", 2) == 0) {
        return "UTF-16BE";
    }
    *skip_out = 0;
    return NULL;
}

/* Reads the whole file once to tell its encoding, and leaves it behind the byte order mark. */
static void find_encoding(struct csv_reader *reader)
{
    struct utf8_check check = {0};
    size_t skip = 0;
    size_t len = fread(reader->raw, 1, RAW_SIZE, reader->file);

    reader->encoding = marked_encoding(reader->raw, len, &skip);
    if (reader->encoding == NULL) {
        while (len > 0 && !check.bad) {
            utf8_see(&check, reader->raw, len);
            len = fread(reader->raw, 1, RAW_SIZE, reader->file);
        }
        reader->encoding = check.bad ? "GB18030" : "UTF-8";
    }
    rewind(reader->file);
    (void)fseek(reader->file, (long)skip, SEEK_SET);
}

/* Decodes with iconv from `raw` to the end of `text`. False on bytes outside the encoding. */
static bool convert(struct csv_reader *reader)
{
    char *in = reader->raw;
    size_t in_left = reader->raw_len;
    char *out = reader->text + reader->text_len;
    size_t out_left = TEXT_SIZE - reader->text_len;
    size_t result = iconv(reader->converter, &in, &in_left, &out, &out_left);
    bool cut = result == (size_t)-1 && in_left > 0 && in_left < 4 && !reader->raw_ended;

    memmove(reader->raw, in, in_left);
    reader->raw_len = in_left;
    reader->text_len = (size_t)(out - reader->text);
    return result != (size_t)-1 || cut;
}

/* Copies UTF-8 from `raw` to the end of `text`, whole characters only. False when it is none. */
static bool copy_utf8(struct csv_reader *reader)
{
    struct utf8_check check = {0};
    size_t whole = 0;

    for (size_t i = 0; i < reader->raw_len && !check.bad; i++) {
        utf8_see(&check, reader->raw + i, 1);
        whole = !check.bad && check.need == 0 ? i + 1 : whole;
    }
    memcpy(reader->text + reader->text_len, reader->raw, whole);
    reader->text_len += whole;
    reader->raw_len -= whole;
    memmove(reader->raw, reader->raw + whole, reader->raw_len);
    bool unfinished = check.need > 0 && !check.bad;
    return reader->raw_len == 0 || (unfinished && !reader->raw_ended) || whole > 0;
}

/* Makes more text available behind `at`. False at the end of the file or on bad bytes (`*bad`). */
static bool refill(struct csv_reader *reader, bool *bad)
{
    *bad = false;
    memmove(reader->text, reader->text + reader->at, reader->text_len - reader->at);
    reader->text_len -= reader->at;
    reader->at = 0;
    size_t before = reader->text_len;
    while (reader->text_len == before) {
        if (!reader->raw_ended) {
            size_t got = fread(reader->raw + reader->raw_len, 1, RAW_SIZE - reader->raw_len, reader->file);
            reader->raw_len += got;
            reader->raw_ended = got == 0;
        }
        if (reader->raw_len == 0) {
            return false;
        }
        bool good = reader->converter == (iconv_t)-1 ? copy_utf8(reader) : convert(reader);
        if (!good && reader->text_len == before) {
            *bad = true;
            return false;
        }
    }
    return true;
}

/* How evenly a delimiter splits the sample: cells of the first row and rows that have as many. */
static size_t split_score(struct str sample, char delimiter)
{
    size_t counts[SAMPLE_ROWS] = {0};
    size_t rows = 0;
    bool quoted = false;
    bool empty = true;

    for (size_t i = 0; i < sample.len && rows < SAMPLE_ROWS; i++) {
        char c = sample.ptr[i];
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == delimiter) {
            counts[rows]++;
        } else if (!quoted && (c == '\n' || c == '\r')) {
            rows += empty ? 0 : 1;
            empty = true;
            continue;
        }
        empty = false;
    }
    if (rows < SAMPLE_ROWS && !empty) {
        rows++;
    }
    size_t same = 0;
    for (size_t i = 0; i < rows; i++) {
        same += counts[i] == counts[0] ? 1 : 0;
    }
    return counts[0] == 0 ? 0 : same * TABLE_COLUMN_MAX + (counts[0] < TABLE_COLUMN_MAX ? counts[0] : 0);
}

static void find_delimiter(struct csv_reader *reader)
{
    struct str sample = str_n(reader->text, reader->text_len);
    size_t best = 0;

    reader->delimiter = ',';
    if (sample.len > 5 && str_eq_ci(str_slice(sample, 0, 4), STR("sep="))) {
        size_t end = sample.ptr[5] == '\r' && sample.len > 6 && sample.ptr[6] == '\n' ? 7 : 6;
        if (memchr("\r\n", sample.ptr[5], 2) != NULL && memchr(delimiters, sample.ptr[4], DELIMITER_COUNT) != NULL) {
            reader->delimiter = sample.ptr[4];
            reader->at = end;
            reader->row = 2;
            return;
        }
    }
    for (size_t i = 0; i < DELIMITER_COUNT; i++) {
        size_t score = split_score(sample, delimiters[i]);
        if (score > best) {
            best = score;
            reader->delimiter = delimiters[i];
        }
    }
}

static void release_converter(void *object)
{
    struct csv_reader *reader = object;

    if (reader->converter != (iconv_t)-1) {
        (void)iconv_close(reader->converter);
    }
    arena_destroy(reader->row_arena);
}

enum err csv_open(struct arena *arena, FILE *file, struct error *error, struct csv_reader **out)
{
    struct csv_reader *reader = ARENA_NEW(arena, struct csv_reader);
    bool bad = false;

    reader->file = file;
    reader->converter = (iconv_t)-1;
    reader->row = 1;
    reader->cells = ARENA_ARRAY(arena, struct str, TABLE_COLUMN_MAX);
    reader->row_arena = arena_create((size_t)ROW_MAX * 8);
    arena_defer(arena, release_converter, reader);
    find_encoding(reader);
    if (strcmp(reader->encoding, "UTF-8") != 0) {
        reader->converter = iconv_open("UTF-8", reader->encoding);
        if (reader->converter == (iconv_t)-1) {
            return error_set(error, ERR_IMPORT_UNREADABLE, "This system cannot read %s; save the file as UTF-8.",
                             reader->encoding);
        }
    }
    if (!refill(reader, &bad) && bad) {
        return unreadable(reader, error, "the text is neither UTF-8 nor GB18030 nor UTF-16");
    }
    find_delimiter(reader);
    *out = reader;
    return OK;
}

struct table_format csv_format(const struct csv_reader *reader)
{
    return (struct table_format){.kind = "csv", .encoding = reader->encoding, .delimiter = reader->delimiter};
}

/* What the next character is to the automaton. */
enum { END_OF_FILE = -1, BAD_BYTES = -2 };

static int peek(struct csv_reader *reader)
{
    bool bad = false;

    if (reader->at == reader->text_len && !refill(reader, &bad)) {
        return bad ? BAD_BYTES : END_OF_FILE;
    }
    return (unsigned char)reader->text[reader->at];
}

/* Takes CR, LF or CRLF when one is next. */
static bool take_line_end(struct csv_reader *reader)
{
    int c = peek(reader);

    if (c != '\r' && c != '\n') {
        return false;
    }
    reader->at++;
    if (c == '\r' && peek(reader) == '\n') {
        reader->at++;
    }
    return true;
}

/* Adds a character to a cell. Errors: ERR_IMPORT_UNREADABLE for what no cell may hold. */
static enum err take_char(struct csv_reader *reader, struct buf *cell, int c, struct error *error)
{
    if (c == 0) {
        return unreadable(reader, error, "there is a NUL byte; this is not a text file");
    }
    if (c == BAD_BYTES) {
        return unreadable(reader, error, "there are bytes that belong to no character; save the file as UTF-8");
    }
    if (cell->len >= TABLE_CELL_MAX || reader->row_bytes++ >= ROW_MAX) {
        return unreadable(reader, error, "the cell is too long; perhaps a quote is not closed");
    }
    buf_add_char(cell, (char)c);
    reader->at++;
    return OK;
}

/* The inside of quotes, up to and with the closing one. */
static enum err read_quoted(struct csv_reader *reader, struct buf *cell, struct error *error)
{
    reader->at++;
    for (;;) {
        int c = peek(reader);
        if (c == END_OF_FILE) {
            return unreadable(reader, error, "a quote is opened and never closed");
        }
        if (c == '"') {
            reader->at++;
            if (peek(reader) != '"') {
                return OK;
            }
        }
        if (c == '\r' && take_line_end(reader)) {
            buf_add_char(cell, '\n');
            continue;
        }
        TRY(take_char(reader, cell, c, error));
    }
}

/* One cell; afterwards a delimiter, a line end or the end of the file is next. */
static enum err read_cell(struct csv_reader *reader, struct str *out, struct error *error)
{
    struct buf cell;

    buf_init(&cell, reader->row_arena);
    bool quoted = peek(reader) == '"';
    if (quoted) {
        TRY(read_quoted(reader, &cell, error));
    }
    for (int c = peek(reader); c != END_OF_FILE && c != reader->delimiter && c != '\n' && c != '\r'; c = peek(reader)) {
        if (quoted && c != ' ') {
            return unreadable(reader, error, "there is text behind a closing quote");
        }
        if (quoted) {
            reader->at++;
            continue;
        }
        TRY(take_char(reader, &cell, c, error));
    }
    *out = cell.len == 0 ? STR("") : buf_str(&cell);
    return OK;
}

/* One row of any kind into `cells`. */
static enum err read_row(struct csv_reader *reader, struct error *error)
{
    reader->cell_count = 0;
    reader->row_bytes = 0;
    arena_reset(reader->row_arena);
    for (;;) {
        if (reader->cell_count == TABLE_COLUMN_MAX) {
            return unreadable(reader, error, "there are too many columns");
        }
        TRY(read_cell(reader, &reader->cells[reader->cell_count], error));
        reader->cell_count++;
        if (peek(reader) != reader->delimiter) {
            (void)take_line_end(reader);
            return OK;
        }
        reader->at++;
    }
}

enum err csv_next(struct csv_reader *reader, struct error *error, struct table_row *row_out, bool *more)
{
    *more = false;
    if (reader->failed) {
        return ERR_IMPORT_UNREADABLE;
    }
    while (peek(reader) != END_OF_FILE) {
        TRY(read_row(reader, error));
        size_t number = reader->row++;
        size_t width = reader->cell_count;
        while (reader->cell_count > 0 && reader->cells[reader->cell_count - 1].len == 0) {
            reader->cell_count--;
        }
        if (reader->cell_count == 0) {
            continue;
        }
        reader->first_width = reader->first_width == 0 ? width : reader->first_width;
        *row_out = (struct table_row){number, reader->cells, reader->cell_count, width != reader->first_width};
        *more = true;
        return OK;
    }
    return OK;
}

/* "-500", "+12.5%", "-1,234.50": harmless to a spreadsheet. */
static bool is_plain_number(struct str text)
{
    size_t digits = 0;

    for (size_t i = 1; i < text.len; i++) {
        char c = text.ptr[i];
        if (c >= '0' && c <= '9') {
            digits++;
        } else if (c != '.' && c != ',' && !(c == '%' && i == text.len - 1)) {
            return false;
        }
    }
    return digits > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');
}

bool csv_is_formula(struct str text)
{
    size_t offset = 0;

    if (text.len == 0) {
        return false;
    }
    uint32_t first = str_next_char(text, &offset);
    if (first >= 0xFF01 && first <= 0xFF5E) {
        first -= 0xFEE0;
    }
    bool starts = first == '=' || first == '+' || first == '-' || first == '@' || first == '\t' || first == '\r';
    return starts && !is_plain_number(text);
}

struct str csv_guard(struct arena *arena, struct str text)
{
    return csv_is_formula(text) ? str_format(arena, "'%.*s", STR_ARG(text)) : text;
}

struct str csv_unguard(struct str text)
{
    struct str inner = str_slice(text, 1, text.len);

    return text.len > 1 && text.ptr[0] == '\'' && csv_is_formula(inner) ? inner : text;
}

static void add_cell(struct buf *out, struct str cell)
{
    bool formula = csv_is_formula(cell);
    bool spaced = cell.len > 0 && (cell.ptr[0] == ' ' || cell.ptr[cell.len - 1] == ' ');
    bool quoted = spaced;

    for (size_t i = 0; i < cell.len && !quoted; i++) {
        quoted = memchr(",;\t|\"\r\n", cell.ptr[i], 7) != NULL;
    }
    if (quoted) {
        buf_add_char(out, '"');
    }
    if (formula) {
        buf_add_char(out, '\'');
    }
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.ptr[i] == '"') {
            buf_add_char(out, '"');
        }
        buf_add_char(out, cell.ptr[i]);
    }
    if (quoted) {
        buf_add_char(out, '"');
    }
}

void csv_add_row(struct buf *out, const struct str *cells, size_t cell_count)
{
    for (size_t i = 0; i < cell_count; i++) {
        if (i > 0) {
            buf_add_char(out, ',');
        }
        add_cell(out, cells[i]);
    }
    buf_add_c(out, "\r\n");
}
