/* The workbook of targets and completion. Quarters, years and departments are formulas over the cells beside and below
 * them, so the file goes on adding up while somebody works in it; a figure without a target shows a dash. */
#include "target_file.h"

#include "engines/rollup.h"
#include "engines/sheet_write.h"
#include "target_table.h"

enum { QUARTER = 3, QUARTERS = 4, ARGUMENTS_MAX = 200, HEADING_ROWS = 1 };

const struct target_file_word TARGET_FILE_SHEETS[4] = {
    {"目标", "Targets"}, {"完成", "Actual"}, {"完成率", "Completion"}, {"说明", "About"}};
const struct target_file_word TARGET_FILE_HEADINGS[3] = {{"类型", "Kind"}, {"编号", "Number"}, {"名称", "Name"}};
const struct target_file_word TARGET_FILE_KINDS[3] = {
    {"合计", "Total"}, {"部门自留", "Department's own"}, {"人员", "Person"}};

enum { SHEET_TARGET, SHEET_ACTUAL, SHEET_COMPLETION, SHEET_ABOUT };

/* A workbook in the making. */
struct book {
    struct job *job;                     /* whose */
    const struct target_view *view;      /* year, measure, level, scope */
    const struct target_table_row *rows; /* in order */
    size_t row_count;                    /* in `rows` */
    struct sheet_writer *writer;         /* the file */
    struct arena *scratch;               /* formulas of one row */
    bool chinese;                        /* language of words */
};

static struct str word(const struct book *book, const struct target_file_word *words)
{
    return str_from(book->chinese ? words->zh : words->en);
}

static char letter(size_t column)
{
    return (char)('A' + column); /* TARGET_FILE_COLUMNS stay below 26 */
}

/* Column of a month: three months, their quarter, three months … */
static size_t month_column(size_t month)
{
    return TARGET_FILE_FIRST + month + month / QUARTER;
}

static size_t quarter_column(size_t quarter)
{
    return TARGET_FILE_FIRST + quarter * (QUARTER + 1) + QUARTER;
}

/* A row of the table as the spreadsheet numbers it. */
static unsigned long line_of(size_t row)
{
    return (unsigned long)row + HEADING_ROWS + 1;
}

/* "=SUM(D2:F2)", "=SUM(G2,K2,O2,S2)". */
static struct str across(const struct book *book, size_t row, size_t column)
{
    unsigned long line = line_of(row);
    if (column < TARGET_FILE_COLUMNS - 1) {
        return str_format(book->scratch, "=SUM(%c%lu:%c%lu)", letter(column - QUARTER), line, letter(column - 1), line);
    }
    return str_format(book->scratch, "=SUM(%c%lu,%c%lu,%c%lu,%c%lu)", letter(quarter_column(0)), line,
                      letter(quarter_column(1)), line, letter(quarter_column(2)), line, letter(quarter_column(3)),
                      line);
}

/* "=SUM(D3:D7,D8,D12)": own amounts and people stand right below, then come the totals of the departments below. A
 * function takes 255 arguments: more are several sums. */
static struct str down(const struct book *book, size_t row, size_t column)
{
    const struct target_table_row *total = &book->rows[row];
    struct buf out;
    buf_init(&out, book->scratch);
    buf_add_c(&out, "=SUM(");
    if (total->leaf_count > 0) {
        buf_add(&out, str_format(book->scratch, "%c%lu:%c%lu", letter(column), line_of(row + 1), letter(column),
                                 line_of(row + total->leaf_count)));
    }
    for (size_t i = 0; i < total->part_count; i++) {
        bool first = i == 0 && total->leaf_count == 0;
        buf_add_c(&out, first ? "" : i % ARGUMENTS_MAX == ARGUMENTS_MAX - 1 ? ")+SUM(" : ",");
        buf_add(&out, str_format(book->scratch, "%c%lu", letter(column), line_of(total->parts[i])));
    }
    if (total->leaf_count + total->part_count == 0) {
        buf_add_c(&out, "0");
    }
    buf_add_c(&out, ")");
    return buf_str(&out);
}

static enum sheet_cell_type unit_of(const struct book *book)
{
    static const enum sheet_cell_type types[UNIT_KINDS] = {
        [UNIT_MONEY] = SHEET_MONEY, [UNIT_COUNT] = SHEET_INT, [UNIT_QUANTITY] = SHEET_DECIMAL};
    return types[book->view->info.unit];
}

static const int64_t *amounts_of(const struct target_table_row *row, int sheet)
{
    return sheet == SHEET_TARGET ? row->figures.target : row->figures.actual;
}

