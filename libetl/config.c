/* config.c - reads the configuration. Every value is checked here, and errors name the wrong one. */
#include "libetl/config.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "libetl/base/text.h"

static bool fail(struct etl_config_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct etl_config_error *err, const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (err != NULL)
        vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return false;
}

/* ---- values ---- */

static bool read_name(char **out, const json_t *value, const char *where, const char *key,
                      struct etl_config_error *err) {
    const char *text = json_string_value(value);
    if (text == NULL || text[0] == '\0' || strlen(text) > ETL_CONFIG_MAX_NAME)
        return fail(err, "%s: %s must be a text of 1 to %d bytes", where, key, ETL_CONFIG_MAX_NAME);
    *out = strdup(text);
    return *out != NULL || fail(err, "out of memory");
}

static bool read_strings(struct etl_config_strings *out, const json_t *object, const char *where, const char *key,
                         struct etl_config_error *err) {
    const json_t *array = json_object_get(object, key);
    if (array == NULL)
        return true;
    if (!json_is_array(array))
        return fail(err, "%s: %s must be a list of texts", where, key);
    out->text = calloc(json_array_size(array) + 1, sizeof *out->text);
    if (out->text == NULL)
        return fail(err, "out of memory");
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item) {
        char place[80];
        snprintf(place, sizeof place, "%s[%zu]", key, i);
        if (!read_name(&out->text[i], item, where, place, err))
            return false;
        out->count++;
    }
    return true;
}

/* Money is in major units with at most two decimals in the file, and in hundredths in memory. */
static bool read_money(int64_t *out, const json_t *object, const char *where, const char *key,
                       struct etl_config_error *err) {
    const json_t *value = json_object_get(object, key);
    double minor = json_is_number(value) ? json_number_value(value) * 100 : -1;
    if (!(minor >= 0 && minor <= 1e12) || fabs(minor - nearbyint(minor)) > 1e-6)
        return fail(err, "%s: %s must be an amount of money, such as 150 or 149.99", where, key);
    *out = (int64_t)nearbyint(minor);
    return true;
}

static bool known_keys(const json_t *object, const char *const *known, const char *where,
                       struct etl_config_error *err) {
    if (!json_is_object(object))
        return fail(err, "%s: must be an object", where);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        size_t i = 0;
        while (known[i] != NULL && strcmp(known[i], key) != 0)
            i++;
        if (known[i] == NULL)
            return fail(err, "%s: unknown key \"%.60s\"", where, key);
    }
    return true;
}

/* ---- packages ---- */

static bool read_package(struct etl_config_package *out, const json_t *object, size_t place,
                         struct etl_config_error *err) {
    static const char *const known[] = {"name", "price", "price_ids", "product_ids", "lookup_keys", "nicknames", NULL};
    char where[40];
    snprintf(where, sizeof where, "packages[%zu]", place);
    return known_keys(object, known, where, err) &&
           read_name(&out->name, json_object_get(object, "name"), where, "name", err) &&
           read_money(&out->price, object, where, "price", err) &&
           read_strings(&out->price_ids, object, where, "price_ids", err) &&
           read_strings(&out->product_ids, object, where, "product_ids", err) &&
           read_strings(&out->lookup_keys, object, where, "lookup_keys", err) &&
           read_strings(&out->nicknames, object, where, "nicknames", err);
}

static bool read_packages(struct etl_config *config, const json_t *array, struct etl_config_error *err) {
    size_t count = json_array_size(array);
    if (count < 2 || count > ETL_CONFIG_MAX_PACKAGES)
        return fail(err, "packages: must be a list of 2 to %d packages", ETL_CONFIG_MAX_PACKAGES);
    config->packages = calloc(count, sizeof *config->packages);
    if (config->packages == NULL)
        return fail(err, "out of memory");
    config->package_count = count;
    for (size_t i = 0; i < count; i++) {
        if (!read_package(&config->packages[i], json_array_get(array, i), i, err))
            return false;
        if (etl_config_find_package(config, config->packages[i].name) != i)
            return fail(err, "packages[%zu]: there are two packages named %s", i, config->packages[i].name);
    }
    return true;
}

/* ---- features ---- */

static size_t find_string(const struct etl_config_strings *list, const char *text) {
    size_t i = 0;
    while (i < list->count && strcmp(list->text[i], text) != 0)
        i++;
    return i;
}

static size_t count_aliases(const json_t *object) {
    size_t count = 0;
    const char *level;
    json_t *list;
    json_object_foreach((json_t *)object, level, list) {
        count += json_array_size(list);
    }
    return count;
}

