/* Jobs over many records: bulk actions, export, emptying the recycle bin. */
#include "record_jobs.h"

#include <stdio.h>

#include "engines/csv.h"
#include "engines/currency.h"
#include "engines/sheet_write.h"
#include "platform/company.h"
#include "platform/decimal.h"
#include "platform/object_answer.h"
#include "platform/object_ids.h"
#include "platform/object_list.h"
#include "platform/object_store.h"
#include "platform/scope.h"
#include "platform/tx.h"
#include "workspace_store.h"

enum { PAGE = 500, REASONS_MAX = 100, PURGE_DAYS = 30 };

/* The column of an export that is no field: the record's id. */
#define ID_COLUMN SIZE_MAX

static enum err refuse_unknown(struct job *job)
{
    return error_set(job->error, ERR_INVALID, "This kind of record is not known.");
}

/* ---- bulk ---- */

/* One record's turn. */
struct turn {
    struct request *request;
    const struct object *object;
    const json_t *input;
    int64_t id;
    const char **choices;
};

static enum err do_turn(struct db *db, void *context)
{
    struct turn *turn = context;
    struct request *request = turn->request;
    struct str action = json_get_str(turn->input, "action");
    (void)db;
    error_init(request->error, request->arena);
    if (str_eq_c(action, "delete")) {
        return record_delete(request, turn->object, turn->id, 0);
    }
    if (str_eq_c(action, "restore")) {
        return record_restore(request, turn->object, turn->id);
    }
    if (str_eq_c(action, "transfer")) {
        struct move_options options = {.cause = MOVE_TRANSFER, .reason = json_get_str(turn->input, "reason")};
        return record_transfer(request, turn->object, turn->id, json_get_int(turn->input, "owner_id", 0), &options,
                               turn->choices);
    }
    return record_update(request, turn->object, turn->id, 0, json_object_get(turn->input, "changes"), NULL);
}

static const char **read_words(struct arena *arena, const json_t *list)
{
    size_t count = json_array_size(list);
    const char **words = ARENA_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        words[i] = json_string_value(json_array_get(list, i));
    }
    return words;
}

static void note_reason(json_t *reasons, const struct request *request, int64_t id, enum err err)
{
    const struct error *error = request->error;
    struct str detail = error->field_count > 0  ? error->fields[0].message
                        : error->detail.len > 0 ? error->detail
                                                : str_from(err_text(err));
    if (json_array_size(reasons) < REASONS_MAX) {
        json_array_append_new(reasons, json_pack("{s:I,s:s,s:o}", "id", (json_int_t)id, "code", err_code(err), "detail",
                                                 json_str(detail)));
    }
}

enum err record_run_bulk(struct job *job, json_t **result_out)
{
    struct request request;
    int64_t *ids;
    size_t count;
    int64_t done = 0;
    const struct object *object = object_find(str_c(job->arena, json_get_str(job->input, "object")));
    if (object == NULL) {
        return refuse_unknown(job);
    }
    job_request(job, &request);
    bool deleted = str_eq_c(json_get_str(job->input, "action"), "restore");
    TRY(object_ids_find(&request, object, json_object_get(job->input, "ids"), json_object_get(job->input, "filter"),
                        deleted, &ids, &count));
    struct turn turn = {.request = &request,
                        .object = object,
                        .input = job->input,
                        .choices = read_words(job->arena, json_object_get(job->input, "choices"))};
    json_t *reasons = json_keep(job->arena, json_array());
    struct error error;
    for (size_t i = 0; i < count; i++) {
        struct arena *arena = arena_create(64 * 1024 * 1024);
        turn.id = ids[i];
        request.arena = arena;
        request.error = &error;
        enum err err = db_tx(job->db, do_turn, &turn);
        done += err == OK;
        if (err != OK) {
            note_reason(reasons, &request, ids[i], err);
        }
        arena_destroy(arena);
        if (err == ERR_UNAVAILABLE) {
            return err;
        }
        if (i % 50 == 49 || i + 1 == count) {
            TRY(job_progress(job, (int64_t)i + 1, (int64_t)count,
                             json_string_value(json_object_get(job->input, "action"))));
        }
    }
    *result_out = json_pack("{s:I,s:I,s:O}", "done", (json_int_t)done, "refused", (json_int_t)((int64_t)count - done),
                            "reasons", reasons);
    return OK;
}