/* Months `from` to `to` of a row. */
static int64_t sum_of(const int64_t *amounts, size_t from, size_t to)
{
    int64_t sum = 0;
    for (size_t m = from; m < to; m++) {
        sum += amounts[m];
    }
    return sum;
}

/* Which months a column stands for. */
static void months_of(size_t column, size_t *from, size_t *to)
{
    size_t place = column - TARGET_FILE_FIRST;
    size_t quarter = place / (QUARTER + 1);
    bool is_year = column == TARGET_FILE_COLUMNS - 1;
    bool is_quarter = place % (QUARTER + 1) == QUARTER;
    *from = is_year ? 0 : quarter * QUARTER + (is_quarter ? 0 : place % (QUARTER + 1));
    *to = is_year ? TARGET_MONTHS : *from + (is_quarter ? QUARTER : 1);
}

static void name_cells(const struct book *book, const struct target_table_row *row, struct sheet_cell *cells)
{
    bool is_total = row->kind == TARGET_TABLE_TOTAL;
    cells[TARGET_FILE_KIND] =
        (struct sheet_cell){.type = SHEET_TEXT, .text = word(book, &TARGET_FILE_KINDS[row->kind]), .bold = is_total};
    cells[TARGET_FILE_ID] = (struct sheet_cell){.type = row->id == 0 ? SHEET_EMPTY : SHEET_TEXT,
                                                .bold = is_total,
                                                .text = str_format(book->scratch, "%lld", (long long)row->id)};
    cells[TARGET_FILE_NAME] = (struct sheet_cell){.type = SHEET_TEXT, .bold = is_total, .text = row->name};
}

/* One figure of the sheets of targets and of actual figures. */
static struct sheet_cell amount_cell(const struct book *book, size_t index, size_t column, int sheet)
{
    const struct target_table_row *row = &book->rows[index];
    const int64_t *amounts = amounts_of(row, sheet);
    size_t from;
    size_t to;
    months_of(column, &from, &to);
    struct sheet_cell cell = {.type = unit_of(book),
                              .shown = unit_of(book),
                              .integer = sum_of(amounts, from, to),
                              .scale = QUANTITY_DIGITS,
                              .bold = row->kind == TARGET_TABLE_TOTAL};
    if (to - from > 1) {
        cell.type = SHEET_FORMULA;
        cell.formula = across(book, index, column);
    } else if (row->kind == TARGET_TABLE_TOTAL) {
        cell.type = SHEET_FORMULA;
        cell.formula = down(book, index, column);
    } else if (!row->here[from] && amounts[from] == 0) {
        cell.type = SHEET_EMPTY;
    }
    return cell;
}

/* Actual through target, or a dash where there is no target. */
static struct sheet_cell ratio_cell(const struct book *book, size_t index, size_t column)
{
    const struct target_table_row *row = &book->rows[index];
    size_t from;
    size_t to;
    months_of(column, &from, &to);
    struct opt_int ppm =
        rollup_completion_ppm(sum_of(row->figures.actual, from, to), sum_of(row->figures.target, from, to));
    struct str targets = word(book, &TARGET_FILE_SHEETS[SHEET_TARGET]);
    struct str actual = word(book, &TARGET_FILE_SHEETS[SHEET_ACTUAL]);
    char c = letter(column);
    unsigned long line = line_of(index);
    return (struct sheet_cell){
        .type = SHEET_FORMULA,
        .shown = ppm.set ? SHEET_PPM : SHEET_TEXT,
        .integer = ppm.value,
        .text = STR("—"),
        .bold = row->kind == TARGET_TABLE_TOTAL,
        .formula = str_format(book->scratch, "=IF('%.*s'!%c%lu>0,'%.*s'!%c%lu/'%.*s'!%c%lu,\"—\")", STR_ARG(targets), c,
                              line, STR_ARG(actual), c, line, STR_ARG(targets), c, line),
    };
}

static void headings(const struct book *book, struct str out[TARGET_FILE_COLUMNS])
{
    struct arena *arena = book->job->arena;
    for (size_t i = 0; i < TARGET_FILE_FIRST; i++) {
        out[i] = word(book, &TARGET_FILE_HEADINGS[i]);
    }
    for (size_t m = 0; m < TARGET_MONTHS; m++) {
        out[month_column(m)] = str_slice(date_format(arena, book->view->months[m]), 0, sizeof "2026-01" - 1);
    }
    for (size_t q = 0; q < QUARTERS; q++) {
        out[quarter_column(q)] = str_format(arena, "Q%zu", q + 1);
    }
    out[TARGET_FILE_COLUMNS - 1] = book->chinese ? STR("全年") : STR("Year");
}

