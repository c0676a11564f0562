/* Printing: a feature of its own within the room of money. */
#ifndef DABIAO_PRINT_API_H
#define DABIAO_PRINT_API_H

#include "money.h"

#define PRINT_ID_MAX 9007199254740991

#endif
