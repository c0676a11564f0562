/* Keys, letters and digits of customers and contacts. */
#include "customer_index_rules.h"

#include <string.h>

#include "customer_index_store.h"
#include "engines/company_key.h"
#include "engines/pinyin.h"
#include "platform/tx.h"

enum { CHUNK = 500, INITIALS_MAX = 255, KEY_CHARS_MAX = 255 };

/* ---- names ---- */

static struct name_row make_name(struct arena *arena, int64_t id, struct str name)
{
    struct str key = company_key(arena, name);
    return (struct name_row){
        .id = id,
        .name_key = key.len == 0 ? STR("") : key,
        .initials = str_slice(pinyin_initials(arena, key), 0, INITIALS_MAX),
    };
}

static size_t make_letters(struct arena *arena, int64_t id, struct str initials, struct letters_row *out)
{
    struct str triples[PINYIN_TRIPLES_MAX];
    size_t count = pinyin_triples(arena, initials, triples);
    for (size_t i = 0; i < count; i++) {
        out[i] = (struct letters_row){triples[i], id};
    }
    return count;
}

static enum err change_letters(struct db *db, struct arena *arena, int64_t id, struct str before, struct str after)
{
    struct letters_row rows[PINYIN_TRIPLES_MAX];
    if (str_eq(before, after)) {
        return OK;
    }
    size_t count = make_letters(arena, id, before, rows);
    TRY(count == 0 ? OK : index_store_drop_letters(db, arena, rows, count));
    count = make_letters(arena, id, after, rows);
    return count == 0 ? OK : index_store_add_letters(db, arena, rows, count);
}

static enum err save_name(struct request *request, const struct record_change *change)
{
    struct str before = {0};
    if (change->before != NULL) {
        TRY(index_store_initials(request->db, request->arena, change->id, &before));
    }
    struct name_row row = make_name(request->arena, change->id, change_after(change, "name").text);
    TRY(change_letters(request->db, request->arena, change->id, before, row.initials));
    return index_store_names(request->db, request->arena, &row, 1);
}

/* ---- numbers ---- */

static enum err save_phone(struct request *request, const struct record_change *change, const char *field,
                           int64_t customer_id)
{
    const char *object = change->object->name;
    struct value phone = change_after(change, field);
    struct str digits = phone.type == VALUE_TEXT ? phone_digits(request->arena, phone.text) : (struct str){0};
    if (digits.len == 0) {
        return change->before == NULL ? OK
                                      : index_store_drop_phone(request->db, request->arena, object, change->id, field);
    }
    const struct phone_row row = {str_from(object), change->id, str_from(field), customer_id, digits};
    return index_store_put_phones(request->db, request->arena, &row, 1);
}

static bool counts_for_completeness(const struct record_change *change)
{
    for (size_t i = 0; object_fields(change->object)[i].name != NULL; i++) {
        const char *name = object_fields(change->object)[i].name;
        if (completeness_store_counts(name) && change_differs(change, name)) {
            return true;
        }
    }
    return false;
}

enum err customer_index_saved(struct request *request, const struct record_change *change)
{
    if (change->action != RECORD_CREATE && change->action != RECORD_UPDATE) {
        return OK;
    }
    if (change->before == NULL || change_differs(change, "name")) {
        TRY(save_name(request, change));
    }
    if (change_differs(change, "phone")) {
        TRY(save_phone(request, change, "phone", change->id));
    }
    return counts_for_completeness(change) ? completeness_store_refresh(request->db, request->arena, &change->id, 1)
                                           : OK;
}

/* A contact that works elsewhere now is found there, and makes both customers more or less complete. */
enum err contact_index_saved(struct request *request, const struct record_change *change)
{
    static const char *const numbers[] = {"mobile", "phone"};
    int64_t customers[2] = {change_after(change, "customer_id").integer};
    bool moved = change->before != NULL && change_differs(change, "customer_id");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (moved || change_differs(change, numbers[i])) {
            TRY(save_phone(request, change, numbers[i], customers[0]));
        }
    }
    if (moved) {
        customers[1] = change_before(change, "customer_id").integer;
    }
    return completeness_store_refresh(request->db, request->arena, customers, moved ? 2 : 1);
}

enum err customer_index_purged(struct db *db, struct arena *arena, int64_t id)
{
    struct str initials;
    TRY(index_store_initials(db, arena, id, &initials));
    TRY(change_letters(db, arena, id, initials, (struct str){0}));
    return index_store_drop_phones(db, arena, "customer", id);
}

enum err contact_index_purged(struct db *db, struct arena *arena, int64_t id)
{
    return index_store_drop_phones(db, arena, "contact", id);
}

/* ---- everything again ---- */

/* A rebuild on its way. */
struct rebuild {
    struct arena *arena; /* emptied for each chunk */
    int64_t after_id;    /* last id done */
    int64_t reached;     /* last id of the chunk in work */
    size_t count;        /* its rows */
};

static void add_phone(struct rebuild *rebuild, struct phone_row *rows, size_t *count, struct phone_row row,
                      struct opt_str phone)
{
    row.digits = phone.set ? phone_digits(rebuild->arena, phone.value) : (struct str){0};
    if (row.digits.len > 0) {
        rows[(*count)++] = row;
    }
}