/* ---- export ---- */

/* A file in the making, of either format. */
struct output {
    struct job *job;
    const struct object *object;
    size_t *columns;            /* field indices, or ID_COLUMN */
    size_t column_count;        /* in `columns` */
    bool chinese;               /* language of labels */
    FILE *csv;                  /* open when the format is CSV */
    struct sheet_writer *sheet; /* open when it is XLSX */
    struct str currency;        /* the company's */
};
enum { USUAL_DIGITS = 2 };

static const char *option_label(const struct output *output, const struct field *field, struct str value)
{
    for (const struct option *option = field->options; option->value != NULL; option++) {
        if (str_eq_c(value, option->value)) {
            return output->chinese ? option->zh : option->en;
        }
    }
    return "";
}

/* A local day and second of a moment. */
static struct date local_day(const struct output *output, struct instant instant, int *second)
{
    struct date day = instant_date(instant, output->job->zone);
    *second = (int)((instant.ms - date_start(day, output->job->zone).ms) / 1000);
    return day;
}

static struct str label_text(const struct request *request, const struct field *field, struct value label)
{
    bool shown = label.type == VALUE_TEXT && scope_label_is_open(request, field);
    return shown ? label.text : (struct str){0};
}

/* Names of tags in one cell, as an import reads them. */
static struct str join_lines(struct arena *arena, struct value lines)
{
    struct buf out;
    struct str rest = lines.type == VALUE_TEXT ? lines.text : (struct str){0};
    struct str line;
    buf_init(&out, arena);
    while (str_cut(&rest, '\n', &line)) {
        buf_add_c(&out, out.len == 0 ? "" : "、");
        buf_add(&out, line);
    }
    return buf_str(&out);
}

/* Labels of choices in one cell, as an import reads them. */
static struct str join_choices(struct arena *arena, const struct output *output, const struct field *field,
                               struct str words)
{
    struct buf out;
    struct str word;
    buf_init(&out, arena);
    while (str_cut(&words, ',', &word)) {
        buf_add_c(&out, out.len == 0 ? "" : "、");
        buf_add_c(&out, option_label(output, field, word));
    }
    return buf_str(&out);
}

/* The currency that decides how many digits an amount has: the record's, but for what says that it is in the company's.
 */
static struct str currency_of(const struct output *output, const struct field *field, const struct record_row *row)
{
    const struct object *object = output->object;
    const struct field *own = fields_find(object_fields(object), STR("currency"));
    struct value value = own == NULL ? value_null() : row->values[own - object_fields(object)];
    return field_in_base(field) || value.type != VALUE_TEXT ? output->currency : value.text;
}

