/* One cell of an import: from text to the JSON value a record body wants. */
#ifndef DABIAO_IMPORT_CELL_H
#define DABIAO_IMPORT_CELL_H

#include "engines/notation.h"
#include "platform/field.h"
#include "platform/http.h"

/* How the cells of one mapped column are read. */
struct cell_style {
    enum date_order order;      /* of dates with the year last */
    struct number_style number; /* comma or point */
    bool minor_units;           /* money is written in minor units */
    int digits;                 /* of money, behind the point */
    int64_t factor;             /* money is written in units of this many (万: 10,000); 1 otherwise */
    bool login;                 /* make a sign-in name: "Moses Frase" → "moses.frase" */
    const json_t *values;       /* replacements {text: text}, or NULL */
};

/* Cuts the next name off a list of names, whatever mark parts them. False at the end. */
bool cell_cut(struct str *rest, struct str *name);
/* The value, or NULL after naming the fault: a stable code and an English sentence. References are not read here. */
json_t *cell_json(struct request *request, const struct field *field, struct str text, const struct cell_style *style,
                  const char **code_out, const char **message_out);
/* "Moses  Frase" → "moses.frase": lower case, runs of other characters become one point; other scripts stay. */
struct str cell_login(struct arena *arena, struct str text);

#endif