static enum err write_sheet(struct book *book, int sheet)
{
    struct str titles[TARGET_FILE_COLUMNS];
    int widths[TARGET_FILE_COLUMNS];
    struct job *job = book->job;
    headings(book, titles);
    for (size_t i = 0; i < TARGET_FILE_COLUMNS; i++) {
        widths[i] = i == TARGET_FILE_NAME ? 24 : 14;
    }
    TRY(sheet_add(book->writer, word(book, &TARGET_FILE_SHEETS[sheet]), titles, widths, TARGET_FILE_COLUMNS,
                  job->error));
    sheet_freeze(book->writer, HEADING_ROWS, TARGET_FILE_FIRST);
    for (size_t i = 0; i < book->row_count; i++) {
        struct sheet_cell cells[TARGET_FILE_COLUMNS];
        arena_reset(book->scratch);
        name_cells(book, &book->rows[i], cells);
        for (size_t c = TARGET_FILE_FIRST; c < TARGET_FILE_COLUMNS; c++) {
            cells[c] = sheet == SHEET_COMPLETION ? ratio_cell(book, i, c) : amount_cell(book, i, c, sheet);
        }
        TRY(sheet_add_row(book->writer, cells, TARGET_FILE_COLUMNS, job->error));
    }
    return job_progress(job, sheet + 1, SHEET_ABOUT + 1, "file");
}

/* What the file is of: read again by an import, which refuses a file of something else. */
static enum err write_about(struct book *book)
{
    const struct target_view *view = book->view;
    const struct {
        struct target_file_word label; /* shown */
        struct str value;              /* as the API writes it */
    } lines[] = {
        {{"财年", "Fiscal year"}, str_format(book->job->arena, "%lld", (long long)view->year)},
        {{"指标", "Measure"}, str_from(MEASURES[view->measure].key)},
        {{"档位", "Level"}, str_from(TARGET_LEVELS[view->level])},
        {{"截至", "As of"}, date_format(book->job->arena, book->job->today)},
    };
    const struct str titles[] = {word(book, &TARGET_FILE_SHEETS[SHEET_ABOUT]), STR("")};
    TRY(sheet_add(book->writer, word(book, &TARGET_FILE_SHEETS[SHEET_ABOUT]), titles, (int[]){16, 20}, 2,
                  book->job->error));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const struct sheet_cell cells[] = {{.type = SHEET_TEXT, .text = word(book, &lines[i].label)},
                                           {.type = SHEET_TEXT, .text = lines[i].value}};
        TRY(sheet_add_row(book->writer, cells, 2, book->job->error));
    }
    return OK;
}

static enum err write_sheets(struct book *book, bool completion)
{
    for (int sheet = SHEET_TARGET; sheet <= (completion ? SHEET_COMPLETION : SHEET_TARGET); sheet++) {
        TRY(write_sheet(book, sheet));
    }
    return write_about(book);
}

enum err target_file_write(struct job *job, json_t **result_out)
{
    enum { SCRATCH_BYTES = 16 * 1024 * 1024 };
    struct request request;
    struct target_view view;
    struct target_table_row *rows;
    enum measure measure = MEASURE_SIGNED_AMOUNT;
    enum target_level level = LEVEL_BASE;
    struct book book = {
        .job = job, .view = &view, .chinese = str_starts(json_get_str(job->input, "language"), STR("zh"))};
    if (!measure_find(json_get_str(job->input, "measure"), &measure) ||
        !level_find(json_get_str(job->input, "level"), &level)) {
        return error_set(job->error, ERR_INVALID, "There is no such measure.");
    }
    job_request(job, &request);
    TRY(target_view_load(&request, json_get_int(job->input, "year", 0), measure, &view));
    view.level = level;
    TRY(target_table(&view, json_get_int(job->input, "department_id", 0), &rows, &book.row_count));
    book.rows = rows;
    book.scratch = arena_create(SCRATCH_BYTES);
    enum err err =
        sheet_open(job->arena, str_c(job->arena, job->result_path), job->config->data_dir, job->error, &book.writer);
    err = err == OK ? write_sheets(&book, json_get_bool(job->input, "completion", false)) : err;
    err = err == OK ? sheet_close(book.writer, job->error) : err;
    arena_destroy(book.scratch);
    TRY(err);
    struct str name = str_format(job->arena, "%s-%lld-%s.xlsx", book.chinese ? "目标" : "targets", (long long)view.year,
                                 MEASURES[measure].key);
    *result_out = json_pack("{s:I,s:o}", "rows", (json_int_t)book.row_count, "file_name", json_str(name));
    return OK;
}