static bool read_aliases(struct etl_config_feature *out, const json_t *object, const char *where,
                         struct etl_config_error *err) {
    if (object == NULL)
        return true;
    if (!json_is_object(object))
        return fail(err, "%s: aliases must be an object with a list for each level", where);
    out->aliases = calloc(count_aliases(object) + 1, sizeof *out->aliases);
    if (out->aliases == NULL)
        return fail(err, "out of memory");
    const char *level;
    json_t *list;
    json_object_foreach((json_t *)object, level, list) {
        size_t number = find_string(&out->levels, level);
        if (number == out->levels.count)
            return fail(err, "%s: aliases of \"%.60s\", which is not one of levels", where, level);
        size_t i;
        json_t *spelling;
        json_array_foreach(list, i, spelling) {
            struct etl_config_alias *alias = &out->aliases[out->alias_count];
            if (!read_name(&alias->spelling, spelling, where, "each alias", err))
                return false;
            alias->level = number;
            out->alias_count++;
        }
    }
    return true;
}

static bool read_kind(bool *numeric, const json_t *value, const char *where, struct etl_config_error *err) {
    const char *text = json_string_value(value);
    if (text == NULL || (strcmp(text, "categorical") != 0 && strcmp(text, "numeric") != 0))
        return fail(err, "%s: kind must be categorical or numeric", where);
    *numeric = strcmp(text, "numeric") == 0;
    return true;
}

/* Keys of a prediction request that are not features. */
static bool is_free(const char *name, const char *where, struct etl_config_error *err) {
    /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): a name that was not read is not used */
    bool taken = strcmp(name, "lead_id") == 0 || strcmp(name, "source") == 0;
    return !taken ||
           fail(
               err,
               "%s: \"%s\" is a key of every prediction request: give the feature another name, and list the column in "
               "its columns",
               where, name);
}

static bool read_feature(struct etl_config_feature *out, const json_t *object, size_t place,
                         struct etl_config_error *err) {
    static const char *const known[] = {"name", "kind", "columns", "levels", "ranges", "aliases", NULL};
    char where[40];
    snprintf(where, sizeof where, "features[%zu]", place);
    out->ranges = json_is_true(json_object_get(object, "ranges"));
    return known_keys(object, known, where, err) &&
           read_name(&out->name, json_object_get(object, "name"), where, "name", err) &&
           is_free(out->name, where, err) && read_kind(&out->numeric, json_object_get(object, "kind"), where, err) &&
           read_strings(&out->columns, object, where, "columns", err) &&
           read_strings(&out->levels, object, where, "levels", err) &&
           read_aliases(out, json_object_get(object, "aliases"), where, err);
}

static bool is_same_column(const char *a, const char *b) {
    char folded_a[ETL_CONFIG_MAX_NAME + 1], folded_b[ETL_CONFIG_MAX_NAME + 1];
    etl_text_fold_name((struct etl_text){a, strlen(a)}, folded_a, sizeof folded_a);
    etl_text_fold_name((struct etl_text){b, strlen(b)}, folded_b, sizeof folded_b);
    return folded_a[0] != '\0' && strcmp(folded_a, folded_b) == 0;
}

/* The names of columns that may be the feature: its own name, then the others; NULL after the last. */
static const char *column_of(const struct etl_config_feature *feature, size_t i) {
    return i == 0 ? feature->name : i <= feature->columns.count ? feature->columns.text[i - 1] : NULL;
}

/* A column name that two features share; NULL if there is none. */
static const char *shared_column(const struct etl_config_feature *a, const struct etl_config_feature *b) {
    for (size_t i = 0; column_of(a, i) != NULL; i++)
        for (size_t k = 0; column_of(b, k) != NULL; k++)
            if (is_same_column(column_of(a, i), column_of(b, k)))
                return column_of(b, k);
    return NULL;
}

static bool read_features(struct etl_config *config, const json_t *array, struct etl_config_error *err) {
    size_t count = json_array_size(array);
    if (count < 1 || count > ETL_CONFIG_MAX_FEATURES)
        return fail(err, "features: must be a list of 1 to %d features", ETL_CONFIG_MAX_FEATURES);
    config->features = calloc(count, sizeof *config->features);
    if (config->features == NULL)
        return fail(err, "out of memory");
    config->feature_count = count;
    for (size_t i = 0; i < count; i++) {
        if (!read_feature(&config->features[i], json_array_get(array, i), i, err))
            return false;
        for (size_t j = 0; j < i; j++) {
            const char *column = shared_column(&config->features[j], &config->features[i]);
            if (column != NULL)
                return fail(err, "features[%zu]: column %s already belongs to feature %s", i, column,
                            config->features[j].name);
        }
    }
    return true;
}

/* ---- offers and the rest ---- */

