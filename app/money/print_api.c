/* Routes of printing. */
#include "print_api.h"

#include "print_rules.h"

static enum err get_seal(struct request *request, struct response *response)
{
    json_t *image;
    TRY(seal_get(request, &image));
    response->json = json_keep(request->arena, json_pack("{s:o}", "image", image));
    return OK;
}

static enum err set_seal(struct request *request, struct response *response)
{
    TRY(seal_set(request, request->json));
    return get_seal(request, response);
}

static enum err print(struct request *request, struct response *response)
{
    TRY(print_record(request, request->json));
    response->status = 201;
    response->json =
        json_keep(request->arena, json_pack("{s:o}", "printed_at", json_instant(request->arena, request->now)));
    return OK;
}

static enum err list_prints(struct request *request, struct response *response)
{
    int64_t record_id = 0;
    json_t *items;
    TRY(request_query_int(request, "record_id", 0, 1, PRINT_ID_MAX, &record_id));
    TRY(print_list(request, request_query(request, "object"), record_id, &items));
    response->json = json_keep(request->arena, json_pack("{s:O}", "items", items));
    return OK;
}

static const struct field SEAL[] = {
    {.name = "image",
     .type = FIELD_LONG_TEXT,
     .max = 500000,
     .flags = FIELD_REQUIRED | FIELD_NULLABLE,
     .about = "data URL of a PNG or JPEG picture of at most 300 KB; null: none"},
    FIELD_END,
};
static const struct field PRINT_BODY[] = {
    {.name = "object",
     .type = FIELD_ENUM,
     .options = PRINT_OBJECTS,
     .flags = FIELD_REQUIRED,
     .about = "kind of record"},
    {.name = "record_id", .type = FIELD_INT, .min = 1, .max = PRINT_ID_MAX, .flags = FIELD_REQUIRED, .about = "record"},
    {.name = "template_id",
     .type = FIELD_INT,
     .min = 1,
     .max = PRINT_ID_MAX,
     .flags = FIELD_REQUIRED,
     .about = "a template in use for that kind"},
    {.name = "with_prices", .type = FIELD_BOOL, .about = "true unless given"},
    FIELD_END,
};
static const struct field PRINTED[] = {
    {.name = "printed_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when"}, FIELD_END};
static const struct field PRINTS_QUERY[] = {
    {.name = "object",
     .type = FIELD_ENUM,
     .options = PRINT_OBJECTS,
     .flags = FIELD_REQUIRED,
     .about = "kind of record"},
    {.name = "record_id", .type = FIELD_INT, .min = 1, .max = PRINT_ID_MAX, .flags = FIELD_REQUIRED, .about = "record"},
    FIELD_END,
};
static const struct field PRINT_ITEM[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "entry"},
    {.name = "record_version", .type = FIELD_INT, .flags = FIELD_REQUIRED, .about = "of the record as printed"},
    {.name = "template_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "at that time"},
    {.name = "with_prices", .type = FIELD_BOOL, .flags = FIELD_REQUIRED, .about = "amounts were on it"},
    {.name = "printed_at", .type = FIELD_INSTANT, .flags = FIELD_REQUIRED, .about = "when"},
    {.name = "printed_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .about = "by whom"},
    FIELD_END,
};
static const struct field PRINTS[] = {
    {.name = "items", .type = FIELD_LIST, .fields = PRINT_ITEM, .flags = FIELD_REQUIRED, .about = "newest first"},
    FIELD_END,
};

static const struct route ROUTES[] = {
    {"GET", "/seal", "seal.get", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, NULL, SEAL, get_seal, NULL,
     "The company's seal, for what is printed."},
    {"PUT", "/seal", "seal.update", PERM_COMPANY_EDIT, 0, RECORDS_NONE, NULL, NULL, SEAL, SEAL, set_seal, NULL,
     "Changes the company's seal."},
    {"POST", "/prints", "print.create", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, NULL, PRINT_BODY, PRINTED, print,
     NULL, "Writes down that somebody prints a record."},
    {"GET", "/prints", "print.list", PERMISSION_SIGNED_IN, 0, RECORDS_NONE, NULL, PRINTS_QUERY, NULL, PRINTS,
     list_prints, NULL, "Who printed a record when."},
    {0},
};
static const struct object *const OBJECTS[] = {&PRINT_TEMPLATE, NULL};

const struct feature PRINT_FEATURE = {.name = "money", .routes = ROUTES, .objects = OBJECTS};
