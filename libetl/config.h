/*
 * config.h - the company's configuration: packages, prices, features and their spellings.
 *
 * Read once from JSON (deploy/leadforest.json is the example and the default), then constant.
 */
#ifndef LIBETL_CONFIG_H
#define LIBETL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ETL_CONFIG_MAX_PACKAGES = 64,
    ETL_CONFIG_MAX_FEATURES = 64,
    ETL_CONFIG_MAX_NAME = 255,    /* bytes of any name */
    ETL_CONFIG_MAX_SIZE = 1 << 20 /* bytes of the file */
};

/* A list of strings, owned by its config. */
struct etl_config_strings {
    size_t count;
    char **text; /* [count] */
};

/* A package. Its index in the list is its tier (0 is the smallest) and its class number. */
struct etl_config_package {
    char *name;
    int64_t price; /* per month, in hundredths of the currency, even if its minor unit is another */
    struct etl_config_strings price_ids; /* possible names of its plan in Stripe */
    struct etl_config_strings product_ids;
    struct etl_config_strings lookup_keys;
    struct etl_config_strings nicknames;
};

/* Another spelling of a level. */
struct etl_config_alias {
    char *spelling;
    size_t level;
};

/* An input of the model, as it is in a form. */
struct etl_config_feature {
    char *name;
    bool numeric;                      /* its values are numbers; otherwise each is a text of its own */
    struct etl_config_strings columns; /* other names of the form's field */
    struct etl_config_strings levels;  /* canonical spellings, in order; other values stay as they are */
    bool ranges; /* levels are ranges of whole numbers ("10-25", "251+"), and a number belongs to one */
    struct etl_config_alias *aliases;
    size_t alias_count;
};

/* What to offer to a scored lead. The first that matches is used. */
struct etl_config_offer {
    size_t package;     /* or ETL_CONFIG_ANY_PACKAGE */
    double probability; /* smallest probability */
    char *offer;
};
#define ETL_CONFIG_ANY_PACKAGE ((size_t)-1)

enum etl_config_label { ETL_CONFIG_FIRST, ETL_CONFIG_LATEST };

struct etl_config {
    char currency[4];  /* lower case */
    int64_t setup_fee; /* once, in hundredths */
    size_t package_count;
    struct etl_config_package *packages; /* [package_count] */
    size_t feature_count;
    struct etl_config_feature *features; /* [feature_count] */
    size_t offer_count;
    struct etl_config_offer *offers; /* [offer_count] */
    enum etl_config_label label;     /* which of a person's purchases is the label */
};

/* Why a configuration was rejected, in one line for a person. */
struct etl_config_error {
    char text[200];
};

/* Read a configuration from JSON text; NULL and err if it is invalid. The caller frees it. */
struct etl_config *etl_config_parse(const char *json, size_t size, struct etl_config_error *err);
void etl_config_free(struct etl_config *config); /* NULL is fine */

/* The class number of a package by its name; ETL_CONFIG_ANY_PACKAGE if there is none. */
size_t etl_config_find_package(const struct etl_config *config, const char *name);

#endif
