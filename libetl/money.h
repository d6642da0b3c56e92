/*
 * money.h - amounts in a currency's minor unit, as Stripe counts them.
 *
 * Most currencies have two decimals, some none (JPY) and some three (KWD).
 */
#ifndef LIBETL_MONEY_H
#define LIBETL_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A currency as a number: its three letters, any case; 0 where the text is none. */
typedef uint16_t money_currency;
money_currency money_currency_of(const char *text, size_t size);

int money_decimals(money_currency currency);

/* "1,000.00", "1000,00" or "3125" in major units -> minor units; false where it is no amount or too large. */
bool money_parse(const char *text, size_t size, money_currency currency, int64_t *minor);

enum { MONEY_TEXT = 28 };
void money_format(int64_t minor, money_currency currency, char out[MONEY_TEXT]); /* "350.00" */

#endif
