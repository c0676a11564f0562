/* What became of an interval, as one number: assignment.profile. Intervals with the same number are alike for every
 * figure of the tracking page, so the database counts them by it, and a figure's filter is asked once for each number.
 */
#ifndef DABIAO_PROFILE_RULES_H
#define DABIAO_PROFILE_RULES_H

#include "platform/http.h"

/* Bits by which tables and comparisons count; the bits above tell how fast and how it ended. */
enum { PROFILE_TABLE_BITS = 0xFF };

/* Bounds of response_minutes between which intervals are alike. */
enum { PROFILE_RESPONSES = 6, PROFILE_CURVE = 9 };
extern const int PROFILE_RESPONSE_MINUTES[PROFILE_RESPONSES];
/* Days after the assignment at which the curve of deals is read. */
extern const int PROFILE_CURVE_DAYS[PROFILE_CURVE];

/* An interval with this profile: values by field index of ASSIGNMENT, which has `count` fields; those that the profile
 * says nothing of are absent. `is_late`: its first follow-up is due before now. */
struct value *profile_values(struct request *request, size_t count, int64_t profile, bool is_late);
/* Whether it came from another owner. */
bool profile_has_former_owner(int64_t profile);

#endif
