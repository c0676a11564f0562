/* Workbook-wide parts: relationships, sheet list, shared strings, styles. */
#include "xlsx_book.h"

#include <string.h>

#include "engines/notation.h"

/* One relationship of the workbook. */
struct relation {
    struct str id;   /* "rId1" */
    struct str type; /* last word of the type: "worksheet", "styles" … */
    struct str path; /* part in the archive */
};

enum { RELATION_MAX = 1000, CUSTOM_FORMAT_MAX = 4096, NAME_MAX_BYTES = 1024 };

/* What the handlers of the small parts fill. */
struct book_scan {
    struct xlsx_book *book;       /* result */
    struct str folder;            /* of the part whose relationships are read: "xl/" or "" */
    struct relation *relations;   /* RELATION_MAX of them */
    size_t relation_count;        /* in `relations` */
    int64_t *custom_ids;          /* custom number formats */
    enum cell_kind *custom_kinds; /* their kinds */
    size_t custom_count;          /* in both */
    bool in_cell_formats;         /* inside cellXfs */
    struct buf text;              /* shared string being read */
    size_t text_bytes;            /* of all shared strings */
    bool in_text;                 /* inside t */
    bool in_phonetic;             /* inside rPh: reading aids are no text */
    size_t block_count;           /* taken in string_blocks */
};

static void ignore_end(void *user, const XML_Char *name)
{
    (void)user;
    (void)name;
}

static void ignore_text(void *user, const XML_Char *text, int len)
{
    (void)user;
    (void)text;
    (void)len;
}

/* A target as path in the archive: "/xl/a.xml" and "../a.xml" resolved against the folder "xl/". */
static struct str resolve(struct arena *arena, struct str folder, struct str target)
{
    if (str_starts(target, STR("/"))) {
        return str_dup(arena, str_slice(target, 1, target.len));
    }
    while (str_starts(target, STR("../"))) {
        target = str_slice(target, 3, target.len);
        size_t len = folder.len == 0 ? 0 : folder.len - 1;
        while (len > 0 && folder.ptr[len - 1] != '/') {
            len--;
        }
        folder = str_slice(folder, 0, len);
    }
    return str_format(arena, "%.*s%.*s", STR_ARG(folder), STR_ARG(target));
}

/* What follows the last slash. */
static struct str last_word(struct str text)
{
    size_t from = text.len;

    while (from > 0 && text.ptr[from - 1] != '/') {
        from--;
    }
    return str_slice(text, from, text.len);
}

/* A copy of an attribute; too long ones count as absent. */
static struct str name_attribute(struct arena *arena, const char **attributes, const char *name)
{
    struct str text = xlsx_attribute(attributes, name);

    return text.len > NAME_MAX_BYTES ? (struct str){0} : str_dup(arena, text);
}

static void relation_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_part *part = user;
    struct book_scan *scan = part->context;

    if (strcmp(xlsx_local(name), "Relationship") != 0) {
        return;
    }
    if (scan->relation_count == RELATION_MAX) {
        xlsx_part_fail(part, "the workbook has too many parts");
        return;
    }
    struct arena *arena = scan->book->arena;
    scan->relations[scan->relation_count++] = (struct relation){
        .id = name_attribute(arena, attributes, "Id"),
        .type = last_word(name_attribute(arena, attributes, "Type")),
        .path = resolve(arena, scan->folder, name_attribute(arena, attributes, "Target")),
    };
}

static const struct relation *relation_by_type(const struct book_scan *scan, const char *type)
{
    for (size_t i = 0; i < scan->relation_count; i++) {
        if (str_eq_c(scan->relations[i].type, type)) {
            return &scan->relations[i];
        }
    }
    return NULL;
}

static const struct relation *relation_by_id(const struct book_scan *scan, struct str id)
{
    for (size_t i = 0; i < scan->relation_count; i++) {
        if (str_eq(scan->relations[i].id, id)) {
            return &scan->relations[i];
        }
    }
    return NULL;
}

static void workbook_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_part *part = user;
    struct book_scan *scan = part->context;
    struct xlsx_book *book = scan->book;

    if (strcmp(xlsx_local(name), "workbookPr") == 0) {
        struct str base = xlsx_attribute(attributes, "date1904");
        book->base_1904 = str_eq_c(base, "1") || str_eq_c(base, "true");
    }
    if (strcmp(xlsx_local(name), "sheet") != 0) {
        return;
    }
    const struct relation *relation = relation_by_id(scan, xlsx_attribute(attributes, "id"));
    if (relation == NULL || !str_eq_c(relation->type, "worksheet")) {
        return;
    }
    if (book->sheet_count == TABLE_SHEET_MAX) {
        xlsx_part_fail(part, "the workbook has too many sheets");
        return;
    }
    book->sheet_names[book->sheet_count] = name_attribute(book->arena, attributes, "name");
    book->sheet_paths[book->sheet_count++] = relation->path;
}

