/* Pools, batches and six weeks of work with them, for the demo company. */
#ifndef DABIAO_DEMO_TERRITORY_H
#define DABIAO_DEMO_TERRITORY_H

#include "demo_making.h"

/* After people and customers are made; outside a transaction. */
enum err demo_territory(struct demo *demo) MUST_CHECK;

#endif
