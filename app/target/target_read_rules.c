/* Targets out of a workbook: the same sheet that is written, filled in by people. What a cell may become is decided by
 * the rules of a save; here only texts become cells. */
#include "target_file.h"

#include <string.h>

#include "engines/notation.h"
#include "engines/table.h"

enum { FAULTS_MAX = 500, COLUMNS_MAX = 200, LETTERS = 26 };

/* Where a cell stood. */
struct place {
    int64_t row;     /* as the spreadsheet numbers it */
    size_t column;   /* from 0 */
    struct str name; /* of the row */
};

/* A file being read. */
struct reader {
    const struct target_view *view;  /* year, measure, level, scope */
    struct table *table;             /* the file */
    size_t names[TARGET_FILE_FIRST]; /* columns of kind, number, name; SIZE_MAX: none */
    size_t months[COLUMNS_MAX];      /* by column: 1…12; 0: another column */
    struct target_grid_row *rows;    /* what may be named */
    size_t row_count;                /* in `rows` */
    struct target_cell *cells;       /* read so far */
    struct place *places;            /* of each */
    size_t count;                    /* in both */
    struct target_file *out;         /* result */
};

static bool is_word(struct str text, const struct target_file_word *word)
{
    return str_eq_ci(text, str_from(word->zh)) || str_eq_ci(text, str_from(word->en));
}

/* "A" … "Z", "AA" … */
static struct str letters(struct arena *arena, size_t column)
{
    char text[8];
    size_t at = sizeof text;
    for (size_t rest = column + 1; rest > 0 && at > 0; rest = (rest - 1) / LETTERS) {
        text[--at] = (char)('A' + (rest - 1) % LETTERS);
    }
    return str_dup(arena, str_n(text + at, sizeof text - at));
}

static void add_fault(struct reader *reader, struct place place, const char *code, const char *sentence)
{
    struct arena *arena = reader->view->request->arena;
    struct target_file *out = reader->out;
    if (out->fault_count < FAULTS_MAX) {
        out->faults[out->fault_count++] = (struct target_file_fault){
            .row = place.row,
            .column = place.column == SIZE_MAX ? STR("") : letters(arena, place.column),
            .name = place.name,
            .code = str_from(code),
            .sentence = str_from(sentence),
        };
    }
}

static enum err refuse_file(const struct target_view *view, const char *code, const char *sentence)
{
    error_field(view->request->error, STR("file"), code, "%s", sentence);
    return error_check_fields(view->request->error);
}

/* "2026-01", "2026/1", "2026年1月". */
static bool parse_month(struct arena *arena, struct str text, struct date *out)
{
    struct str narrow = notation_narrow(arena, text);
    struct buf day;
    buf_init(&day, arena);
    buf_add(&day, narrow);
    buf_add_c(&day, str_find(narrow, STR("月")) < narrow.len  ? "1日"
                    : str_find(narrow, STR("/")) < narrow.len ? "/1"
                                                              : "-01");
    return notation_date(buf_str(&day), DATE_ORDER_UNKNOWN, out) == NOTATION_OK ||
           notation_date(narrow, DATE_ORDER_UNKNOWN, out) == NOTATION_OK;
}

/* Finds out which column is which. A month of another year is refused: the file was made for that year. */
static enum err read_headings(struct reader *reader, const struct table_row *row)
{
    const struct target_view *view = reader->view;
    size_t found = 0;
    for (size_t i = 0; i < TARGET_FILE_FIRST; i++) {
        reader->names[i] = SIZE_MAX;
    }
    for (size_t c = 0; c < row->cell_count && c < COLUMNS_MAX; c++) {
        struct str text = str_trim(row->cells[c]);
        struct date month;
        for (size_t i = 0; i < TARGET_FILE_FIRST; i++) {
            reader->names[i] = is_word(text, &TARGET_FILE_HEADINGS[i]) ? c : reader->names[i];
        }
        if (text.len == 0 || !parse_month(view->request->arena, text, &month)) {
            continue;
        }
        month = date_month_start(month);
        if (date_compare(month, view->months[0]) < 0 || date_compare(month, view->months[TARGET_MONTHS]) >= 0) {
            return refuse_file(view, "other_year", "The file has months that lie outside the fiscal year.");
        }
        reader->months[c] = target_view_month(view, month) + 1;
        found++;
    }
    if (found == 0) {
        return refuse_file(view, "no_months",
                           "The first row of the file names no months; they are written like 2026-01.");
    }
    if (reader->names[TARGET_FILE_KIND] == SIZE_MAX || reader->names[TARGET_FILE_NAME] == SIZE_MAX) {
        return refuse_file(view, "no_names", "The first row of the file has no columns Kind and Name.");
    }
    return OK;
}