static void add_custom_format(struct book_scan *scan, const XML_Char **attributes)
{
    if (scan->custom_count == CUSTOM_FORMAT_MAX ||
        !str_to_i64(xlsx_attribute(attributes, "numFmtId"), &scan->custom_ids[scan->custom_count])) {
        return;
    }
    scan->custom_kinds[scan->custom_count++] = xlsx_custom_kind(xlsx_attribute(attributes, "formatCode"));
}

static enum cell_kind kind_of_format(const struct book_scan *scan, int64_t id)
{
    for (size_t i = 0; i < scan->custom_count; i++) {
        if (scan->custom_ids[i] == id) {
            return scan->custom_kinds[i];
        }
    }
    return xlsx_builtin_kind(id);
}

static void styles_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_part *part = user;
    struct book_scan *scan = part->context;
    const char *local = xlsx_local(name);
    int64_t id = 0;

    if (strcmp(local, "cellXfs") == 0) {
        scan->in_cell_formats = true;
    } else if (strcmp(local, "numFmt") == 0) {
        add_custom_format(scan, attributes);
    } else if (strcmp(local, "xf") == 0 && scan->in_cell_formats) {
        if (scan->book->format_count == FORMAT_MAX) {
            xlsx_part_fail(part, "the workbook has too many styles");
            return;
        }
        (void)str_to_i64(xlsx_attribute(attributes, "numFmtId"), &id);
        scan->book->formats[scan->book->format_count++] = kind_of_format(scan, id);
    }
}

static void styles_end(void *user, const XML_Char *name)
{
    struct xlsx_part *part = user;
    struct book_scan *scan = part->context;

    if (strcmp(xlsx_local(name), "cellXfs") == 0) {
        scan->in_cell_formats = false;
    }
}

static void strings_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct xlsx_part *part = user;
    struct book_scan *scan = part->context;
    const char *local = xlsx_local(name);

    (void)attributes;
    if (strcmp(local, "si") == 0) {
        scan->text.len = 0;
    } else if (strcmp(local, "rPh") == 0) {
        scan->in_phonetic = true;
    } else if (strcmp(local, "t") == 0) {
        scan->in_text = !scan->in_phonetic;
    }
}

static void strings_text(void *user, const XML_Char *text, int len)
{
    struct xlsx_part *part = user;
    struct book_scan *scan = part->context;

    if (!scan->in_text) {
        return;
    }
    scan->text_bytes += (size_t)len;
    if (scan->text_bytes > XLSX_STRINGS_MAX || scan->text.len + (size_t)len > TABLE_CELL_MAX) {
        xlsx_part_fail(part, "the workbook holds too much text");
        return;
    }
    buf_add(&scan->text, str_n(text, (size_t)len));
}

/* Puts a finished shared string at the end. */
static void add_string(struct book_scan *scan, struct str text)
{
    struct xlsx_book *book = scan->book;
    size_t block = book->string_count / STRING_BLOCK;

    if (block == scan->block_count) {
        book->string_blocks[block] = ARENA_ARRAY(book->arena, struct str, STRING_BLOCK);
        scan->block_count++;
    }
    struct str kept = text.len == 0 ? STR("") : str_dup(book->arena, text);
    book->string_blocks[block][book->string_count++ % STRING_BLOCK] = xlsx_unescape(book->arena, kept);
}

static void strings_end(void *user, const XML_Char *name)
{
    struct xlsx_part *part = user;
    struct book_scan *scan = part->context;
    const char *local = xlsx_local(name);

    if (strcmp(local, "t") == 0) {
        scan->in_text = false;
    } else if (strcmp(local, "rPh") == 0) {
        scan->in_phonetic = false;
    } else if (strcmp(local, "si") == 0) {
        if (scan->book->string_count == XLSX_STRING_COUNT_MAX) {
            xlsx_part_fail(part, "the workbook holds too many texts");
            return;
        }
        add_string(scan, buf_str(&scan->text));
    }
}

/* The code point of "_xHHHH_" at `at`, or -1. */
static int escape_at(struct str text, size_t at)
{
    int value = 0;

    if (at + 7 > text.len || text.ptr[at] != '_' || text.ptr[at + 1] != 'x' || text.ptr[at + 6] != '_') {
        return -1;
    }
    for (size_t i = at + 2; i < at + 6; i++) {
        const char *hex = "0123456789abcdef";
        const char *digit = memchr(hex, text.ptr[i] | 0x20, 16);
        if (digit == NULL) {
            return -1;
        }
        value = value * 16 + (int)(digit - hex);
    }
    return value;
}

