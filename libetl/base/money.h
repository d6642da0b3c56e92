/*
 * money.h - amounts in a currency's minor unit, as Stripe counts them.
 *
 * Most currencies have two decimals, some have none (JPY), some have three (KWD).
 */
#ifndef LIBETL_MONEY_H
#define LIBETL_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A currency as a number made of its three letters in any case; 0 if the text is not a currency. */
typedef uint16_t etl_money_currency;
etl_money_currency etl_money_currency_of(const char *text, size_t size);

int etl_money_decimals(etl_money_currency currency);

/* "1,000.00", "1000,00" or "3125" in major units -> minor units; False if it is not an amount or too large. */
bool etl_money_parse(const char *text, size_t size, etl_money_currency currency, int64_t *minor);

enum { ETL_MONEY_TEXT = 28 };
void etl_money_format(int64_t minor, etl_money_currency currency, char out[ETL_MONEY_TEXT]); /* "350.00" */

#endif
