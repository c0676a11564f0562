/* Two passes: what was said, then the rest. Room that was promised in the first pass is not there in the second, so
 * what was said always holds; how much is open for the proportions is counted by the order of the sources alone, so
 * that a word about later money moves earlier money as little as can be. */
#include "engines/line_share.h"

/* The lines on their way. */
struct lines {
    struct arena *arena; /* scratch */
    size_t count;        /* of lines */
    int64_t *open;       /* by line: total less the sources in front */
    int64_t *room;       /* by line: total less what is given or promised */
};

static int64_t smallest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t sum_of(const int64_t *amounts, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += amounts[i];
    }
    return sum;
}

static int64_t part_of(int64_t total, int64_t weight, int64_t weights)
{
    return weights == 0 ? 0 : (int64_t)((__int128)total * weight / weights);
}

static int64_t remainder_of(int64_t total, int64_t weight, int64_t weights)
{
    return (int64_t)((__int128)total * weight % weights);
}

void line_split(struct arena *arena, int64_t total, const int64_t *weights, size_t count, int64_t *parts_out)
{
    int64_t sum = sum_of(weights, count);
    bool *topped = ARENA_ARRAY(arena, bool, count + 1);
    int64_t left = sum == 0 ? 0 : total;
    for (size_t i = 0; i < count; i++) {
        parts_out[i] = part_of(total, weights[i], sum);
        left -= parts_out[i];
        topped[i] = false;
    }
    for (; left > 0; left--) {
        size_t best = count;
        for (size_t i = 0; i < count; i++) {
            bool more = best == count || remainder_of(total, weights[i], sum) > remainder_of(total, weights[best], sum);
            best = !topped[i] && weights[i] > 0 && more ? i : best;
        }
        topped[best] = true;
        parts_out[best]++;
    }
}

static int64_t *zeros(struct arena *arena, size_t count)
{
    int64_t *amounts = ARENA_ARRAY(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        amounts[i] = 0;
    }
    return amounts;
}

static int64_t at(const int64_t *amounts, size_t index)
{
    return amounts == NULL ? 0 : amounts[index];
}

/* What was said, less what refunds took of it: where they were said to, and of the rest its part of what is left. */
static void keep_chosen(struct lines *lines, const struct line_source *source, int64_t *kept)
{
    int64_t *said = zeros(lines->arena, lines->count);
    int64_t gross = source->amount + source->refunded;
    for (size_t i = 0; i < lines->count; i++) {
        int64_t less = at(source->chosen, i) - at(source->taken_back, i);
        said[i] = less > 0 ? less : 0;
        gross -= at(source->taken_back, i);
    }
    int64_t sum = sum_of(said, lines->count);
    int64_t keep = sum >= gross ? source->amount : part_of(sum, source->amount, gross);
    line_split(lines->arena, smallest(keep, sum), said, lines->count, kept);
    for (size_t i = 0; i < lines->count; i++) {
        kept[i] = smallest(kept[i], lines->room[i]);
        lines->room[i] -= kept[i];
    }
}

/* `amount` over the lines by what is open of them, none beyond its room. */
static void fill(const struct lines *lines, int64_t amount, int64_t *taken)
{
    int64_t *weights = zeros(lines->arena, lines->count);
    int64_t *parts = zeros(lines->arena, lines->count);
    int64_t left = smallest(amount, sum_of(lines->room, lines->count));
    while (left > 0) {
        for (size_t i = 0; i < lines->count; i++) {
            weights[i] = lines->room[i] > taken[i] ? lines->open[i] : 0;
        }
        line_split(lines->arena, left, weights, lines->count, parts);
        for (size_t i = 0; i < lines->count; i++) {
            int64_t part = smallest(parts[i], lines->room[i] - taken[i]);
            taken[i] += part;
            left -= part;
        }
    }
}

/* What was not said. Money that refunds were said to take of it is put to the lines first and taken there again. */
static void share_rest(const struct lines *lines, const struct line_source *source, int64_t amount, int64_t *taken)
{
    int64_t *back = zeros(lines->arena, lines->count);
    int64_t *parts = zeros(lines->arena, lines->count);
    for (size_t i = 0; i < lines->count; i++) {
        int64_t beyond = at(source->taken_back, i) - at(source->chosen, i);
        back[i] = beyond > 0 ? beyond : 0;
    }
    fill(lines, amount + sum_of(back, lines->count), taken);
    int64_t sum = sum_of(taken, lines->count);
    int64_t over = sum > amount ? sum - amount : 0;
    for (size_t i = 0; i < lines->count; i++) {
        int64_t part = smallest(smallest(back[i], taken[i]), over);
        taken[i] -= part;
        over -= part;
    }
    line_split(lines->arena, over, taken, lines->count, parts);
    for (size_t i = 0; i < lines->count; i++) {
        taken[i] -= parts[i];
    }
}

/* Refunds of a source by line: as was said, the rest as the source would lie on the lines without that. */
static void add_refunded(const struct lines *lines, const struct line_source *source, const int64_t *shares,
                         const int64_t *totals, int64_t *refunded)
{
    int64_t *parts = zeros(lines->arena, lines->count);
    int64_t *without = zeros(lines->arena, lines->count);
    int64_t rest = source->refunded;
    for (size_t i = 0; i < lines->count; i++) {
        int64_t beyond = at(source->taken_back, i) - at(source->chosen, i);
        without[i] = shares[i] + (beyond > 0 ? beyond : 0);
        refunded[i] += at(source->taken_back, i);
        rest -= at(source->taken_back, i);
    }
    bool said = source->chosen != NULL && sum_of(source->chosen, lines->count) > 0;
    const int64_t *weights = sum_of(shares, lines->count) > 0 ? without : said ? source->chosen : totals;
    line_split(lines->arena, rest, weights, lines->count, parts);
    for (size_t i = 0; i < lines->count; i++) {
        refunded[i] += parts[i];
    }
}

void line_share(struct arena *arena, const int64_t *totals, size_t line_count, const struct line_source *sources,
                size_t source_count, int64_t *shares_out, int64_t *refunded_out)
{
    struct lines lines = {arena, line_count, zeros(arena, line_count), zeros(arena, line_count)};
    for (size_t i = 0; i < line_count; i++) {
        lines.open[i] = lines.room[i] = totals[i];
        refunded_out[i] = 0;
    }
    for (size_t s = 0; s < source_count; s++) {
        keep_chosen(&lines, &sources[s], shares_out + s * line_count);
    }
    for (size_t s = 0; s < source_count; s++) {
        int64_t *shares = shares_out + s * line_count;
        int64_t *taken = zeros(arena, line_count);
        for (size_t i = 0; i < line_count; i++) {
            lines.open[i] -= shares[i];
        }
        share_rest(&lines, &sources[s], sources[s].amount - sum_of(shares, line_count), taken);
        for (size_t i = 0; i < line_count; i++) {
            lines.room[i] -= taken[i];
            shares[i] += taken[i];
            lines.open[i] -= taken[i];
        }
        add_refunded(&lines, &sources[s], shares, totals, refunded_out);
    }
}