/* Letters of one chunk: out with those that no longer fit, in with all. */
static enum err write_letters(struct db *db, struct rebuild *rebuild, const struct indexed_customer *customers,
                              const struct name_row *names)
{
    struct letters_row *rows = ARENA_ARRAY(rebuild->arena, struct letters_row, rebuild->count * PINYIN_TRIPLES_MAX);
    size_t count = 0;
    for (size_t i = 0; i < rebuild->count; i++) {
        if (!str_eq(customers[i].initials, names[i].initials)) {
            count += make_letters(rebuild->arena, customers[i].id, customers[i].initials, rows + count);
        }
    }
    TRY(count == 0 ? OK : index_store_drop_letters(db, rebuild->arena, rows, count));
    count = 0;
    for (size_t i = 0; i < rebuild->count; i++) {
        count += make_letters(rebuild->arena, customers[i].id, names[i].initials, rows + count);
    }
    return count == 0 ? OK : index_store_add_letters(db, rebuild->arena, rows, count);
}

static enum err rebuild_customers(struct db *db, void *context)
{
    struct rebuild *rebuild = context;
    struct indexed_customer *rows;
    arena_reset(rebuild->arena);
    TRY(index_store_customers(db, rebuild->arena, rebuild->after_id, CHUNK, &rows, &rebuild->count));
    rebuild->reached = rebuild->count == 0 ? INT64_MAX : rows[rebuild->count - 1].id;
    TRY(index_store_drop_phone_range(db, rebuild->arena, "customer", rebuild->after_id, rebuild->reached));
    if (rebuild->count == 0) {
        return OK;
    }
    struct name_row *names = ARENA_ARRAY(rebuild->arena, struct name_row, rebuild->count);
    struct phone_row *phones = ARENA_ARRAY(rebuild->arena, struct phone_row, rebuild->count);
    int64_t *ids = ARENA_ARRAY(rebuild->arena, int64_t, rebuild->count);
    size_t phone_count = 0;
    for (size_t i = 0; i < rebuild->count; i++) {
        ids[i] = rows[i].id;
        names[i] = make_name(rebuild->arena, rows[i].id, rows[i].name);
        const struct phone_row phone = {STR("customer"), rows[i].id, STR("phone"), rows[i].id, {0}};
        add_phone(rebuild, phones, &phone_count, phone, rows[i].phone);
    }
    TRY(write_letters(db, rebuild, rows, names));
    TRY(index_store_names(db, rebuild->arena, names, rebuild->count));
    TRY(phone_count == 0 ? OK : index_store_put_phones(db, rebuild->arena, phones, phone_count));
    return completeness_store_refresh(db, rebuild->arena, ids, rebuild->count);
}

static enum err rebuild_contacts(struct db *db, void *context)
{
    struct rebuild *rebuild = context;
    struct indexed_contact *rows;
    arena_reset(rebuild->arena);
    TRY(index_store_contacts(db, rebuild->arena, rebuild->after_id, CHUNK, &rows, &rebuild->count));
    rebuild->reached = rebuild->count == 0 ? INT64_MAX : rows[rebuild->count - 1].id;
    TRY(index_store_drop_phone_range(db, rebuild->arena, "contact", rebuild->after_id, rebuild->reached));
    struct phone_row *phones = ARENA_ARRAY(rebuild->arena, struct phone_row, rebuild->count * 2 + 1);
    size_t phone_count = 0;
    for (size_t i = 0; i < rebuild->count; i++) {
        struct phone_row phone = {STR("contact"), rows[i].id, STR("mobile"), rows[i].customer_id, {0}};
        add_phone(rebuild, phones, &phone_count, phone, rows[i].mobile);
        phone.field = STR("phone");
        add_phone(rebuild, phones, &phone_count, phone, rows[i].phone);
    }
    return phone_count == 0 ? OK : index_store_put_phones(db, rebuild->arena, phones, phone_count);
}

/* Chunk after chunk in transactions of their own; a job that is taken again begins anew, and finds most of it done. */
static enum err walk(struct job *job, struct rebuild *rebuild, enum err (*chunk)(struct db *, void *), int64_t last_id,
                     const char *phase)
{
    rebuild->after_id = 0;
    while (rebuild->after_id < last_id) {
        TRY(db_tx(job->db, chunk, rebuild));
        rebuild->after_id = rebuild->reached;
        TRY(job_progress(job, rebuild->after_id < last_id ? rebuild->after_id : last_id, last_id, phase));
    }
    return OK;
}

static enum err run(struct job *job, struct rebuild *rebuild)
{
    int64_t last_customer = 0;
    int64_t last_contact = 0;
    TRY(index_store_last_ids(job->db, job->arena, &last_customer, &last_contact));
    TRY(walk(job, rebuild, rebuild_customers, last_customer, "customers"));
    return walk(job, rebuild, rebuild_contacts, last_contact, "contacts");
}

enum err customer_index_run(struct job *job, json_t **result_out)
{
    struct rebuild rebuild = {.arena = arena_create((size_t)256 * 1024 * 1024)};
    enum err err = run(job, &rebuild);
    arena_destroy(rebuild.arena);
    *result_out = NULL;
    return err;
}