static struct str text_at(const struct table_row *row, size_t column)
{
    return column < row->cell_count ? str_trim(row->cells[column]) : STR("");
}

static bool row_matches(const struct target_grid_row *row, bool is_user, struct str number, int64_t id, struct str name)
{
    return row->is_user == is_user && (number.len > 0 ? row->subject_id == id : str_eq(row->name, name));
}

/* Whom a row of the file is about: by number, or by a name that only one has. False: the fault was noted. */
static bool find_subject(struct reader *reader, const struct table_row *row, bool is_user, struct place place,
                         int64_t *id_out)
{
    struct str number = text_at(row, reader->names[TARGET_FILE_ID]);
    int64_t id = 0;
    *id_out = 0;
    if (number.len > 0 && !str_to_i64(number, &id)) {
        place.column = reader->names[TARGET_FILE_ID];
        add_fault(reader, place, "not_a_number", "The number of the row is no number.");
        return false;
    }
    for (size_t i = 0; i < reader->row_count; i++) {
        const struct target_grid_row *known = &reader->rows[i];
        if (!row_matches(known, is_user, number, id, place.name)) {
            continue;
        }
        if (*id_out != 0 && *id_out != known->subject_id) {
            place.column = reader->names[TARGET_FILE_NAME];
            add_fault(reader, place, "ambiguous", "More than one has this name; write the number.");
            return false;
        }
        *id_out = known->subject_id;
    }
    if (*id_out == 0) {
        place.column = reader->names[number.len > 0 ? TARGET_FILE_ID : TARGET_FILE_NAME];
        add_fault(reader, place, "not_found", "There is no such person or department in your scope.");
    }
    return *id_out != 0;
}

static enum notation read_amount(const struct reader *reader, struct str text, int64_t *out)
{
    const struct number_style style = {0};
    struct money money = {0};
    if (reader->view->info.unit == UNIT_COUNT) {
        return notation_integer(text, style, out);
    }
    if (reader->view->info.unit == UNIT_QUANTITY) {
        return notation_decimal(text, QUANTITY_DIGITS, style, out);
    }
    enum notation fault = notation_money(text, style, &money);
    *out = money.minor;
    return fault;
}

static enum err read_cells(struct reader *reader, const struct table_row *row, bool is_user, int64_t subject_id,
                           struct place place)
{
    for (size_t c = 0; c < row->cell_count && c < COLUMNS_MAX; c++) {
        int64_t amount = 0;
        struct str text = str_trim(row->cells[c]);
        if (reader->months[c] == 0 || text.len == 0) {
            continue;
        }
        place.column = c;
        enum notation fault = read_amount(reader, text, &amount);
        if (fault != NOTATION_OK) {
            add_fault(reader, place, notation_code(fault), notation_text(fault));
            continue;
        }
        if (reader->count == TARGET_CELLS_MAX) {
            return refuse_file(reader->view, "too_many", "The file has more cells than can be saved at once.");
        }
        reader->places[reader->count] = place;
        reader->cells[reader->count++] = (struct target_cell){
            .is_user = is_user, .subject_id = subject_id, .month = (int64_t)reader->months[c], .amount = amount};
    }
    return OK;
}

static enum err read_row(struct reader *reader, const struct table_row *row)
{
    struct arena *arena = reader->view->request->arena;
    struct str kind = text_at(row, reader->names[TARGET_FILE_KIND]);
    struct place place = {(int64_t)row->number, SIZE_MAX,
                          str_dup(arena, text_at(row, reader->names[TARGET_FILE_NAME]))};
    bool is_user = is_word(kind, &TARGET_FILE_KINDS[2]);
    int64_t subject_id = 0;
    if (is_word(kind, &TARGET_FILE_KINDS[0])) {
        return OK; /* a total comes from the rows below it */
    }
    if (!is_user && !is_word(kind, &TARGET_FILE_KINDS[1])) {
        place.column = reader->names[TARGET_FILE_KIND];
        add_fault(reader, place, "unknown_kind", "The kind of the row is Total, Department's own or Person.");
        return OK;
    }
    return find_subject(reader, row, is_user, place, &subject_id) ? read_cells(reader, row, is_user, subject_id, place)
                                                                  : OK;
}

