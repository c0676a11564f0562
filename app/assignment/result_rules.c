/* The result file of a batch: a row a customer, with what became of it and why. */
#include <stdio.h>

#include "engines/csv.h"
#include "engines/sheet_write.h"
#include "run_rules.h"

enum { PAGE = 500, COLUMNS = 8 };

/* One word in both languages. */
struct word {
    const char *code; /* in the database */
    const char *zh;   /* shown */
    const char *en;   /* shown */
};
static const struct word HEADINGS[COLUMNS] = {
    {"position", "序号", "No."},           {"line", "名单内容", "Line"},
    {"name", "客户名称", "Customer"},      {"from_owner", "原负责人", "Former owner"},
    {"to_owner", "新负责人", "New owner"}, {"result", "结果", "Result"},
    {"code", "原因代码", "Code"},          {"detail", "原因", "Reason"},
};
static const struct word RESULTS[] = {
    {"pending", "待处理", "Waiting"}, {"assigned", "已分配", "Assigned"}, {"kept", "未变更", "Kept"},
    {"refused", "被拒绝", "Refused"}, {"undone", "已撤回", "Undone"},     {NULL, NULL, NULL},
};
static const struct word REASONS[] = {
    {"not_found", "客户不存在或不可转移", NULL},
    {"duplicate", "名单中重复", NULL},
    {"unknown", "没有找到对应的客户", NULL},
    {"ambiguous", "对应多个客户，请使用编号", NULL},
    {"has_owner", "已有负责人，保持不变", NULL},
    {"open_deal", "有进行中的商机", NULL},
    {"protected", "受保护，保持不变", NULL},
    {"already_owner", "已由该负责人持有", NULL},
    {"over_capacity", "超出库容上限", NULL},
    {"no_rule", "不符合任何规则", NULL},
    {"not_active", "负责人已停用", NULL},
    {"changed", "期间已被他人转移", NULL},
    {"not_all", "有客户无法分配，全部未执行", NULL},
    {"cancelled", "执行前已取消", NULL},
    {"forbidden", "没有权限", NULL},
    {"deleted", "客户已被删除", NULL},
    {"moved", "客户已再次转移", NULL},
    {"followed_up", "之后有跟进", NULL},
    {"opportunity", "之后有商机", NULL},
    {"contract", "之后有合同", NULL},
    {NULL, NULL, NULL},
};

static struct str word_of(const struct word *words, struct str code, bool chinese, struct str fallback)
{
    for (; words->code != NULL; words++) {
        const char *text = chinese ? words->zh : words->en;
        if (str_eq_c(code, words->code) && text != NULL) {
            return str_from(text);
        }
    }
    return fallback;
}

/* A file in the making, of either format. */
struct output {
    struct job *job;            /* whose file */
    bool chinese;               /* language of words */
    FILE *csv;                  /* open when the format is CSV */
    struct sheet_writer *sheet; /* open when it is XLSX */
};

static enum err write_texts(struct output *output, struct arena *arena, const struct str *texts)
{
    struct buf line;
    struct sheet_cell cells[COLUMNS];
    if (output->sheet != NULL) {
        for (size_t i = 0; i < COLUMNS; i++) {
            cells[i] = (struct sheet_cell){.type = texts[i].len == 0 ? SHEET_EMPTY : SHEET_TEXT, .text = texts[i]};
        }
        return sheet_add_row(output->sheet, cells, COLUMNS, output->job->error);
    }
    buf_init(&line, arena);
    csv_add_row(&line, texts, COLUMNS);
    return fwrite(line.ptr, 1, line.len, output->csv) == line.len
               ? OK
               : error_set(output->job->error, ERR_UNAVAILABLE, "The file cannot be written; the disk may be full.");
}

static struct str or_empty(struct opt_str text)
{
    return text.set ? text.value : STR("");
}

static enum err write_line(struct output *output, struct arena *arena, const struct run_line *line)
{
    struct str code = or_empty(line->code);
    struct str texts[COLUMNS] = {
        str_format(arena, "%lld", (long long)line->position),
        or_empty(line->line),
        or_empty(line->name),
        or_empty(line->from_owner),
        or_empty(line->to_owner),
        word_of(RESULTS, line->result, output->chinese, line->result),
        code,
        word_of(REASONS, code, output->chinese, or_empty(line->detail)),
    };
    return write_texts(output, arena, texts);
}

static enum err write_lines(struct output *output, int64_t batch_id)
{
    struct request request;
    int64_t after = 0;
    size_t count = PAGE;
    job_request(output->job, &request);
    while (count == PAGE) {
        struct run_line *lines;
        request.arena = arena_create(64 * 1024 * 1024);
        enum err err = run_store_lines(&request, batch_id, (struct str){0}, after, PAGE, &lines, &count);
        for (size_t i = 0; i < count && err == OK; i++) {
            err = write_line(output, request.arena, &lines[i]);
            after = lines[i].position;
        }
        arena_destroy(request.arena);
        TRY(err);
        TRY(job_progress(output->job, 0, 0, "file"));
    }
    return OK;
}

static enum err open_file(struct output *output, bool xlsx)
{
    struct job *job = output->job;
    struct str headings[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) {
        headings[i] = str_from(output->chinese ? HEADINGS[i].zh : HEADINGS[i].en);
    }
    if (xlsx) {
        TRY(sheet_open(job->arena, str_c(job->arena, job->result_path), job->config->data_dir, job->error,
                       &output->sheet));
        return sheet_add(output->sheet, output->chinese ? STR("分配结果") : STR("Result"), headings, NULL, COLUMNS,
                         job->error);
    }
    output->csv = fopen(str_c(job->arena, job->result_path), "we");
    if (output->csv == NULL) {
        return error_set(job->error, ERR_UNAVAILABLE, "The file cannot be made; the disk may be full.");
    }
    fputs(CSV_BOM, output->csv); /* tells Excel that the text is UTF-8 */
    return write_texts(output, job->arena, headings);
}

static enum err close_file(struct output *output)
{
    if (output->sheet != NULL) {
        return sheet_close(output->sheet, output->job->error);
    }
    bool closed = output->csv == NULL || fclose(output->csv) == 0;
    return closed ? OK
                  : error_set(output->job->error, ERR_UNAVAILABLE, "The file cannot be written; the disk may be full.");
}

enum err assignment_write_file(struct job *job, int64_t batch_id, bool xlsx, struct str *name_out)
{
    struct output output = {.job = job, .chinese = str_starts(job->user->locale, STR("zh"))};
    enum err err = open_file(&output, xlsx);
    err = err == OK ? write_lines(&output, batch_id) : err;
    enum err closed = close_file(&output);
    TRY(err);
    TRY(closed);
    *name_out = str_format(job->arena, "%s-%lld.%s", output.chinese ? "分配结果" : "assignment-result",
                           (long long)batch_id, xlsx ? "xlsx" : "csv");
    return OK;
}
