/* Business dates of moments: the part of values.h that needs the system's time zone database.
 *
 * The C library reads the database and knows one zone at a time. A process serves one company, so it is switched once
 * and asked ever after; a second zone in the same process costs a switch, not a leak. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "platform/values.h"

enum { ZONE_NAME_MAX = 64, HOUR_SECONDS = 3600, DAY_SECONDS = 86400 };

bool zone_is_known(const char *zone)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    char path[128];
    char magic[4] = {0};
    size_t len = strlen(zone);
    if (len == 0 || len >= ZONE_NAME_MAX || zone[0] == '/' || strspn(zone, allowed) != len) {
        return false;
    }
    if (strcmp(zone, "UTC") == 0) {
        return true;
    }
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    bool is_zone = fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, "TZif", sizeof magic) == 0;
    fclose(file);
    return is_zone;
}

static void use_zone(const char *zone)
{
    static char current[ZONE_NAME_MAX];
    if (current[0] != '\0' && strcmp(current, zone) == 0) {
        return;
    }
    setenv("TZ", zone_is_known(zone) ? zone : "UTC", 1);
    tzset();
    /* Unknown names are remembered too, so that they are not looked up for each date. */
    snprintf(current, sizeof current, "%s", zone);
}

/* Seconds east of UTC at a moment, in the zone in use. */
static int64_t offset_at(int64_t seconds)
{
    time_t moment = (time_t)seconds;
    struct tm tm;
    return localtime_r(&moment, &tm) == NULL ? 0 : tm.tm_gmtoff;
}

/* Division that rounds towards minus infinity, for moments before 1970. */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t day_of(int64_t seconds)
{
    return floor_div(seconds + offset_at(seconds), DAY_SECONDS);
}

struct date instant_date(struct instant instant, const char *zone)
{
    use_zone(zone);
    return (struct date){(int32_t)day_of(floor_div(instant.ms, 1000))};
}

struct instant date_start(struct date date, const char *zone)
{
    use_zone(zone);
    int64_t midnight = (int64_t)date.days * DAY_SECONDS;
    int64_t guess = midnight - offset_at(midnight - offset_at(midnight));
    if (day_of(guess) == date.days && day_of(guess - 1) < date.days) {
        return (struct instant){guess * 1000};
    }
    /* Clocks change around this midnight: look for the second in which the date begins. No zone is further from UTC
     * than a day and two hours. */
    int64_t before = midnight - 26 * HOUR_SECONDS;
    int64_t after = midnight + 26 * HOUR_SECONDS;
    while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;
        if (day_of(middle) < date.days) {
            before = middle;
        } else {
            after = middle;
        }
    }
    return (struct instant){after * 1000};
}