/* A file of another year, measure or level is not read by mistake. A file without that sheet is taken as it is. */
static enum err check_about(struct reader *reader)
{
    const struct target_view *view = reader->view;
    const struct target_file_word *about = &TARGET_FILE_SHEETS[3];
    static const struct {
        struct target_file_word label; /* first column */
        const char *code;              /* of the refusal */
        const char *sentence;          /* English */
    } lines[] = {
        {{"财年", "Fiscal year"}, "other_year", "The file is of another fiscal year."},
        {{"指标", "Measure"}, "other_measure", "The file is of another measure."},
        {{"档位", "Level"}, "other_level", "The file is of another level."},
    };
    const struct str wanted[] = {str_format(view->request->arena, "%lld", (long long)view->year),
                                 str_from(MEASURES[view->measure].key), str_from(TARGET_LEVELS[view->level])};
    size_t sheet = table_find_sheet(reader->table, str_from(about->zh));
    sheet = sheet == SIZE_MAX ? table_find_sheet(reader->table, str_from(about->en)) : sheet;
    bool more = sheet != SIZE_MAX;
    struct table_row row;
    if (more) {
        TRY(table_select(reader->table, sheet));
        TRY(table_next(reader->table, &row, &more));
    }
    while (more) {
        for (size_t i = 0; i < sizeof lines / sizeof *lines && row.cell_count > 1; i++) {
            if (is_word(str_trim(row.cells[0]), &lines[i].label) && !str_eq(str_trim(row.cells[1]), wanted[i])) {
                return refuse_file(view, lines[i].code, lines[i].sentence);
            }
        }
        TRY(table_next(reader->table, &row, &more));
    }
    return OK;
}

static enum err read_sheet(struct reader *reader)
{
    const struct target_file_word *targets = &TARGET_FILE_SHEETS[0];
    size_t sheet = table_find_sheet(reader->table, str_from(targets->zh));
    sheet = sheet == SIZE_MAX ? table_find_sheet(reader->table, str_from(targets->en)) : sheet;
    struct table_row row;
    bool more = false;
    TRY(table_select(reader->table, sheet == SIZE_MAX ? 0 : sheet));
    TRY(table_next(reader->table, &row, &more));
    if (!more) {
        return refuse_file(reader->view, "no_months", "The file is empty.");
    }
    TRY(read_headings(reader, &row));
    TRY(table_next(reader->table, &row, &more));
    while (more) {
        TRY(read_row(reader, &row));
        TRY(table_next(reader->table, &row, &more));
    }
    return OK;
}

/* What a save of the cells would do, with the places of the file. */
static enum err try_cells(struct reader *reader)
{
    struct arena *arena = reader->view->request->arena;
    struct target_file *out = reader->out;
    struct target_trial trial;
    TRY(target_try_cells(reader->view, reader->cells, reader->count, &trial));
    for (size_t i = 0; i < trial.fault_count; i++) {
        const struct target_fault *fault = &trial.faults[i];
        add_fault(reader, reader->places[fault->cell], fault->code, fault->sentence);
    }
    out->changes = ARENA_ARRAY(arena, struct target_file_change, trial.change_count);
    out->change_count = trial.change_count;
    for (size_t i = 0; i < trial.change_count; i++) {
        const struct place *place = &reader->places[trial.changes[i]];
        out->changes[i] = (struct target_file_change){
            .cell = reader->cells[trial.changes[i]],
            .before = trial.before[i],
            .row = place->row,
            .column = letters(arena, place->column),
            .name = place->name,
        };
    }
    return OK;
}

enum err target_file_read(const struct target_view *view, struct target_file *out)
{
    struct request *request = view->request;
    struct reader *reader = ARENA_NEW(request->arena, struct reader);
    *out = (struct target_file){.faults = ARENA_ARRAY(request->arena, struct target_file_fault, FAULTS_MAX)};
    reader->view = view;
    reader->out = out;
    reader->cells = ARENA_ARRAY(request->arena, struct target_cell, TARGET_CELLS_MAX);
    reader->places = ARENA_ARRAY(request->arena, struct place, TARGET_CELLS_MAX);
    TRY(table_open_memory(request->arena, request->body, request->error, &reader->table));
    TRY(target_grid(view, 0, &reader->rows, &reader->row_count));
    TRY(check_about(reader));
    TRY(read_sheet(reader));
    out->cell_count = (int64_t)reader->count;
    return try_cells(reader);
}
