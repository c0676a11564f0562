/* Words the demo company is made of. */
#ifndef DABIAO_DEMO_WORDS_H
#define DABIAO_DEMO_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* A department: its place in the tree by index of the one above (-1: the top department). */
struct demo_department {
    const char *name;
    int parent;
};
extern const struct demo_department DEMO_DEPARTMENTS[];
extern const size_t DEMO_DEPARTMENT_COUNT;

/* A person: department by index, role by code, manager by index (-1: nobody). */
struct demo_person {
    const char *login, *name, *title;
    int department;
    const char *role;
    int manager;
};
extern const struct demo_person DEMO_PEOPLE[];
extern const size_t DEMO_PERSON_COUNT;

/* A product: price and cost in 分. */
struct demo_product {
    const char *code, *name, *line, *unit;
    int64_t price, cost;
};
extern const struct demo_product DEMO_PRODUCTS[];
extern const size_t DEMO_PRODUCT_COUNT;

/* Parts of company names, surnames and given names, follow-up sentences; NULL-terminated. */
extern const char *const DEMO_CITIES[],
    *const DEMO_BRANDS[], *const DEMO_TRADES[], *const DEMO_SURNAMES[], *const DEMO_GIVEN[], *const DEMO_NOTES[];
/* Region id (official code) of each city in DEMO_CITIES. */
extern const int64_t DEMO_CITY_REGIONS[];

#endif
