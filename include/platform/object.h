/* Business records as data: one table of fields an object, from which list, get, create, update, delete, restore,
 * transfer, search, aggregate, export, import, forms and the OpenAPI file are made. What an object alone knows lives in
 * its hooks. Every write of a record, from page, API, bulk, import or job, goes through record_create/update/… here. */
#ifndef DABIAO_PLATFORM_OBJECT_H
#define DABIAO_PLATFORM_OBJECT_H

#include "platform/field.h"
#include "platform/http.h"
#include "platform/move.h"
#include "platform/permission.h"
#include "platform/query.h"
#include "platform/route.h"

enum object_flag {
    OBJECT_DIRECTORY = 1 << 0, /* seen whole by everyone with the view permission (users, departments, products) */
    OBJECT_GRAMS = 1 << 1,     /* its label is searchable by any two characters (search_gram) */
    OBJECT_NO_CREATE = 1 << 2, /* the feature has its own create / update / delete routes */
    OBJECT_NO_DELETE = 1 << 3, /* never deleted, only disabled */
    OBJECT_HISTORY = 1 << 4, /* rows tell what was: the program writes them, nobody imports, shares, finds by search or
                                takes them over */
    OBJECT_VIEWS = 1 << 5,   /* `complete` writes down who opened one: GET one runs in a transaction */
    OBJECT_POOLED = 1 << 7, /* has held_since, and pool_id and pool_entered_at for what nobody holds: moves keep them */
    OBJECT_CUSTOM = 1 << 8, /* administrators may add fields (custom.h) */
    OBJECT_NAMES_KEPT = 1 << 6, /* few, and named by most records: workers keep their labels (directory.h) */
};

enum record_action { RECORD_CREATE, RECORD_UPDATE, RECORD_DELETE, RECORD_RESTORE };

struct object;

/* One write of one record on its way. */
struct record_change {
    const struct object *object; /* of which kind */
    enum record_action action;   /* what happens */
    int64_t id;                  /* 0 before the insert */
    const struct value *before;  /* by field index; NULL on create */
    struct value *after;         /* by field index; hooks may change it in `prepare` */
    json_t *body;                /* as sent, or NULL: nested parts such as lines */
    struct str reason;           /* given by the user, or empty */
    bool importing;              /* original created_at / created_by are kept; missing references may be created */
    bool amends;                 /* a change order changes what was agreed */
};

/* A field that is closed in the rows of one place. */
struct field_closing {
    struct str field;         /* name */
    int64_t place;            /* value of the object's place_column */
    enum field_access access; /* hidden or masked there */
};

/* A child that follows its parent on transfer and blocks or follows its deletion. */
struct object_child {
    const char *object; /* name */
    const char *column; /* reference to the parent */
    const char *choice; /* transfer checkbox: "contacts", "open_opportunities", … */
    const char *only;   /* SQL literal condition of the choice, alias t, or NULL */
    bool deleted_along; /* goes to the recycle bin with the parent; otherwise its existence forbids that */
};

