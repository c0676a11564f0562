/* First how many each person gets, then which: items are dealt so that everybody's share is spread over the whole list.
 */
#include "engines/distribute.h"

#include <string.h>

/* Two fractions compared without rounding: a/b against c/d, b and d positive. */
static int compare_fractions(int64_t a, int64_t b, int64_t c, int64_t d)
{
    __int128 left = (__int128)a * d;
    __int128 right = (__int128)c * b;
    return (left > right) - (left < right);
}

/* How many a person can take at most: his room, and what takes none. */
static int64_t most(const struct distribute_person *person, size_t item_count)
{
    int64_t free_count = 0;
    for (size_t i = 0; person->free != NULL && i < item_count; i++) {
        free_count += person->free[i];
    }
    return person->room > (int64_t)item_count - free_count ? (int64_t)item_count : person->room + free_count;
}

static int64_t weight_of(enum distribute_way way, const struct distribute_person *person)
{
    return way == DISTRIBUTE_WEIGHTED ? person->weight : 1;
}

/* Whole parts of `total` by weight; what rounding leaves goes to the largest fractions, the first of equals. */
static void share_once(const int64_t *weights, size_t count, int64_t total, int64_t *shares)
{
    __int128 sum = 0;
    int64_t left = total;
    for (size_t i = 0; i < count; i++) {
        sum += weights[i];
    }
    for (size_t i = 0; i < count; i++) {
        shares[i] = sum == 0 ? 0 : (int64_t)((__int128)total * weights[i] / sum);
        left -= shares[i];
    }
    for (; left > 0 && sum > 0; left--) {
        size_t best = count;
        __int128 best_rest = -1;
        for (size_t i = 0; i < count; i++) {
            __int128 rest = (__int128)total * weights[i] - (__int128)shares[i] * sum;
            if (weights[i] > 0 && rest > best_rest) {
                best = i;
                best_rest = rest;
            }
        }
        shares[best]++;
    }
}

/* Shares by weight; whoever is full leaves what he cannot take to the others. */
static void share_by_weight(struct arena *arena, enum distribute_way way, const struct distribute_person *people,
                            const int64_t *mosts, size_t count, int64_t total, int64_t *shares)
{
    int64_t *weights = ARENA_ARRAY(arena, int64_t, count + 1);
    int64_t *trial = ARENA_ARRAY(arena, int64_t, count + 1);
    bool *is_full = ARENA_ARRAY(arena, bool, count + 1);
    bool changed = true;
    int64_t left = total;
    while (changed) {
        changed = false;
        for (size_t i = 0; i < count; i++) {
            weights[i] = is_full[i] ? 0 : weight_of(way, &people[i]);
        }
        share_once(weights, count, left, trial);
        for (size_t i = 0; i < count; i++) {
            if (!is_full[i] && trial[i] > mosts[i]) {
                is_full[i] = true;
                shares[i] = mosts[i];
                left -= mosts[i];
                changed = true;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        shares[i] = is_full[i] ? shares[i] : trial[i];
    }
}

static void share_in_order(const int64_t *mosts, size_t count, int64_t total, int64_t *shares)
{
    for (size_t i = 0; i < count; i++) {
        shares[i] = mosts[i] < total ? mosts[i] : total;
        total -= shares[i];
    }
}

static bool takes(const struct distribute_person *person, size_t item)
{
    return person->room > 0 || (person->free != NULL && person->free[item]);
}

static void give(struct distribute_person *people, size_t person, size_t item, size_t *choices)
{
    choices[item] = person;
    if (person == DISTRIBUTE_NOBODY) {
        return;
    }
    people[person].given++;
    if (people[person].free == NULL || !people[person].free[item]) {
        people[person].room -= people[person].room == DISTRIBUTE_NO_LIMIT ? 0 : 1;
    }
}

/* The person who is furthest behind his share and can take this item. */
static size_t furthest_behind(const struct distribute_person *people, size_t count, const int64_t *shares, size_t item)
{
    size_t best = DISTRIBUTE_NOBODY;
    for (size_t i = 0; i < count; i++) {
        if (people[i].given >= shares[i] || !takes(&people[i], item)) {
            continue;
        }
        if (best == DISTRIBUTE_NOBODY ||
            compare_fractions(people[i].given * 2 + 1, shares[i], people[best].given * 2 + 1, shares[best]) < 0) {
            best = i;
        }
    }
    return best;
}

/* The first in order who has not got his share. */
static size_t first_behind(const struct distribute_person *people, size_t count, const int64_t *shares, size_t item)
{
    for (size_t i = 0; i < count; i++) {
        if (people[i].given < shares[i] && takes(&people[i], item)) {
            return i;
        }
    }
    return DISTRIBUTE_NOBODY;
}

/* Shares count on items that are free for somebody; when others got those, whoever has room takes what is left. */
static size_t anybody(enum distribute_way way, const struct distribute_person *people, size_t count, size_t item)
{
    bool in_order = way == DISTRIBUTE_ONE || way == DISTRIBUTE_TO_CAPACITY;
    size_t best = DISTRIBUTE_NOBODY;
    for (size_t i = 0; i < count; i++) {
        int64_t weight = weight_of(way, &people[i]);
        if (weight == 0 || !takes(&people[i], item) || (in_order && best != DISTRIBUTE_NOBODY)) {
            continue;
        }
        if (best == DISTRIBUTE_NOBODY || compare_fractions(people[i].given * 2 + 1, weight, people[best].given * 2 + 1,
                                                           weight_of(way, &people[best])) < 0) {
            best = i;
        }
    }
    return best;
}

static void deal_in_turns(struct distribute_person *people, size_t count, size_t item_count, size_t *turn,
                          size_t *choices)
{
    for (size_t item = 0; item < item_count; item++) {
        size_t chosen = DISTRIBUTE_NOBODY;
        for (size_t step = 0; step < count && chosen == DISTRIBUTE_NOBODY; step++) {
            size_t person = (*turn + step) % count;
            chosen = takes(&people[person], item) ? person : DISTRIBUTE_NOBODY;
        }
        give(people, chosen, item, choices);
        if (chosen != DISTRIBUTE_NOBODY) {
            *turn = (chosen + 1) % count;
        }
    }
}

void distribute(struct arena *arena, enum distribute_way way, struct distribute_person *people, size_t person_count,
                size_t item_count, size_t *turn, size_t *choices_out)
{
    size_t count = way == DISTRIBUTE_ONE && person_count > 0 ? 1 : person_count;
    int64_t *shares = ARENA_ARRAY(arena, int64_t, person_count + 1);
    int64_t *mosts = ARENA_ARRAY(arena, int64_t, person_count + 1);
    for (size_t i = 0; i < person_count; i++) {
        people[i].given = 0;
        mosts[i] = most(&people[i], item_count);
    }
    if (way == DISTRIBUTE_IN_TURNS) {
        deal_in_turns(people, count, item_count, turn, choices_out);
        return;
    }
    bool in_order = way == DISTRIBUTE_ONE || way == DISTRIBUTE_TO_CAPACITY;
    if (in_order) {
        share_in_order(mosts, count, (int64_t)item_count, shares);
    } else {
        share_by_weight(arena, way, people, mosts, count, (int64_t)item_count, shares);
    }
    for (size_t item = 0; item < item_count; item++) {
        size_t person =
            in_order ? first_behind(people, count, shares, item) : furthest_behind(people, count, shares, item);
        person = person == DISTRIBUTE_NOBODY ? anybody(way, people, count, item) : person;
        give(people, person, item, choices_out);
    }
}
