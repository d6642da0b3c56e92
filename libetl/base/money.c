/* money.c - currencies, their decimals, and amounts as text. */
#include "libetl/base/money.h"

#include <stdio.h>
#include <string.h>

static int letter(char c) {
    return c >= 'a' && c <= 'z' ? c - 'a' : c >= 'A' && c <= 'Z' ? c - 'A' : -1;
}

etl_money_currency etl_money_currency_of(const char *text, size_t size) {
    if (size != 3 || letter(text[0]) < 0 || letter(text[1]) < 0 || letter(text[2]) < 0)
        return 0;
    return (etl_money_currency)(1 + letter(text[0]) * 676 + letter(text[1]) * 26 + letter(text[2]));
}

static bool is_among(etl_money_currency currency, const char *codes) {
    for (; *codes != '\0'; codes += 3)
        if (etl_money_currency_of(codes, 3) == currency)
            return true;
    return false;
}

int etl_money_decimals(etl_money_currency currency) {
    if (is_among(currency, "bifclpdjfgnfjpykmfkrwmgapygrwfvndvuvxafxofxpf"))
        return 0;
    return is_among(currency, "bhdjodkwdomrtnd") ? 3 : 2;
}

/*
 * A comma before three digits separates thousands. A single comma before the last one or two digits is a decimal
 * comma.
 */
static bool is_point(const char *text, size_t size, size_t i) {
    size_t digits = 0;
    while (i + 1 + digits < size && text[i + 1 + digits] >= '0' && text[i + 1 + digits] <= '9')
        digits++;
    bool last = text[i] == ',' && memchr(text, ',', i) == NULL && i + 1 + digits == size;
    return text[i] == '.' || (last && (digits == 1 || digits == 2));
}

static bool is_thousands_separator(const char *text, size_t size, size_t i) {
    return text[i] == ',' && i > 0 && i + 3 < size && !is_point(text, size, i) &&
           (i + 4 == size || text[i + 4] == ',' || text[i + 4] == '.');
}

bool etl_money_parse(const char *text, size_t size, etl_money_currency currency, int64_t *minor) {
    int decimals = etl_money_decimals(currency), seen = -1; /* decimals read so far; -1 before the decimal point */
    int64_t value = 0;
    bool digit = false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (seen < 0 && is_thousands_separator(text, size, i))
            continue;
        if (seen < 0 && is_point(text, size, i)) {
            seen = 0;
            continue;
        }
        if (c < '0' || c > '9' || value > INT64_MAX / 100000)
            return false;
        digit = true;
        if (seen >= decimals && c != '0')
            return false; /* a fraction of the smallest coin */
        if (seen < decimals) {
            value = value * 10 + (c - '0');
            seen += seen >= 0;
        }
    }
    for (int i = seen < 0 ? 0 : seen; i < decimals; i++)
        value *= 10;
    *minor = value;
    return digit;
}

void etl_money_format(int64_t minor, etl_money_currency currency, char out[ETL_MONEY_TEXT]) {
    int decimals = etl_money_decimals(currency);
    char digits[ETL_MONEY_TEXT], *at = digits + sizeof digits - 1; /* from the last digit to the first */
    uint64_t left = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    *at = '\0';
    for (int i = 0; i <= decimals || left > 0; i++, left /= 10) {
        if (i == decimals && decimals > 0)
            *--at = '.';
        *--at = (char)('0' + left % 10);
    }
    if (minor < 0)
        *--at = '-';
    memcpy(out, at, (size_t)(digits + sizeof digits - at));
}
