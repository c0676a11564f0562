/* SQL of the search by text. Names are found by any two of their characters (search_gram), codes and numbers by how
 * they begin, through their unique index. What is found that way is then checked against the whole text. */
#include "platform/object_search.h"

#include <string.h>

#include "engines/gram.h"
#include "platform/object_answer.h"
#include "platform/object_select.h"

enum { GRAMS_LOOKED_AT = 8 };

/* A LIKE pattern: %, _ and \ of the text stand for themselves. */
static struct str like_pattern(struct arena *arena, struct str text, bool at_start)
{
    struct buf pattern;
    buf_init(&pattern, arena);
    if (!at_start) {
        buf_add_char(&pattern, '%');
    }
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' || text.ptr[i] == '_' || text.ptr[i] == '\\') {
            buf_add_char(&pattern, '\\');
        }
        buf_add_char(&pattern, text.ptr[i]);
    }
    buf_add_char(&pattern, '%');
    return buf_str(&pattern);
}

static bool is_searched(const struct request *request, const struct object *object, const struct field *field)
{
    return field->type == FIELD_TEXT && (field->flags & (FIELD_LABEL | FIELD_UNIQUE)) != 0 &&
           object_any_access(request, object, field->name) >= FIELD_ACCESS_READ;
}

/* Codes and numbers; directories are small enough to look anywhere in them. */
static bool by_beginning(const struct object *object, const struct field *field)
{
    return (field->flags & FIELD_UNIQUE) != 0 && (object->flags & OBJECT_DIRECTORY) == 0;
}

static void add_like(struct query *query, const struct object *object, const struct field *field, struct str text)
{
    query_sql(query, "t.");
    select_table(query, field->name);
    query_sql(query, " LIKE ");
    query_arg(query, V(like_pattern(query->sql.arena, text, by_beginning(object, field))));
}

void search_add_match(const struct request *request, struct query *query, const struct object *object, struct str text)
{
    const char *word = " AND (";
    for (const struct field *field = object_fields(object); field->name != NULL; field++) {
        if (is_searched(request, object, field)) {
            query_sql(query, word);
            add_like(query, object, field, text);
            word = " OR ";
        }
    }
    if (strcmp(word, " OR ") != 0) {
        query_sql(query, " AND (FALSE");
    }
    if (object->search_match != NULL) {
        object->search_match(request, query, text);
    }
    query_sql(query, ")");
}

enum err search_count_few(struct request *request, const struct query *ids, int64_t *out)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT COUNT(*) FROM (");
    query_append(&query, ids);
    query_sql(&query, " LIMIT ");
    query_arg(&query, V((int64_t)SEARCH_COMMON));
    query_sql(&query, ") c");
    struct rows rows;
    TRY(db_query(request->db, request->arena, query_text(&query), query_args(&query), &rows));
    *out = rows_get(&rows, 0, 0).integer;
    return OK;
}

/* Whose grams the object's rows have. */
static const struct object *grams_of(const struct object *object)
{
    return object->same_as == NULL ? object : object_find(object->same_as);
}

static struct query select_gram(struct request *request, const struct object *object, struct str gram)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT g.record_id AS id FROM search_gram g WHERE g.object = ");
    query_arg(&query, V(grams_of(object)->name));
    query_sql(&query, " AND g.gram = ");
    query_arg(&query, V(gram));
    return query;
}

/* The records with the rarest two characters of the text; `count_out` is SEARCH_COMMON when they are not few. */
static enum err rarest_gram(struct request *request, const struct object *object, struct str text, struct query *query,
                            int64_t *count_out)
{
    struct str grams[GRAM_MAX];
    size_t count = gram_cut(request->arena, text, grams);
    *count_out = SEARCH_COMMON;
    for (size_t i = 0; i < count && i<GRAMS_LOOKED_AT && * count_out> 0; i++) {
        if (str_chars(grams[i]) < 2) {
            continue;
        }
        struct query found = select_gram(request, object, grams[i]);
        int64_t records = 0;
        TRY(search_count_few(request, &found, &records));
        if (records < *count_out) {
            *count_out = records;
            *query = found;
        }
    }
    return OK;
}

static struct query select_beginning(struct request *request, const struct object *object, const struct field *field,
                                     struct str text)
{
    struct query query;
    query_init(&query, request->arena);
    query_sql(&query, "SELECT t.id FROM ");
    select_table(&query, object->table);
    query_sql(&query, " t WHERE ");
    add_like(&query, object, field, text);
    return query;
}

/* Those that match by one field: `count_out` is SEARCH_COMMON when they are not few, or nothing finds them. */
static enum err find_by(struct request *request, const struct object *object, const struct field *field,
                        struct str text, struct query *query, int64_t *count_out)
{
    *count_out = SEARCH_COMMON;
    if (by_beginning(object, field)) {
        *query = select_beginning(request, object, field, text);
        return search_count_few(request, query, count_out);
    }
    return (grams_of(object)->flags & OBJECT_GRAMS) == 0 ? OK : rarest_gram(request, object, text, query, count_out);
}

void search_add_ids(struct query *query, const struct query *ids)
{
    query_sql(query, query->sql.len == 0 ? "" : " UNION ");
    query_append(query, ids);
}

enum err search_add_few(struct request *request, struct query *query, const struct query *ids, bool *few_out)
{
    int64_t count = 0;
    TRY(search_count_few(request, ids, &count));
    *few_out = count < SEARCH_COMMON;
    if (*few_out) {
        search_add_ids(query, ids);
    }
    return OK;
}

enum err search_candidates(struct request *request, const struct object *object, struct str text, struct query *query,
                           bool *few_out)
{
    *few_out = false;
    query_init(query, request->arena);
    for (const struct field *field = object_fields(object); field->name != NULL; field++) {
        if (!is_searched(request, object, field)) {
            continue;
        }
        struct query found;
        int64_t count = 0;
        TRY(find_by(request, object, field, text, &found, &count));
        if (count >= SEARCH_COMMON) {
            return OK;
        }
        search_add_ids(query, &found);
    }
    *few_out = true;
    TRY(object->search_ids == NULL ? OK : object->search_ids(request, query, text, few_out));
    *few_out = *few_out && query->sql.len > 0;
    return OK;
}
