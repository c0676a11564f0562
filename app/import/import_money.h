/* In which currency the amounts of a row are: how many digits they have behind the point. */
#ifndef DABIAO_IMPORT_MONEY_H
#define DABIAO_IMPORT_MONEY_H

#include "import_run.h"

/* Whether any currency in use has other than two digits (yen, dinars): only then rows are looked at one by one. Once a
 * run. */
enum err import_money_prepare(struct run *run) MUST_CHECK;
/* Digits of the row's amounts: of the currency it names, else that of the record its key finds, of its contract or
 * payment, of the company; two for what is no record. `body` has everything but amounts. */
enum err import_money_digits(struct run *run, const json_t *body, int *out) MUST_CHECK;
/* Digits of amounts that are in the company's currency whatever the row's is. */
int import_money_own_digits(const struct run *run);

#endif
