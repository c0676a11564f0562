/* Patterns that texts of custom fields must match: the part of regular expressions that people use, run in time
 * proportional to the text, whatever the pattern (no backtracking). The whole text must match; ^ and $ may be written
 * or left out.
 *
 * Grammar: characters; . any; [abc] [^a-z] classes; \d digit, \w letter, digit or _, \s space, \D \W \S the others; \x
 * the character x itself; ( ) groups; | either; * + ? {2} {2,} {2,5} how often, at most PATTERN_REPEAT_MAX. */
#ifndef DABIAO_ENGINES_PATTERN_H
#define DABIAO_ENGINES_PATTERN_H

#include "platform/arena.h"
#include "platform/str.h"

enum { PATTERN_LENGTH_MAX = 300, PATTERN_REPEAT_MAX = 100, PATTERN_STEPS_MAX = 3000 };

struct pattern;

/* NULL when the text is no pattern or would be too large. Borrows nothing but the arena. */
const struct pattern *pattern_parse(struct arena *arena, struct str text);
/* Whether all of the text matches. */
bool pattern_matches(struct arena *arena, const struct pattern *pattern, struct str text);

#endif
