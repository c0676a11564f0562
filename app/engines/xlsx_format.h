/* Number formats of spreadsheets: what a number in a cell means. */
#ifndef DABIAO_APP_ENGINES_XLSX_FORMAT_H
#define DABIAO_APP_ENGINES_XLSX_FORMAT_H

#include "platform/arena.h"
#include "platform/str.h"

enum cell_kind { CELL_NUMBER, CELL_DATE, CELL_TIME, CELL_PERCENT };

/* By number of a built-in format. */
enum cell_kind xlsx_builtin_kind(int64_t id);
/* By the code of a custom format: "yyyy/m/d" → CELL_DATE, "[h]:mm" → CELL_TIME, "0.00%" → CELL_PERCENT. */
enum cell_kind xlsx_custom_kind(struct str code);
/* A number as stored ("1.1000000000000001", "1E-3") as text of the kind. What cannot be one comes back as it is. */
struct str xlsx_number_text(struct arena *arena, struct str stored, enum cell_kind kind, bool base_1904);

#endif
