/* Parts of an XLSX archive: opened within limits, parsed as XML without doctype, entities or endless tokens. */
#ifndef DABIAO_APP_ENGINES_XLSX_PART_H
#define DABIAO_APP_ENGINES_XLSX_PART_H

#include <expat.h>
#include <zip.h>

#include "engines/xlsx.h"

/* One part being parsed. Users embed their state behind `context`. */
struct xlsx_part {
    zip_file_t *file;    /* unpacked stream */
    XML_Parser parser;   /* fed from it */
    uint64_t size;       /* unpacked bytes as declared */
    uint64_t fed;        /* unpacked bytes so far */
    bool ended;          /* the parser has everything */
    const char *failure; /* what a handler found wrong, or NULL */
    void *context;       /* of the handlers */
};

/* What the handlers of a part are. They get the struct xlsx_part as user data. */
struct xlsx_handlers {
    XML_StartElementHandler start;
    XML_EndElementHandler end;
    XML_CharacterDataHandler text;
};

/* Opens a part by its path. ERR_NOT_FOUND when the archive has none; ERR_IMPORT_UNREADABLE past the limits. */
enum err xlsx_part_open(zip_t *zip, struct str path, const struct xlsx_handlers *handlers, void *context,
                        struct error *error, struct xlsx_part *out) MUST_CHECK;
/* Goes on until a handler suspends the parser (`*suspended`) or the part ends. */
enum err xlsx_part_run(struct xlsx_part *part, struct error *error, bool *suspended) MUST_CHECK;
/* Called by handlers: stops the parse with a reason. */
void xlsx_part_fail(struct xlsx_part *part, const char *failure);
void xlsx_part_close(struct xlsx_part *part);
/* Opens, runs to the end and closes. */
enum err xlsx_part_read(zip_t *zip, struct str path, const struct xlsx_handlers *handlers, void *context,
                        struct error *error) MUST_CHECK;
/* An XML name without its prefix. */
const char *xlsx_local(const char *name);
/* An attribute by its local name, or no text. */
struct str xlsx_attribute(const char **attributes, const char *name);

#endif