struct str xlsx_unescape(struct arena *arena, struct str text)
{
    struct buf out;

    if (str_find(text, STR("_x")) == SIZE_MAX && str_find(text, STR("\r")) == SIZE_MAX) {
        return text;
    }
    buf_init(&out, arena);
    for (size_t i = 0; i < text.len;) {
        int escaped = escape_at(text, i);
        bool usable = escaped == '\n' || escaped == '\t' || (escaped >= ' ' && (escaped < 0xD800 || escaped > 0xDFFF));
        if (usable) {
            buf_add_utf8(&out, (uint32_t)escaped);
        } else if (escaped < 0 && text.ptr[i] != '\r') {
            buf_add_char(&out, text.ptr[i]);
        }
        i += escaped < 0 ? 1 : 7;
    }
    return out.len == 0 ? STR("") : buf_str(&out);
}

bool xlsx_book_string(const struct xlsx_book *book, int64_t index, struct str *out)
{
    if (index < 0 || (size_t)index >= book->string_count) {
        return false;
    }
    *out = book->string_blocks[index / STRING_BLOCK][index % STRING_BLOCK];
    return true;
}

static enum err not_a_workbook(struct error *error)
{
    return error_set(error, ERR_IMPORT_UNREADABLE, "The file is not an XLSX workbook.");
}

/* Finds the workbook part and reads its relationships. */
static enum err read_relations(zip_t *zip, struct book_scan *scan, struct str *workbook_out, struct error *error)
{
    static const struct xlsx_handlers handlers = {relation_start, ignore_end, ignore_text};
    enum err result = xlsx_part_read(zip, STR("_rels/.rels"), &handlers, scan, error);

    if (result != OK) {
        return result == ERR_NOT_FOUND ? not_a_workbook(error) : result;
    }
    const struct relation *root = relation_by_type(scan, "officeDocument");
    if (root == NULL) {
        return not_a_workbook(error);
    }
    struct str file = last_word(root->path);
    *workbook_out = root->path;
    scan->folder = str_slice(root->path, 0, root->path.len - file.len);
    scan->relation_count = 0;
    struct str path = str_format(scan->book->arena, "%.*s_rels/%.*s.rels", STR_ARG(scan->folder), STR_ARG(file));
    result = xlsx_part_read(zip, path, &handlers, scan, error);
    return result == ERR_NOT_FOUND ? not_a_workbook(error) : result;
}

/* Reads a part that a workbook may lack. */
static enum err read_optional(zip_t *zip, struct book_scan *scan, const char *type,
                              const struct xlsx_handlers *handlers, struct error *error)
{
    const struct relation *relation = relation_by_type(scan, type);

    if (relation == NULL) {
        return OK;
    }
    enum err result = xlsx_part_read(zip, relation->path, handlers, scan, error);
    return result == ERR_NOT_FOUND ? OK : result;
}

enum err xlsx_book_read(zip_t *zip, struct xlsx_book *book, struct error *error)
{
    static const struct xlsx_handlers workbook = {workbook_start, ignore_end, ignore_text};
    static const struct xlsx_handlers styles = {styles_start, styles_end, ignore_text};
    static const struct xlsx_handlers strings = {strings_start, strings_end, strings_text};
    struct arena *arena = book->arena;
    struct book_scan scan = {.book = book};
    struct str path = {0};

    scan.relations = ARENA_ARRAY(arena, struct relation, RELATION_MAX);
    scan.custom_ids = ARENA_ARRAY(arena, int64_t, CUSTOM_FORMAT_MAX);
    scan.custom_kinds = ARENA_ARRAY(arena, enum cell_kind, CUSTOM_FORMAT_MAX);
    buf_init(&scan.text, arena);
    book->sheet_names = ARENA_ARRAY(arena, struct str, TABLE_SHEET_MAX);
    book->sheet_paths = ARENA_ARRAY(arena, struct str, TABLE_SHEET_MAX);
    book->formats = ARENA_ARRAY(arena, enum cell_kind, FORMAT_MAX);
    book->string_blocks = ARENA_ARRAY(arena, struct str *, XLSX_STRING_COUNT_MAX / STRING_BLOCK + 1);
    TRY(read_relations(zip, &scan, &path, error));
    enum err result = xlsx_part_read(zip, path, &workbook, &scan, error);
    if (result != OK) {
        return result == ERR_NOT_FOUND ? not_a_workbook(error) : result;
    }
    if (book->sheet_count == 0) {
        return error_set(error, ERR_IMPORT_UNREADABLE, "The workbook has no sheet with cells.");
    }
    TRY(read_optional(zip, &scan, "styles", &styles, error));
    return read_optional(zip, &scan, "sharedStrings", &strings, error);
}
