/* Contracts with lines and their change orders, payments and refunds: the money side of a deal. */
#ifndef DABIAO_CONTRACT_H
#define DABIAO_CONTRACT_H

#include "platform/object.h"

extern const struct object CONTRACT;
extern const struct object CHANGE_ORDER;
extern const struct object PAYMENT;
extern const struct object REFUND;
extern const struct feature CONTRACT_FEATURE;

#endif
