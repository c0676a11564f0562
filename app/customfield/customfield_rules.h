/* Definitions of custom fields: how they are read, checked, kept, and what names them. */
#ifndef DABIAO_APP_CUSTOMFIELD_RULES_H
#define DABIAO_APP_CUSTOMFIELD_RULES_H

#include "customfield_store.h"
#include "platform/job.h"

/* A definition and its options. */
struct definition {
    struct custom_row row;
    const struct object *object;
    enum custom_kind kind;
    struct custom_option_row *options; /* in their order */
    size_t option_count;               /* in `options` */
};

/* Loads one. `lock` inside a transaction. Errors: ERR_NOT_FOUND. */
enum err definition_load(struct request *request, int64_t id, bool lock, struct definition *out) MUST_CHECK;
/* All of one object (or of all, `object` empty), in their order. */
enum err definition_list(struct request *request, struct str object, bool deleted, struct definition **out,
                         size_t *count_out) MUST_CHECK;
/* Reads the body over what is there; all faults are told. Errors: ERR_INVALID. */
enum err definition_read(struct request *request, bool is_new, struct definition *definition) MUST_CHECK;
/* Name from the body's code or from the label: unique, never given before. */
enum err definition_name(struct request *request, struct definition *definition) MUST_CHECK;
/* The field it is; formula and roll-up read. */
void definition_field(struct request *request, const struct definition *definition, struct field *out);
json_t *definition_json(struct request *request, const struct definition *definition);
/* The path of a circle through formulas and roll-ups that the definition would close, or empty. */
struct str definition_cycle(struct request *request, const struct definition *definition, const struct field *field);

enum err definition_create(struct request *request, struct definition *definition) MUST_CHECK;
enum err definition_update(struct request *request, const struct definition *before,
                           struct definition *definition) MUST_CHECK;
enum err definition_delete(struct request *request, int64_t id, int64_t version) MUST_CHECK;
enum err definition_restore(struct request *request, int64_t id) MUST_CHECK;
enum err definition_purge(struct request *request, int64_t id) MUST_CHECK;
/* What names it, and how many records hold a value. */
enum err definition_impact(struct request *request, const struct definition *definition, bool *can_delete_out,
                           json_t **out) MUST_CHECK;

/* POST /formulas/check */
enum err formula_check(struct request *request, json_t **out) MUST_CHECK;
/* Builds an index without stopping anybody. */
enum err index_run(struct job *job, json_t **result_out) MUST_CHECK;
enum err customfield_examine(struct db *db, bool repair, void (*difference)(void *context, struct str sentence),
                             void *context, int64_t *wrong_out) MUST_CHECK;

enum err layout_get(struct request *request, const struct object *object, json_t **out) MUST_CHECK;
enum err layout_put(struct request *request, const struct object *object) MUST_CHECK;
enum err layout_delete(struct request *request, const struct object *object) MUST_CHECK;

#endif
