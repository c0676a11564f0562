/* Targets and completion as a workbook, and targets back out of one. */
#ifndef DABIAO_TARGET_FILE_H
#define DABIAO_TARGET_FILE_H

#include "platform/job.h"
#include "target_rules.h"

/* The columns of the sheets: kind, number and name of the row, then month, month, month, quarter …, year. */
enum {
    TARGET_FILE_KIND,
    TARGET_FILE_ID,
    TARGET_FILE_NAME,
    TARGET_FILE_FIRST,
    TARGET_FILE_COLUMNS = TARGET_FILE_FIRST + 17
};

/* A word of the workbook in both languages: a file is read whatever language it was written in. */
struct target_file_word {
    const char *zh; /* Chinese */
    const char *en; /* English */
};
extern const struct target_file_word TARGET_FILE_SHEETS[4];   /* targets, actual, completion, about */
extern const struct target_file_word TARGET_FILE_HEADINGS[3]; /* kind, number, name */
extern const struct target_file_word TARGET_FILE_KINDS[3];    /* by enum target_table_kind */

/* Writes the workbook of job `target.export`: input year, measure, level, department_id (0: all), completion (all four
 * sheets, else without figures), language. */
enum err target_file_write(struct job *job, json_t **result_out) MUST_CHECK;

/* Why a cell or a row of the file is refused. */
struct target_file_fault {
    int64_t row;         /* as the spreadsheet numbers it */
    struct str column;   /* letters; empty: the whole row */
    struct str name;     /* of the row */
    struct str code;     /* stable word */
    struct str sentence; /* English */
};
/* A cell that would change. */
struct target_file_change {
    struct target_cell cell; /* with the stored version */
    int64_t before;          /* present amount */
    int64_t row;             /* as the spreadsheet numbers it */
    struct str column;       /* letters */
    struct str name;         /* of the row */
};
/* What is in the file. */
struct target_file {
    struct target_file_change *changes; /* by subject and month */
    size_t change_count;                /* in `changes` */
    struct target_file_fault *faults;   /* in the order of the file */
    size_t fault_count;                 /* in `faults` */
    int64_t cell_count;                 /* amounts that were read */
};
/* Reads the workbook in the request's body against the view's year, measure and level; changes nothing. Rows of totals
 * are passed over and empty cells left alone. Errors: ERR_IMPORT_UNREADABLE, ERR_INVALID (another year, measure or
 * level; no months; too large). */
enum err target_file_read(const struct target_view *view, struct target_file *out) MUST_CHECK;

#endif