/* A record's value as a cell: what the screen shows, hidden and masked fields alike. */
static struct sheet_cell make_cell(const struct output *output, const struct request *request,
                                   const struct record_row *row, size_t index)
{
    if (index == ID_COLUMN) {
        return (struct sheet_cell){.type = SHEET_INT, .integer = row->id};
    }
    const struct field *field = &object_fields(output->object)[index];
    struct value value = row->values[index];
    enum field_access access = object_row_access(request, output->object, row, field->name);
    if (value.type == VALUE_NULL || access == FIELD_ACCESS_HIDDEN) {
        return (struct sheet_cell){.type = SHEET_EMPTY};
    }
    if (access == FIELD_ACCESS_MASKED) {
        bool is_text = value.type == VALUE_TEXT && field->type != FIELD_ENUM;
        return (struct sheet_cell){.type = SHEET_TEXT,
                                   .text = is_text ? object_mask(request->arena, value.text) : STR("****")};
    }
    switch (field->type) {
    case FIELD_MONEY: {
        int digits = currency_digits(currency_of(output, field, row));
        return digits == USUAL_DIGITS
                   ? (struct sheet_cell){.type = SHEET_MONEY, .integer = value.integer}
                   : (struct sheet_cell){.type = SHEET_DECIMAL, .integer = value.integer, .scale = digits};
    }
    case FIELD_PPM:
        return (struct sheet_cell){.type = SHEET_PPM, .integer = value.integer};
    case FIELD_INT:
        return field->scale > 0
                   ? (struct sheet_cell){.type = SHEET_DECIMAL, .integer = value.integer, .scale = field->scale}
                   : (struct sheet_cell){.type = SHEET_INT, .integer = value.integer};
    case FIELD_BOOL:
        return (struct sheet_cell){
            .type = SHEET_TEXT,
            .text = str_from(value.integer ? (output->chinese ? "是" : "yes") : (output->chinese ? "否" : "no"))};
    case FIELD_REF:
        return (struct sheet_cell){.type = SHEET_TEXT, .text = label_text(request, field, row->labels[index])};
    case FIELD_TAGS:
    case FIELD_REFS:
    case FIELD_FILES:
        return (struct sheet_cell){.type = SHEET_TEXT, .text = join_lines(request->arena, row->labels[index])};
    case FIELD_ENUM:
        return (struct sheet_cell){.type = SHEET_TEXT, .text = str_from(option_label(output, field, value.text))};
    case FIELD_CHOICES:
        return (struct sheet_cell){.type = SHEET_TEXT, .text = join_choices(request->arena, output, field, value.text)};
    case FIELD_DECIMAL:
        return (struct sheet_cell){.type = SHEET_DECIMAL, .integer = value.integer, .scale = field->scale};
    case FIELD_DATE:
        return (struct sheet_cell){.type = SHEET_DATE, .date = value.date};
    case FIELD_INSTANT: {
        struct sheet_cell cell = {.type = SHEET_INSTANT};
        cell.date = local_day(output, value.instant, &cell.second);
        return cell;
    }
    default:
        return (struct sheet_cell){.type = SHEET_TEXT, .text = value.text};
    }
}

/* A cell as CSV text. */
static struct str cell_text(struct arena *arena, const struct sheet_cell *cell)
{
    int64_t magnitude = cell->integer < 0 ? -cell->integer : cell->integer;
    const char *sign = cell->integer < 0 ? "-" : "";
    switch (cell->type) {
    case SHEET_TEXT:
        return cell->text;
    case SHEET_INT:
        return str_format(arena, "%lld", (long long)cell->integer);
    case SHEET_MONEY:
        return str_format(arena, "%s%lld.%02lld", sign, (long long)(magnitude / 100), (long long)(magnitude % 100));
    case SHEET_PPM:
        return str_format(arena, "%s%lld.%02lld%%", sign, (long long)(magnitude / 10000),
                          (long long)(magnitude / 100 % 100));
    case SHEET_DECIMAL:
        return decimal_format(arena, cell->integer, cell->scale);
    case SHEET_DATE:
        return date_format(arena, cell->date);
    case SHEET_INSTANT:
        return str_format(arena, "%.*s %02d:%02d:%02d", STR_ARG(date_format(arena, cell->date)), cell->second / 3600,
                          cell->second / 60 % 60, cell->second % 60);
    default:
        return STR("");
    }
}

static enum err write_csv_row(struct output *output, struct arena *arena, const struct str *texts)
{
    struct buf line;
    buf_init(&line, arena);
    csv_add_row(&line, texts, output->column_count);
    bool written = fwrite(line.ptr, 1, line.len, output->csv) == line.len;
    return written
               ? OK
               : error_set(output->job->error, ERR_UNAVAILABLE, "The file cannot be written; the disk may be full.");
}