/* A kind of business record. */
struct object {
    const char *name;           /* "customer" */
    const char *zh, *en;        /* what people call one: 客户, customer */
    const char *plural;         /* URL segment: "customers" */
    const char *table;          /* SQL table */
    const struct field *fields; /* built in, ended by FIELD_END; standard ones by OBJECT_STANDARD_FIELDS; read them by
                                   object_fields() */
    enum permission view, create, edit, remove, export, import, transfer; /* PERM_… */
    const char *owner_column;                                             /* "owner_id", or NULL for directories */
    const char *department_column;                                        /* "department_id", or NULL */
    const char *parent_object;           /* also in scope when this parent record is, or NULL */
    const char *parent_column;           /* reference to it */
    const char *default_sort;            /* "-updated_at" */
    const char *date_field;              /* business date used by calendars and default filters, or NULL */
    unsigned flags;                      /* enum object_flag */
    const struct object_child *children; /* ended by a row without object, or NULL */
    /* Takes the locks that come before the record's own (its parents'); id 0 and the body of a new one, no body when it
     * is deleted or restored. May be NULL. */
    enum err (*lock)(struct request *request, int64_t id, const json_t *body);
    /* Checks rules and derives fields before the write; refusals through req->error. May be NULL. */
    enum err (*prepare)(struct request *request, struct record_change *change);
    /* Follows the write in the same transaction: lines, histories, metrics. May be NULL. */
    enum err (*saved)(struct request *request, const struct record_change *change);
    /* Before owners change (also of a record about to be created: id 0): may refuse single moves. May be NULL. */
    enum err (*moving)(struct request *request, const struct object *object, struct record_move *moves, size_t count,
                       const struct move_options *options);
    /* After owners changed, and after a record was created with one, in the same transaction. Moves that are refused or
     * unchanged are among them. May be NULL. */
    enum err (*moved)(struct request *request, const struct object *object, const struct record_move *moves,
                      size_t count, const struct move_options *options);
    /* Rows of another object seen in the place where they lie (customers in pools): that object's name, whose field
     * rights and search hold here too, and the column that names the place; rows without one do not count. */
    const char *same_as, *place_column;
    /* Places whose rows the user sees by `scope_terms`: each is a list of its own. */
    enum err (*places)(const struct request *request, int64_t **ids_out, size_t *count_out);
    /* Fields closed to the user in the rows of some places; `many`: where many are shown, not one that was opened. A
     * field closed in any of them serves neither filter, sort, search nor sums. May be NULL. */
    enum err (*closings)(struct request *request, bool many, struct field_closing **out, size_t *count_out);
    /* Adds terms ("t.x IN …") to the scope predicate: " OR " before each but the first, counted in `terms`. May be
     * NULL. */
    void (*scope_terms)(struct query *query, const struct request *request, const char *alias, bool for_write,
                        size_t *terms);
    /* Before a record is removed for good: what belongs to it goes too. May be NULL. */
    enum err (*purged)(struct db *db, struct arena *arena, int64_t id);
    /* More ways to find records by a text than label and codes: adds " OR …" for each (alias t). May be NULL. */
    void (*search_match)(const struct request *request, struct query *query, struct str text);
    /* The same as SELECTs of ids (search_add_few); `few_out` becomes false when one finds too many. With search_match.
     */
    enum err (*search_ids)(struct request *request, struct query *query, struct str text, bool *few_out);
    /* Where a record that GET one does not find alive is now; its own id when nowhere. The answer is that record with
     * `merged_from_id`. May be NULL. */
    enum err (*resolve)(struct request *request, int64_t id, int64_t *out);
    /* Adds members to the answer of GET one. May be NULL. */
    enum err (*complete)(struct request *request, int64_t id, json_t *record);
    const struct field *extra_body;   /* nested body members beside the fields (lines), or NULL */
    const struct field *extra_answer; /* members that `complete` adds, or NULL */
};

/* Whether records of the kind are only read: nobody imports, shares or takes them over. */
static inline bool object_is_read_only(const struct object *object)
{
    return (object->flags & OBJECT_HISTORY) != 0 || object->place_column != NULL;
}

/* The columns every record table has. */
#define OBJECT_STANDARD_FIELDS                                                                                         \
    {.name = "created_at",                                                                                             \
     .zh = "创建时间",                                                                                                 \
     .en = "Created",                                                                                                  \
     .type = FIELD_INSTANT,                                                                                            \
     .flags = FIELD_READ_ONLY | FIELD_SORTABLE,                                                                        \
     .about = "when created"},                                                                                         \
        {.name = "created_by_id",                                                                                      \
         .zh = "创建人",                                                                                               \
         .en = "Created by",                                                                                           \
         .type = FIELD_REF,                                                                                            \
         .ref = "user",                                                                                                \
         .flags = FIELD_READ_ONLY | FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST,                                             \
         .about = "who created it"},                                                                                   \
    {                                                                                                                  \
        .name = "updated_at", .zh = "更新时间", .en = "Updated", .type = FIELD_INSTANT,                                \
        .flags = FIELD_READ_ONLY | FIELD_SORTABLE, .about = "last change"                                              \
    }

/* Owner and department of records that belong to somebody: the owner is chosen on create and changed by transfer. */
#define OBJECT_OWNER_FIELDS                                                                                            \
    {.name = "owner_id",                                                                                               \
     .zh = "负责人",                                                                                                   \
     .en = "Owner",                                                                                                    \
     .type = FIELD_REF,                                                                                                \
     .ref = "user",                                                                                                    \
     .flags = FIELD_CREATE_ONLY | FIELD_NULLABLE,                                                                      \
     .about = "whose record it is; the asking user unless given"},                                                     \
    {                                                                                                                  \
        .name = "department_id", .zh = "所属部门", .en = "Department", .type = FIELD_REF, .ref = "department",         \
        .flags = FIELD_READ_ONLY | FIELD_NULLABLE, .about = "the owner's department when the record came to the owner" \
    }