static bool read_offer(struct etl_config *config, struct etl_config_offer *out, const json_t *object, size_t place,
                       struct etl_config_error *err) {
    static const char *const known[] = {"package", "probability", "offer", NULL};
    char where[40];
    snprintf(where, sizeof where, "offers[%zu]", place);
    const json_t *package = json_object_get(object, "package");
    out->package =
        json_is_string(package) ? etl_config_find_package(config, json_string_value(package)) : ETL_CONFIG_ANY_PACKAGE;
    if (package != NULL && out->package == ETL_CONFIG_ANY_PACKAGE)
        return fail(err, "%s: package is not one of packages", where);
    out->probability = json_number_value(json_object_get(object, "probability"));
    if (!(out->probability >= 0 && out->probability <= 1))
        return fail(err, "%s: probability must be between 0 and 1", where);
    return known_keys(object, known, where, err) &&
           read_name(&out->offer, json_object_get(object, "offer"), where, "offer", err);
}

static bool read_offers(struct etl_config *config, const json_t *array, struct etl_config_error *err) {
    size_t count = json_array_size(array);
    config->offers = calloc(count + 1, sizeof *config->offers);
    if (config->offers == NULL)
        return fail(err, "out of memory");
    for (size_t i = 0; i < count; i++, config->offer_count++)
        if (!read_offer(config, &config->offers[i], json_array_get(array, i), i, err)) {
            config->offer_count++;
            return false;
        }
    return true;
}

static bool read_label(struct etl_config *config, const json_t *value, struct etl_config_error *err) {
    const char *text = value == NULL ? "first" : json_string_value(value);
    if (text == NULL || (strcmp(text, "first") != 0 && strcmp(text, "latest") != 0))
        return fail(err, "label: must be first or latest");
    config->label = strcmp(text, "latest") == 0 ? ETL_CONFIG_LATEST : ETL_CONFIG_FIRST;
    return true;
}

static bool read_currency(struct etl_config *config, const json_t *value, struct etl_config_error *err) {
    const char *text = json_string_value(value);
    if (text == NULL || strlen(text) != 3 || strspn(text, "abcdefghijklmnopqrstuvwxyz") != 3)
        return fail(err, "currency: must be three lower-case letters, such as usd");
    memcpy(config->currency, text, sizeof config->currency);
    return true;
}

static bool read_config(struct etl_config *config, const json_t *root, struct etl_config_error *err) {
    static const char *const known[] = {"currency", "setup_fee", "packages", "label", "features", "offers", NULL};
    return known_keys(root, known, "top level", err) && read_currency(config, json_object_get(root, "currency"), err) &&
           read_money(&config->setup_fee, root, "top level", "setup_fee", err) &&
           read_packages(config, json_object_get(root, "packages"), err) &&
           read_label(config, json_object_get(root, "label"), err) &&
           read_features(config, json_object_get(root, "features"), err) &&
           read_offers(config, json_object_get(root, "offers"), err);
}

struct etl_config *etl_config_parse(const char *json, size_t size, struct etl_config_error *err) {
    json_error_t problem;
    if (size > ETL_CONFIG_MAX_SIZE) {
        fail(err, "the file may have at most %d bytes", ETL_CONFIG_MAX_SIZE);
        return NULL;
    }
    json_t *root = json_loadb(json, size, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL) {
        fail(err, "invalid JSON at line %d: %.120s", problem.line, problem.text);
        return NULL;
    }
    struct etl_config *config = calloc(1, sizeof *config);
    if (config == NULL)
        fail(err, "out of memory");
    else if (!read_config(config, root, err)) {
        etl_config_free(config);
        config = NULL;
    }
    json_decref(root);
    return config;
}

size_t etl_config_find_package(const struct etl_config *config, const char *name) {
    for (size_t i = 0; i < config->package_count; i++)
        if (config->packages[i].name != NULL && strcmp(config->packages[i].name, name) == 0)
            return i;
    return ETL_CONFIG_ANY_PACKAGE;
}

/* ---- freeing ---- */

static void free_strings(struct etl_config_strings *list) {
    for (size_t i = 0; i < list->count; i++)
        free(list->text[i]);
    free(list->text);
}

static void free_package(struct etl_config_package *package) {
    free(package->name);
    free_strings(&package->price_ids);
    free_strings(&package->product_ids);
    free_strings(&package->lookup_keys);
    free_strings(&package->nicknames);
}

static void free_feature(struct etl_config_feature *feature) {
    free(feature->name);
    free_strings(&feature->columns);
    free_strings(&feature->levels);
    for (size_t i = 0; i < feature->alias_count; i++)
        free(feature->aliases[i].spelling);
    free(feature->aliases);
}

void etl_config_free(struct etl_config *config) {
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->package_count; i++)
        free_package(&config->packages[i]);
    for (size_t i = 0; i < config->feature_count; i++)
        free_feature(&config->features[i]);
    for (size_t i = 0; i < config->offer_count; i++)
        free(config->offers[i].offer);
    free(config->packages);
    free(config->features);
    free(config->offers);
    free(config);
}
