/* number.h - numbers as people type them. */
#ifndef LIBETL_NUMBER_H
#define LIBETL_NUMBER_H

#include "libetl/base/text.h"

enum { ETL_NUMBER_TEXT = 256 }; /* bytes for a number as text and the end */

/*
 * Read text that is one finite decimal number.  White space around it and (thousands) commas do not count.  false, and
 * neither output changed, if it is anything else: "abc", "7 years", "nan", "1e999", "0x10", nothing.
 */
bool etl_number_read(struct etl_text text, char plain[ETL_NUMBER_TEXT] /* without white space and commas */,
                     double *number);

#endif