static enum err write_record(struct output *output, const struct request *request, const struct record_row *row)
{
    struct sheet_cell *cells = ARENA_ARRAY(request->arena, struct sheet_cell, output->column_count);
    struct str *texts = ARENA_ARRAY(request->arena, struct str, output->column_count);
    for (size_t i = 0; i < output->column_count; i++) {
        cells[i] = make_cell(output, request, row, output->columns[i]);
    }
    if (output->sheet != NULL) {
        return sheet_add_row(output->sheet, cells, output->column_count, output->job->error);
    }
    for (size_t i = 0; i < output->column_count; i++) {
        texts[i] = cell_text(request->arena, &cells[i]);
    }
    return write_csv_row(output, request->arena, texts);
}

/* The columns asked for, or all that the user may see. */
static void choose_columns(struct output *output, const struct request *request)
{
    const struct object *object = output->object;
    const json_t *names = json_object_get(output->job->input, "columns");
    size_t count = fields_count(object_fields(object));
    output->columns = ARENA_ARRAY(request->arena, size_t, count + json_array_size(names) + 1);
    for (size_t i = 0; i < json_array_size(names); i++) {
        struct str name = str_from(json_string_value(json_array_get(names, i)));
        const struct field *field = fields_find(object_fields(object), name);
        if (str_eq_c(name, "id")) {
            output->columns[output->column_count++] = ID_COLUMN;
        } else if (field != NULL && scope_field_access(request, object, field->name) > FIELD_ACCESS_HIDDEN) {
            output->columns[output->column_count++] = (size_t)(field - object_fields(object));
        }
    }
    for (size_t i = 0; names == NULL && i < count; i++) {
        if (scope_field_access(request, object, object_fields(object)[i].name) > FIELD_ACCESS_HIDDEN) {
            output->columns[output->column_count++] = i;
        }
    }
}

static enum err open_output(struct output *output, bool xlsx)
{
    struct job *job = output->job;
    struct str *headings = ARENA_ARRAY(job->arena, struct str, output->column_count + 1);
    for (size_t i = 0; i < output->column_count; i++) {
        size_t index = output->columns[i];
        const struct field *field = index == ID_COLUMN ? NULL : &object_fields(output->object)[index];
        headings[i] = field == NULL ? STR("ID") : str_from(output->chinese ? field->zh : field->en);
    }
    if (xlsx) {
        TRY(sheet_open(job->arena, job->result_path.ptr, job->config->data_dir, job->error, &output->sheet));
        return sheet_add(output->sheet, str_from(output->chinese ? output->object->zh : output->object->en), headings,
                         NULL, output->column_count, job->error);
    }
    output->csv = fopen(job->result_path.ptr, "we");
    if (output->csv == NULL) {
        return error_set(job->error, ERR_UNAVAILABLE, "The file cannot be made; the disk may be full.");
    }
    /* The mark tells Excel that the text is UTF-8. */
    fputs(CSV_BOM, output->csv);
    return write_csv_row(output, job->arena, headings);
}

static enum err write_pages(struct output *output, struct request *request, struct list_request *list, int64_t *done)
{
    size_t got = PAGE;
    struct arena *job_arena = request->arena;
    while (got == PAGE) {
        struct record_row *rows;
        request->arena = arena_create(256 * 1024 * 1024);
        enum err err = object_store_list(request, list, &rows, &got);
        for (size_t i = 0; i < got && err == OK; i++) {
            err = write_record(output, request, &rows[i]);
        }
        if (err == OK && got > 0) {
            list->after = true;
            list->after_value = value_dup(job_arena, rows[got - 1].values[list->sort_field]);
            list->after_id = rows[got - 1].id;
            *done += (int64_t)got;
        }
        arena_destroy(request->arena);
        request->arena = job_arena;
        TRY(err);
        TRY(job_progress(output->job, *done, 0, "export"));
    }
    return OK;
}

