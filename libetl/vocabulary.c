/* vocabulary.c - spellings to levels. */
#include "libetl/vocabulary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/array.h"

struct spelling {
    char *folded;
    size_t level;
};

struct range {
    long low, high; /* LONG_MAX for "251+" */
    size_t level;
};

struct words {
    struct spelling *spellings; /* [spelling_count] */
    size_t spelling_count, spelling_capacity;
    struct range *ranges; /* [range_count] */
    size_t range_count, range_capacity;
};

struct vocabulary {
    const struct config *config;
    struct words *features; /* [config->feature_count] */
};

/* ---- ranges ---- */

enum { FAR = 1000000000 }; /* where an open range ends */

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

/* Step over everything that parts two numbers. */
static bool take_dash(const char **at) {
    const char *c = *at;
    bool dash = false;
    for (;;) {
        size_t n = strncmp(c, "to ", 3) == 0 ? 2 : text_dash(c);
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

static const struct range *find_range(const struct words *words, const char *text) {
    long low, high;
    if (words->range_count == 0 || !read_range(text, &low, &high))
        return NULL;
    for (size_t i = 0; i < words->range_count; i++)
        if (low >= words->ranges[i].low && high <= words->ranges[i].high)
            return &words->ranges[i];
    return NULL;
}

/* ---- making ---- */

static bool add_spelling(struct words *words, const char *text, size_t level) {
    char folded[VOCABULARY_VALUE];
    size_t size = text_fold((struct text){text, strlen(text)}, folded, sizeof folded);
    if (size == 0 || size == sizeof folded)
        return true;
    if (!array_reserve(&words->spellings, &words->spelling_capacity, words->spelling_count + 1,
                       sizeof *words->spellings))
        return false;
    char *copy = strdup(folded);
    words->spellings[words->spelling_count] = (struct spelling){copy, level};
    words->spelling_count += copy != NULL;
    return copy != NULL;
}

static bool add_range(struct words *words, const char *text, size_t level) {
    struct range range = {.level = level};
    if (!read_range(text, &range.low, &range.high))
        return true;
    if (!array_reserve(&words->ranges, &words->range_capacity, words->range_count + 1, sizeof *words->ranges))
        return false;
    words->ranges[words->range_count++] = range;
    return true;
}

/* Levels before aliases, so that an alias never takes a level's own name. */
static bool learn(struct words *words, const struct config_feature *feature) {
    for (size_t i = 0; i < feature->levels.count; i++)
        if (!add_spelling(words, feature->levels.text[i], i) ||
            (feature->ranges && !add_range(words, feature->levels.text[i], i)))
            return false;
    for (size_t i = 0; i < feature->alias_count; i++)
        if (!add_spelling(words, feature->aliases[i].spelling, feature->aliases[i].level))
            return false;
    return true;
}

struct vocabulary *vocabulary_new(const struct config *config) {
    struct vocabulary *vocabulary = calloc(1, sizeof *vocabulary);
    if (vocabulary == NULL)
        return NULL;
    vocabulary->config = config;
    vocabulary->features = calloc(config->feature_count + 1, sizeof *vocabulary->features);
    bool done = vocabulary->features != NULL;
    for (size_t i = 0; done && i < config->feature_count; i++)
        done = learn(&vocabulary->features[i], &config->features[i]);
    if (!done) {
        vocabulary_free(vocabulary);
        return NULL;
    }
    return vocabulary;
}

void vocabulary_free(struct vocabulary *vocabulary) {
    if (vocabulary == NULL)
        return;
    for (size_t i = 0; vocabulary->features != NULL && i < vocabulary->config->feature_count; i++) {
        for (size_t k = 0; k < vocabulary->features[i].spelling_count; k++)
            free(vocabulary->features[i].spellings[k].folded);
        free(vocabulary->features[i].spellings);
        free(vocabulary->features[i].ranges);
    }
    free(vocabulary->features);
    free(vocabulary);
}

/* ---- using ---- */

/* The level a text spells, or the count of levels. */
static size_t find_level(const struct words *words, const struct config_feature *feature, const char *text) {
    char folded[VOCABULARY_VALUE];
    size_t size = text_fold((struct text){text, strlen(text)}, folded, sizeof folded);
    for (size_t i = 0; i < words->spelling_count && size > 0 && size < sizeof folded; i++)
        if (strcmp(words->spellings[i].folded, folded) == 0)
            return words->spellings[i].level;
    const struct range *range = find_range(words, text);
    return range != NULL ? range->level : feature->levels.count;
}

static void clean_number(char *value) {
    char *to = value, *end;
    for (const char *from = value; *from != '\0'; from++)
        if (*from != ',')
            *to++ = *from;
    *to = '\0';
    /* strtod would also take "nan", "infinity" and hexadecimal. */
    bool plain = strspn(value, "0123456789+-.eE") == strlen(value);
    double number = plain ? strtod(value, &end) : NAN;
    if (!plain || end == value || *end != '\0' || !isfinite(number))
        value[0] = '\0';
}

bool vocabulary_clean(const struct vocabulary *vocabulary, size_t feature, struct text written,
                      char out[VOCABULARY_VALUE]) {
    const struct config_feature *about = &vocabulary->config->features[feature];
    if (text_clean(written, out, VOCABULARY_VALUE) == VOCABULARY_VALUE)
        return false;
    if (about->kind == CONFIG_NUMERIC) {
        clean_number(out);
        return true;
    }
    size_t level = out[0] != '\0' ? find_level(&vocabulary->features[feature], about, out) : about->levels.count;
    if (level < about->levels.count)
        memcpy(out, about->levels.text[level], strlen(about->levels.text[level]) + 1);
    return true;
}
