/* Parts of an XLSX archive. A hostile archive costs no more than the limits: declared sizes and ratios are checked
 * before reading and real ones while reading; a doctype ends the parse, so there are no entities, inner or outer. */
#include "xlsx_part.h"

#include <string.h>

enum { CHUNK_SIZE = 16 * 1024, TOKEN_MAX = 1024 * 1024, RATIO_FREE_SIZE = 1024 * 1024 };

const char *xlsx_local(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon == NULL ? name : colon + 1;
}

struct str xlsx_attribute(const char **attributes, const char *name)
{
    for (; attributes[0] != NULL; attributes += 2) {
        if (strcmp(xlsx_local(attributes[0]), name) == 0) {
            return str_from(attributes[1]);
        }
    }
    return (struct str){0};
}

void xlsx_part_fail(struct xlsx_part *part, const char *failure)
{
    if (part->failure == NULL) {
        part->failure = failure;
    }
    (void)XML_StopParser(part->parser, XML_FALSE);
}

static void refuse_doctype(void *user, const XML_Char *name, const XML_Char *system_id, const XML_Char *public_id,
                           int has_internal_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    xlsx_part_fail(user, "the workbook declares a document type, which spreadsheets never do");
}

enum err xlsx_part_open(zip_t *zip, struct str path, const struct xlsx_handlers *handlers, void *context,
                        struct error *error, struct xlsx_part *out)
{
    char name[256];
    zip_stat_t stat;

    *out = (struct xlsx_part){.context = context};
    if (path.len >= sizeof(name)) {
        return ERR_NOT_FOUND;
    }
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    if (zip_stat(zip, name, ZIP_FL_NOCASE, &stat) != 0 || (stat.valid & ZIP_STAT_SIZE) == 0) {
        return ERR_NOT_FOUND;
    }
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "The workbook is protected by a password.");
    }
    uint64_t packed = (stat.valid & ZIP_STAT_COMP_SIZE) != 0 ? stat.comp_size : 0;
    if (stat.size > XLSX_PART_MAX || (stat.size > RATIO_FREE_SIZE && stat.size / XLSX_RATIO_MAX > packed)) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "The workbook unpacks to an unreasonable size.");
    }
    out->file = zip_fopen_index(zip, stat.index, 0);
    if (out->file == NULL) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "The workbook is damaged.");
    }
    out->size = stat.size;
    out->parser = XML_ParserCreate(NULL);
    if (out->parser == NULL) {
        xlsx_part_close(out);
        return error_set(error, ERR_INTERNAL, "There is no memory for the workbook.");
    }
    XML_SetUserData(out->parser, out);
    XML_SetElementHandler(out->parser, handlers->start, handlers->end);
    XML_SetCharacterDataHandler(out->parser, handlers->text);
    XML_SetStartDoctypeDeclHandler(out->parser, refuse_doctype);
    return OK;
}

/* Feeds one chunk. */
static enum XML_Status feed(struct xlsx_part *part)
{
    void *chunk = XML_GetBuffer(part->parser, CHUNK_SIZE);
    zip_int64_t got = chunk == NULL ? -1 : zip_fread(part->file, chunk, CHUNK_SIZE);

    if (got < 0) {
        part->failure = "the archive is damaged";
        return XML_STATUS_ERROR;
    }
    part->fed += (uint64_t)got;
    part->ended = got == 0;
    if (part->fed > part->size) {
        part->failure = "the archive unpacks to more than it declares";
        return XML_STATUS_ERROR;
    }
    enum XML_Status status = XML_ParseBuffer(part->parser, (int)got, part->ended);
    XML_Index parsed = XML_GetCurrentByteIndex(part->parser);
    if (status == XML_STATUS_OK && parsed >= 0 && part->fed - (uint64_t)parsed > TOKEN_MAX) {
        part->failure = "the workbook has an endless tag";
        return XML_STATUS_ERROR;
    }
    return status;
}

enum err xlsx_part_run(struct xlsx_part *part, struct error *error, bool *suspended)
{
    XML_ParsingStatus state;

    *suspended = false;
    for (;;) {
        XML_GetParsingStatus(part->parser, &state);
        if (state.parsing == XML_FINISHED) {
            return OK;
        }
        enum XML_Status status = state.parsing == XML_SUSPENDED ? XML_ResumeParser(part->parser) : feed(part);
        if (status == XML_STATUS_ERROR) {
            const char *what = part->failure;
            if (what == NULL) {
                what = XML_ErrorString(XML_GetErrorCode(part->parser));
            }
            return error_set(error, ERR_IMPORT_UNREADABLE, "The workbook cannot be read: %s.", what);
        }
        if (status == XML_STATUS_SUSPENDED) {
            *suspended = true;
            return OK;
        }
    }
}

void xlsx_part_close(struct xlsx_part *part)
{
    if (part->parser != NULL) {
        XML_ParserFree(part->parser);
    }
    if (part->file != NULL) {
        (void)zip_fclose(part->file);
    }
    *part = (struct xlsx_part){0};
}

enum err xlsx_part_read(zip_t *zip, struct str path, const struct xlsx_handlers *handlers, void *context,
                        struct error *error)
{
    struct xlsx_part part;
    bool suspended = false;

    TRY(xlsx_part_open(zip, path, handlers, context, error, &part));
    enum err result = xlsx_part_run(&part, error, &suspended);
    xlsx_part_close(&part);
    return result;
}
