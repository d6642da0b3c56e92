/* number.c - reads decimal numbers. */
#include "libetl/base/number.h"

#include <math.h>
#include <stdlib.h>

/* Only digits, signs, point and exponent: strtod would also take "nan", "infinity", hexadecimal and white space. */
static bool copy_plain(struct etl_text text, char out[ETL_NUMBER_TEXT]) {
    size_t used = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] == ',')
            continue;
        if (text.at[i] == '\0' || strchr("0123456789+-.eE", text.at[i]) == NULL || used + 1 == ETL_NUMBER_TEXT)
            return false;
        out[used++] = text.at[i];
    }
    out[used] = '\0';
    return used > 0;
}

bool etl_number_read(struct etl_text text, char plain[ETL_NUMBER_TEXT], double *number) {
    char copy[ETL_NUMBER_TEXT], *end;
    if (!copy_plain(etl_text_trim(text), copy))
        return false;
    double value = strtod(copy, &end);
    if (end == copy || *end != '\0' || !isfinite(value))
        return false;
    memcpy(plain, copy, strlen(copy) + 1);
    *number = value;
    return true;
}
