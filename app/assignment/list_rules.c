/* Uploaded lists of customers: one column of a CSV or XLSX file becomes lines. */
#include "list_rules.h"

#include "engines/table.h"
#include "plan_rules.h"

static bool is_heading(struct str cell)
{
    static const char *const words[] = {"客户名称",      "公司名称", "企业名称", "客户", "名称",     "客户编号",
                                        "编号",          "电话",     "手机",     "name", "customer", "company",
                                        "customer name", "code",     "phone",    NULL};
    for (const char *const *word = words; *word != NULL; word++) {
        if (str_eq_ci(str_trim(cell), str_from(*word))) {
            return true;
        }
    }
    return false;
}

/* The first column whose heading is known, else the first of all. */
static size_t guess_column(const struct table_row *row, bool *has_heading)
{
    for (size_t i = 0; i < row->cell_count; i++) {
        if (is_heading(row->cells[i])) {
            *has_heading = true;
            return i;
        }
    }
    *has_heading = false;
    return 0;
}

/* Line ends within a cell would make two lines of one. */
static void add_line(struct buf *lines, struct str cell)
{
    for (size_t i = 0; i < cell.len; i++) {
        bool is_break = cell.ptr[i] == '\n' || cell.ptr[i] == '\r';
        buf_add_char(lines, is_break ? ' ' : cell.ptr[i]);
    }
    buf_add_char(lines, '\n');
}

static void read_headings(struct arena *arena, const struct table_row *row, struct list_read *out)
{
    out->column_count = row->cell_count;
    out->columns = ARENA_ARRAY(arena, struct str, row->cell_count + 1);
    for (size_t i = 0; i < row->cell_count; i++) {
        out->columns[i] = str_dup(arena, row->cells[i]);
    }
}

enum err list_read_file(struct request *request, struct opt_int column, struct list_read *out)
{
    struct table *table;
    struct table_row row;
    struct buf lines;
    bool more = true;
    bool is_first = true;
    *out = (struct list_read){0};
    buf_init(&lines, request->arena);
    TRY(table_open_memory(request->arena, request->body, request->error, &table));
    TRY(table_next(table, &row, &more));
    while (more) {
        bool has_heading = false;
        if (is_first) {
            read_headings(request->arena, &row, out);
            size_t guessed = guess_column(&row, &has_heading);
            out->column = column.set ? (size_t)column.value : guessed;
        }
        struct str cell = out->column < row.cell_count ? str_trim(row.cells[out->column]) : (struct str){0};
        if (cell.len > 0 && !(is_first && has_heading)) {
            add_line(&lines, cell);
            out->line_count++;
        }
        if (out->line_count > PLAN_ITEMS_MAX) {
            return error_set(request->error, ERR_IMPORT_UNREADABLE, "At most %d customers go into one batch.",
                             PLAN_ITEMS_MAX);
        }
        is_first = false;
        TRY(table_next(table, &row, &more));
    }
    out->lines = buf_str(&lines);
    return OK;
}
