/* Lists of ids. */
#ifndef DABIAO_PLATFORM_IDS_H
#define DABIAO_PLATFORM_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ascending and each once, in place. Returns how many are left. */
size_t ids_sort(int64_t *ids, size_t count);
/* Whether an ascending list has it. */
bool ids_have(const int64_t *sorted, size_t count, int64_t id);

#endif
