/*
 * make_registry.c - gives scenarios a registry without running the pipeline.
 *
 *     make_registry DATA VERSION [truncated|flipped|numeric]
 *
 * Trains a small forest on the built-in configuration's features, stores it as registry/versions/VERSION
 * and points the champion at it.  Dental 10-25 mostly buys package VERSION mod 4 (Business, Elite, MVP,
 * Now), so that an answer shows which version gave it.  "truncated" and "flipped" damage forest.bin
 * before it is hashed: manifest and pointer agree with it.  "numeric" adds a number, age, to the inputs.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libforest/forest.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/configuration.h"

enum { FEATURES = 16 };

static void die(const char *text) {
    fprintf(stderr, "make_registry: %s\n", text);
    exit(1);
}

static struct forest_schema describe(const struct etl_config *config, struct forest_feature *feature,
                                     const char **class_name, bool numeric) {
    size_t n = config->feature_count;
    for (size_t i = 0; i < n; i++)
        feature[i] =
            (struct forest_feature){config->features[i].name, FOREST_CATEGORICAL, config->features[i].levels.count,
                                    (const char *const *)config->features[i].levels.text};
    if (numeric)
        feature[n++] = (struct forest_feature){"age", FOREST_NUMERIC, 0, NULL};
    for (size_t i = 0; i < config->package_count; i++)
        class_name[i] = config->packages[i].name;
    return (struct forest_schema){n, feature, config->package_count, class_name};
}

/* Every cell leans to a package of its own; Dental 10-25 (1, 1) to the version's. */
static void add_rows(struct forest_dataset *ds, const struct forest_schema *schema, long version) {
    struct forest_error err;
    for (size_t a = 0; a < schema->feature[0].levels; a++)
        for (size_t b = 0; b < schema->feature[1].levels; b++)
            for (size_t k = 0; k < schema->classes; k++) {
                float row[FEATURES] = {(float)a, (float)b, (float)(20 + 10 * k)};
                uint16_t label = (uint16_t)k;
                bool leans = k == ((a == 1 && b == 1 ? 0 : a + b) + (size_t)version) % schema->classes;
                uint32_t weight = leans ? 700 + (uint32_t)version % 97 : 100;
                if (forest_dataset_add(ds, row, &label, &weight, 1, &err) != FOREST_OK)
                    die(err.text);
            }
}

static struct forest *train(const struct forest_schema *schema, long version) {
    struct forest_dataset *ds;
    struct forest_params params;
    struct forest *forest;
    struct forest_error err;
    if (forest_dataset_new(&ds, schema, &err) != FOREST_OK)
        die(err.text);
    add_rows(ds, schema, version);
    forest_params_init(&params);
    params.seed = (uint64_t)version;
    if (forest_train(&forest, ds, &params, &err) != FOREST_OK)
        die(err.text);
    forest_dataset_free(ds);
    return forest;
}

static void write_forest(const struct forest *forest, const char *path, const char *damage) {
    struct error err;
    size_t size;
    const void *image = forest_image(forest, &size);
    char *bytes = malloc(size);
    if (bytes == NULL)
        die("out of memory");
    memcpy(bytes, image, size);
    if (strcmp(damage, "flipped") == 0)
        bytes[size / 2] ^= 0x10;
    if (!atomic_file_write(path, bytes, strcmp(damage, "truncated") == 0 ? size / 2 : size, &err))
        die(err.text);
    free(bytes);
}

static json_t *hashes_of(const char *folder) {
    static const char *const names[] = {"forest.bin", "card.json"};
    json_t *files = json_object();
    for (size_t i = 0; i < 2; i++) {
        char path[PATH_MAX], hex[SHA256_HEX];
        struct error err;
        if (!path_format(path, &err, "%s/%s", folder, names[i]) || !files_sha256(path, hex, &err))
            die(err.text);
        json_object_set_new(files, names[i], json_string(hex));
    }
    return files;
}

static void store(const struct forest *forest, const char *data, long version, const char *damage) {
    char folder[PATH_MAX], path[PATH_MAX], hex[SHA256_HEX];
    struct error err;
    bool good = path_format(folder, &err, "%s/" VOLUME_VERSIONS "/%ld", data, version) && folder_create(folder, &err) &&
                path_format(path, &err, "%s/forest.bin", folder);
    if (!good)
        die(err.text);
    write_forest(forest, path, damage);
    json_t *card = json_pack("{s:{s:{s:i,s:f}}}", "metrics", "holdout", "rows", 1000, "accuracy", 0.6);
    good = path_format(path, &err, "%s/card.json", folder) && atomic_file_write_json(path, card, &err);
    json_t *manifest = json_pack("{s:I,s:o,s:n}", "version", (json_int_t)version, "files", hashes_of(folder), "parent");
    good = good && path_format(path, &err, "%s/manifest.json", folder) &&
           atomic_file_write_json(path, manifest, &err) && files_sha256(path, hex, &err);
    json_t *pointer = json_pack("{s:I,s:s,s:s}", "version", (json_int_t)version, "sha256", hex, "promoted_at",
                                "2026-01-31T10:20:30Z");
    good = good && path_format(path, &err, "%s/" VOLUME_CHAMPION, data) && atomic_file_write_json(path, pointer, &err);
    if (!good)
        die(err.text);
    json_decref(card);
    json_decref(manifest);
    json_decref(pointer);
}

int main(int argc, char **argv) {
    struct error err;
    struct forest_feature feature[FEATURES];
    const char *class_name[ETL_CONFIG_MAX_PACKAGES];
    if (argc < 3 || argc > 4)
        die("usage: make_registry DATA VERSION [truncated|flipped|numeric]");
    const char *kind = argc == 4 ? argv[3] : "";
    long version = strtol(argv[2], NULL, 10);
    struct etl_config *config = configuration_read(NULL, NULL, &err);
    if (config == NULL)
        die(err.text);
    struct forest_schema schema = describe(config, feature, class_name, strcmp(kind, "numeric") == 0);
    struct forest *forest = train(&schema, version);
    store(forest, argv[1], version, kind);
    forest_free(forest);
    etl_config_free(config);
    return 0;
}