static enum err close_output(struct output *output)
{
    if (output->sheet != NULL) {
        return sheet_close(output->sheet, output->job->error);
    }
    bool closed = output->csv == NULL || fclose(output->csv) == 0;
    return closed ? OK
                  : error_set(output->job->error, ERR_UNAVAILABLE, "The file cannot be written; the disk may be full.");
}

enum err record_run_export(struct job *job, json_t **result_out)
{
    struct request request;
    struct list_request list;
    int64_t done = 0;
    const struct object *object = object_find(str_c(job->arena, json_get_str(job->input, "object")));
    const json_t *filter = json_object_get(job->input, "filter");
    bool xlsx = str_eq_c(json_get_str(job->input, "format"), "xlsx");
    if (object == NULL) {
        return refuse_unknown(job);
    }
    job_request(job, &request);
    TRY(object_list_read(&request, object, filter == NULL ? (struct str){0} : json_write(job->arena, filter),
                         json_get_str(job->input, "sort"), json_get_str(job->input, "q"), &list));
    list.limit = PAGE;
    struct output output = {
        .job = job, .object = object, .chinese = str_starts(json_get_str(job->input, "language"), STR("zh"))};
    TRY(company_currency(job->db, job->arena, &output.currency));
    choose_columns(&output, &request);
    enum err err = open_output(&output, xlsx);
    err = err == OK ? write_pages(&output, &request, &list, &done) : err;
    enum err closed = close_output(&output);
    TRY(err);
    TRY(closed);
    struct str name = str_format(job->arena, "%s-%.*s.%s", output.chinese ? object->zh : object->plural,
                                 STR_ARG(date_format(job->arena, job->today)), xlsx ? "xlsx" : "csv");
    *result_out = json_pack("{s:I,s:o}", "rows", (json_int_t)done, "file_name", json_str(name));
    return OK;
}

/* ---- recycle bin ---- */

struct purge {
    struct arena *arena;
    const struct object *object;
    int64_t id;
};

static enum err purge_one(struct db *db, void *context)
{
    struct purge *purge = context;
    return object_store_purge(db, purge->arena, purge->object, purge->id);
}

/* A record that others still name stays in the bin until they are gone. */
static enum err purge_object(struct job *job, const struct object *object, struct instant before, int64_t *removed)
{
    int64_t after = 0;
    size_t count = PAGE;
    while (count == PAGE) {
        struct arena *arena = arena_create(64 * 1024 * 1024);
        int64_t *ids;
        enum err err = object_store_purgeable(job->db, arena, object, before, after, PAGE, &ids, &count);
        for (size_t i = 0; i < count && err == OK; i++) {
            struct purge purge = {arena, object, ids[i]};
            err = db_tx(job->db, purge_one, &purge);
            *removed += err == OK;
            err = err == ERR_IN_USE ? OK : err;
            after = ids[i];
        }
        arena_destroy(arena);
        TRY(err);
        TRY(job_progress(job, *removed, 0, object->name));
    }
    return OK;
}

enum err record_run_purge(struct job *job, json_t **result_out)
{
    size_t count;
    int64_t removed = 0;
    struct instant before = {job->now.ms - PURGE_DAYS * 86400000LL};
    const struct object *const *objects = objects_all(&count);
    /* Children stand behind their parents in the list of features, so the walk goes backwards. */
    for (size_t i = count; i-- > 0;) {
        if ((objects[i]->flags & (OBJECT_NO_DELETE | OBJECT_DIRECTORY)) == 0) {
            TRY(purge_object(job, objects[i], before, &removed));
        }
    }
    TRY(workspace_store_forget_keys(job->db, job->arena, (struct instant){job->now.ms - 86400000LL}));
    *result_out = json_pack("{s:I}", "removed", (json_int_t)removed);
    return OK;
}
