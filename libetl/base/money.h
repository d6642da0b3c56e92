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
typedef uint16_t etl_money_currency;
etl_money_currency etl_money_currency_of(const char *text, size_t size);

int etl_money_decimals(etl_money_currency currency);

/* "1,000.00", "1000,00" or "3125" in major units -> minor units; false where it is no amount or too large. */
bool etl_money_parse(const char *text, size_t size, etl_money_currency currency, int64_t *minor);

enum { ETL_MONEY_TEXT = 28 };
void etl_money_format(int64_t minor, etl_money_currency currency, char out[ETL_MONEY_TEXT]); /* "350.00" */

#endif