/* What no other field takes. */
#define OBJECT_REMARK_FIELD                                                                                            \
    {                                                                                                                  \
        .name = "remark", .zh = "备注", .en = "Remark", .type = FIELD_LONG_TEXT, .max = 4000,                          \
        .flags = FIELD_NULLABLE | FIELD_HIDDEN_IN_LIST, .about = "anything else"                                       \
    }

/* Where a reference leads: an object, or a table that is not one (region, pipeline, stage, close_reason). */
struct reference {
    const char *table;           /* SQL table */
    const char *label;           /* column by which a person names the row */
    const struct object *object; /* NULL when it is no object */
    bool has_deleted_at;         /* the table has a recycle bin */
    bool names_kept;             /* by platform/directory.h */
};
/* Asserts that the reference is known. */
struct reference reference_find(const char *name);
/* Name of the label member beside a reference: "owner_id" → "owner_name". */
struct str reference_label_member(struct arena *arena, const struct field *field);
/* Likewise for tags: "tag_ids" → "tag_names". */
struct str tags_label_member(struct arena *arena, const struct field *field);

const struct object *object_find(const char *name);
const struct object *const *objects_all(size_t *count_out);
/* The object's fields, ended by one without name. They stay as they are during a request or a job. */
const struct field *object_fields(const struct object *object);
/* Index of a field in object_fields(); asserts that it exists. */
size_t object_field(const struct object *object, const char *name);
const struct field *object_label(const struct object *object);
/* Value of a field in a change, after and before. */
struct value change_after(const struct record_change *change, const char *name);
struct value change_before(const struct record_change *change, const char *name);
void change_set(struct record_change *change, const char *name, struct value value);
bool change_differs(const struct record_change *change, const char *name);
/* For `prepare` on create: the record belongs to this owner (and the owner's department) unless the body names one. A
 * null owner changes nothing. */
enum err change_default_owner(struct request *request, struct record_change *change,
                              struct opt_int owner_id) MUST_CHECK;

/* How a write differs from the ordinary one. */
struct record_options {
    bool importing;                /* see record_change */
    struct opt_instant created_at; /* original time (import) */
    struct opt_int created_by_id;  /* original creator (import) */
    bool unscoped;                 /* rules acting for the company, not for the user */
    struct str reason;             /* for history */
    bool amends;                   /* see record_change */
};

/* The records of a request's user. Errors: ERR_NOT_FOUND outside the scope, ERR_FORBIDDEN, ERR_INVALID,
 * ERR_STALE_VERSION, ERR_DUPLICATE, ERR_IN_USE. `options` may be NULL. */
enum err record_load(struct request *request, const struct object *object, int64_t id, bool for_write,
                     struct value **values_out, int64_t *version_out) MUST_CHECK;
enum err record_create(struct request *request, const struct object *object, json_t *body,
                       const struct record_options *options, int64_t *id_out) MUST_CHECK;
enum err record_update(struct request *request, const struct object *object, int64_t id, int64_t version, json_t *body,
                       const struct record_options *options) MUST_CHECK; /* version 0: whatever it is (jobs, import) */
/* Whether changes for many records, standing at `name` of the body, could be made to any: their shape, and the user's
 * right to the fields they name. Errors: ERR_INVALID. */
enum err record_check_changes(struct request *request, const struct object *object, json_t *changes,
                              const char *name) MUST_CHECK;
enum err record_delete(struct request *request, const struct object *object, int64_t id, int64_t version) MUST_CHECK;
/* The same for rules acting for the company, whatever its version. */
enum err record_delete_unscoped(struct request *request, const struct object *object, int64_t id) MUST_CHECK;
enum err record_restore(struct request *request, const struct object *object, int64_t id) MUST_CHECK;
/* Owner changes; `choices` names the children that follow (NULL-terminated): those of the same owner. */
enum err record_transfer(struct request *request, const struct object *object, int64_t id, int64_t owner_id,
                         const struct move_options *options, const char *const *choices) MUST_CHECK;
/* One record as the API shows it, masked by field permissions. */
enum err record_answer(struct request *request, const struct object *object, int64_t id, json_t **out) MUST_CHECK;

#endif
