/* Holds every statement of the program against the configured database. */
#include "platform/check_sql.h"

#include "platform/db.h"

enum err check_sql_run(const struct config *config, FILE *out)
{
    struct db *db = db_create(config, DB_WRITE);
    size_t count;
    size_t complaints = 0;
    const struct stmt *const *statements = db_statements(&count);
    enum err err = db_connect(db);
    for (size_t i = 0; i < count && err != ERR_UNAVAILABLE; i++) {
        err = db_check(db, statements[i]);
        if (err != OK) {
            fprintf(out, "%s: %.*s\n", statements[i]->name, STR_ARG(db_failed_message(db)));
            complaints++;
        }
    }
    fprintf(out, "%zu statements, %zu complaints\n", count, complaints);
    db_destroy(db);
    if (err == ERR_UNAVAILABLE) {
        return err;
    }
    return complaints == 0 ? OK : ERR_INVALID;
}
