/* What the one company has set, for those who need no more of it than that. */
#ifndef DABIAO_PLATFORM_COMPANY_H
#define DABIAO_PLATFORM_COMPANY_H

#include "platform/db.h"

/* ISO 4217: of amounts that name no other, and of those that are added up over currencies. */
enum err company_currency(struct db *db, struct arena *arena, struct str *out) MUST_CHECK;

#endif
