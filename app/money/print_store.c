/* SQL of printing. */
#include "print_store.h"

static const struct column TEMPLATE[] = {COLUMN(struct print_template_row, id), COLUMN(struct print_template_row, name),
                                         COLUMN(struct print_template_row, object)};
STATEMENT_ROWS(GET_TEMPLATE, "print.template", struct print_template_row, TEMPLATE,
               "SELECT id, name, object FROM print_template WHERE id = ? AND is_active AND deleted_at IS NULL");
STATEMENT(LOG, "print.log",
          "INSERT INTO print_log (object, record_id, record_version, template_id, template_name, with_prices, "
          "printed_at, printed_by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
static const struct column PRINT[] = {
    COLUMN(struct print_row, id),
    COLUMN(struct print_row, record_version),
    COLUMN(struct print_row, template_name),
    COLUMN(struct print_row, with_prices),
    COLUMN(struct print_row, printed_at),
    COLUMN(struct print_row, printed_by),
};
STATEMENT_ROWS(LIST, "print.list", struct print_row, PRINT,
               "SELECT l.id, l.record_version, l.template_name, l.with_prices, l.printed_at, u.name AS printed_by "
               "FROM print_log l JOIN `user` u ON u.id = l.printed_by_id WHERE l.object = ? AND l.record_id = ? "
               "ORDER BY l.id DESC LIMIT 200");
/* The one column of a row. */
struct text {
    struct str value; /* as stored */
};
static const struct column TEXT[] = {COLUMN(struct text, value)};
STATEMENT_ROWS(SEAL, "print.seal", struct text, TEXT, "SELECT image AS value FROM seal WHERE id = 1");
STATEMENT(SET_SEAL, "print.set_seal",
          "INSERT INTO seal (id, image, updated_at, updated_by_id) VALUES (1, ?, ?, ?) ON DUPLICATE KEY UPDATE "
          "image = VALUES(image), updated_at = VALUES(updated_at), updated_by_id = VALUES(updated_by_id)");
STATEMENT(DROP_SEAL, "print.drop_seal", "DELETE FROM seal WHERE id = 1");

enum err print_store_template(struct db *db, struct arena *arena, int64_t id, struct print_template_row *out)
{
    return db_one(db, arena, &GET_TEMPLATE, ARGS(V(id)), out);
}

enum err print_store_log(struct request *request, const struct print_template_row *row, int64_t record_id,
                         int64_t record_version, bool with_prices)
{
    return db_exec(request->db, request->arena, &LOG,
                   ARGS(V(row->object), V(record_id), V(record_version), V(row->id), V(row->name), V(with_prices),
                        V(request->now), request_actor(request)));
}

enum err print_store_list(struct db *db, struct arena *arena, struct str object, int64_t record_id,
                          struct print_row **rows_out, size_t *count_out)
{
    return db_many(db, arena, &LIST, ARGS(V(object), V(record_id)), rows_out, count_out);
}

enum err print_store_seal(struct db *db, struct arena *arena, struct str *out)
{
    return db_one(db, arena, &SEAL, NO_ARGS, out);
}

enum err print_store_set_seal(struct request *request, struct str image)
{
    return db_exec(request->db, request->arena, &SET_SEAL, ARGS(V(image), V(request->now), request_actor(request)));
}

enum err print_store_drop_seal(struct request *request)
{
    return db_exec(request->db, request->arena, &DROP_SEAL, NO_ARGS);
}
