/* JSON through Jansson: strict on the way in, plain getters for bodies that fields_check has accepted. */
#ifndef DABIAO_PLATFORM_JSON_H
#define DABIAO_PLATFORM_JSON_H

#include <jansson.h>

#include "platform/arena.h"
#include "platform/err.h"
#include "platform/values.h"

enum { JSON_DEPTH_MAX = 32, JSON_STRING_MAX = 1024 * 1024 };

/* Parses a body: object or array at the top, no duplicate keys, valid UTF-8, integers in range, depth and string
 * limits. The tree joins the arena. Errors: ERR_BAD_JSON with what and where (line, column); the member to blame is a
 * refused field. */
enum err json_read(struct arena *arena, struct str text, struct error *error, json_t **out) MUST_CHECK;
/* Compact text in the arena. */
struct str json_write(struct arena *arena, const json_t *json);
/* Append what json_write gives for an integer and for json_str(text), null included; `arena` as of the buffer. */
void json_write_int(struct buf *buf, int64_t number);
void json_write_str(struct arena *arena, struct buf *buf, struct str text);
/* Gives the tree to the arena's cleanup list and returns it. */
json_t *json_keep(struct arena *arena, json_t *json);

/* Members of a checked object; the default when absent or null. Texts borrow from the tree. */
int64_t json_get_int(const json_t *object, const char *name, int64_t fallback);
struct str json_get_str(const json_t *object, const char *name); /* ptr NULL when absent */
bool json_get_bool(const json_t *object, const char *name, bool fallback);
bool json_has(const json_t *object, const char *name); /* present, null too */
struct opt_int json_get_opt_int(const json_t *object, const char *name);
struct opt_date json_get_opt_date(const json_t *object, const char *name);
/* A JSON string of a text; no text gives null, bytes that are no UTF-8 become U+FFFD. */
json_t *json_str(struct str text);
json_t *json_date(struct arena *arena, struct date date);
json_t *json_opt_date(struct arena *arena, struct opt_date date);
json_t *json_instant(struct arena *arena, struct instant instant);
json_t *json_opt_instant(struct arena *arena, struct opt_instant instant);
json_t *json_opt_int(struct opt_int value);
json_t *json_opt_str(struct opt_str value);

#endif
