/* normalizer.c - maps spellings to levels. */
#include "libetl/forms/normalizer.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"
#include "libetl/base/number.h"

struct spelling {
    char *folded;
    size_t level;
};

struct range {
    long low, high; /* LONG_MAX for "251+" */
    size_t level;
};

struct feature_levels {
    struct spelling *spellings; /* [spelling_count] */
    size_t spelling_count, spelling_capacity;
    struct range *ranges; /* [range_count] */
    size_t range_count, range_capacity;
};

struct etl_normalizer {
    const struct etl_config *config;
    struct feature_levels *features; /* [config->feature_count] */
};

/* ---- ranges ---- */

enum { FAR = 1000000000 }; /* the end of an open range */

/* A whole number at *at, with commas for thousands; -1 where there is none. */
static long take_number(const char **at) {
    long value = -1;
    const char *c = *at;
    for (; (*c >= '0' && *c <= '9') || (*c == ',' && value >= 0 && c[1] >= '0' && c[1] <= '9'); c++)
        if (*c != ',')
            value = value < 0 ? *c - '0' : value < FAR / 10 ? value * 10 + (*c - '0') : FAR;
    *at = c;
    return value;
}

/* Skip everything that separates two numbers. */
static bool take_dash(const char **at) {
    const char *c = *at;
    bool dash = false;
    for (;;) {
        size_t n = strncmp(c, "to ", 3) == 0 ? 2 : etl_text_dash(c);
        dash = dash || n > 0;
        if (*c == ' ')
            n = 1;
        if (n == 0)
            break;
        c += n;
    }
    if (dash)
        *at = c;
    return dash;
}

/* "10-25", "251+", "12", each perhaps followed by words without digits ("employees"). */
static bool read_range(const char *text, long *low, long *high) {
    *low = take_number(&text);
    if (*low < 0)
        return false;
    *high = *low;
    if (take_dash(&text)) {
        *high = take_number(&text);
        if (*high < *low)
            return false;
    } else if (*text == '+') {
        *high = FAR;
        text++;
    }
    return (*text == '\0' || *text == ' ') && strpbrk(text, "0123456789") == NULL;
}

static const struct range *find_range(const struct feature_levels *levels, const char *text) {
    long low, high;
    if (levels->range_count == 0 || !read_range(text, &low, &high))
        return NULL;
    for (size_t i = 0; i < levels->range_count; i++)
        if (low >= levels->ranges[i].low && high <= levels->ranges[i].high)
            return &levels->ranges[i];
    return NULL;
}

/* ---- creation ---- */

static bool add_spelling(struct feature_levels *levels, const char *text, size_t level) {
    char folded[ETL_NORMALIZER_VALUE];
    size_t size = etl_text_fold((struct etl_text){text, strlen(text)}, folded, sizeof folded);
    if (size == 0 || size == sizeof folded)
        return true;
    if (!etl_array_reserve(&levels->spellings, &levels->spelling_capacity, levels->spelling_count + 1,
                           sizeof *levels->spellings))
        return false;
    char *copy = strdup(folded);
    levels->spellings[levels->spelling_count] = (struct spelling){copy, level};
    levels->spelling_count += copy != NULL;
    return copy != NULL;
}

static bool add_range(struct feature_levels *levels, const char *text, size_t level) {
    struct range range = {.level = level};
    if (!read_range(text, &range.low, &range.high))
        return true;
    if (!etl_array_reserve(&levels->ranges, &levels->range_capacity, levels->range_count + 1, sizeof *levels->ranges))
        return false;
    levels->ranges[levels->range_count++] = range;
    return true;
}

/* Levels before aliases, so that an alias never replaces a level's own name. */
static bool add_levels(struct feature_levels *levels, const struct etl_config_feature *feature) {
    for (size_t i = 0; i < feature->levels.count; i++)
        if (!add_spelling(levels, feature->levels.text[i], i) ||
            (feature->ranges && !add_range(levels, feature->levels.text[i], i)))
            return false;
    for (size_t i = 0; i < feature->alias_count; i++)
        if (!add_spelling(levels, feature->aliases[i].spelling, feature->aliases[i].level))
            return false;
    return true;
}

struct etl_normalizer *etl_normalizer_new(const struct etl_config *config) {
    struct etl_normalizer *normalizer = calloc(1, sizeof *normalizer);
    if (normalizer == NULL)
        return NULL;
    normalizer->config = config;
    normalizer->features = calloc(config->feature_count + 1, sizeof *normalizer->features);
    bool done = normalizer->features != NULL;
    for (size_t i = 0; done && i < config->feature_count; i++)
        done = add_levels(&normalizer->features[i], &config->features[i]);
    if (!done) {
        etl_normalizer_free(normalizer);
        return NULL;
    }
    return normalizer;
}

void etl_normalizer_free(struct etl_normalizer *normalizer) {
    if (normalizer == NULL)
        return;
    for (size_t i = 0; normalizer->features != NULL && i < normalizer->config->feature_count; i++) {
        for (size_t k = 0; k < normalizer->features[i].spelling_count; k++)
            free(normalizer->features[i].spellings[k].folded);
        free(normalizer->features[i].spellings);
        free(normalizer->features[i].ranges);
    }
    free(normalizer->features);
    free(normalizer);
}

/* ---- use ---- */

/* The level of a spelling, or the count of levels if there is none. */
static size_t find_level(const struct feature_levels *levels, const struct etl_config_feature *feature,
                         const char *text) {
    char folded[ETL_NORMALIZER_VALUE];
    size_t size = etl_text_fold((struct etl_text){text, strlen(text)}, folded, sizeof folded);
    for (size_t i = 0; i < levels->spelling_count && size > 0 && size < sizeof folded; i++)
        if (strcmp(levels->spellings[i].folded, folded) == 0)
            return levels->spellings[i].level;
    const struct range *range = find_range(levels, text);
    return range != NULL ? range->level : feature->levels.count;
}

/* Remove commas; empty the text if it is not a number. */
static void clean_number(char *value) {
    char plain[ETL_NUMBER_TEXT] = "";
    double number;
    etl_number_read((struct etl_text){value, strlen(value)}, plain, &number);
    memcpy(value, plain, strlen(plain) + 1);
}

bool etl_normalizer_apply(const struct etl_normalizer *normalizer, size_t feature, struct etl_text written,
                          char out[ETL_NORMALIZER_VALUE]) {
    const struct etl_config_feature *about = &normalizer->config->features[feature];
    if (etl_text_clean(written, out, ETL_NORMALIZER_VALUE) == ETL_NORMALIZER_VALUE)
        return false;
    if (about->numeric) {
        clean_number(out);
        return true;
    }
    size_t level = out[0] != '\0' ? find_level(&normalizer->features[feature], about, out) : about->levels.count;
    if (level < about->levels.count)
        memcpy(out, about->levels.text[level], strlen(about->levels.text[level]) + 1);
    return true;
}
