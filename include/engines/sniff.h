/* What the bytes of a file are, whatever its name says. */
#ifndef DABIAO_ENGINES_SNIFF_H
#define DABIAO_ENGINES_SNIFF_H

#include <stdbool.h>

#include "platform/str.h"

/* The media type of a file people attach to records: pictures, PDF, office files, sound, video, archives, plain text.
 * NULL for what is none of these: programs, scripts, web pages and drawings that a browser would run. */
const char *sniff_type(struct str bytes);
/* True for types that a browser shows without running anything: pictures and PDF. */
bool sniff_is_shown(const char *type);

#endif
