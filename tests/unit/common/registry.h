/* registry.h - a registry in the scratch folder: versions whose hashes agree, and a pointer to one of them. */
#ifndef TEST_REGISTRY_H
#define TEST_REGISTRY_H

#include <inttypes.h>

#include "services/common/registry/champion.h"
#include "services/common/store/atomic_file.h"
#include "tests/helpers/scratch.h"

/* A file of a version; good as long as scratch_path's. */
static inline const char *registry_path(long long version, const char *file) {
    char name[100];
    snprintf(name, sizeof name, "registry/versions/%lld/%s", version, file);
    return scratch_path(name);
}

static inline void registry_write(long long version, const char *file, const char *text) {
    struct error err;
    assert_true(atomic_file_write(registry_path(version, file), text, strlen(text), &err));
}

static inline void registry_hash(const char *path, char hex[SHA256_HEX]) {
    struct error err;
    assert_true(files_sha256(path, hex, &err));
}

enum { REGISTRY_POINTER = 200 };

/* What a pointer to a version's manifest as it is now says. */
static inline void registry_pointer(long long version, char text[REGISTRY_POINTER]) {
    char hash[SHA256_HEX];
    registry_hash(registry_path(version, "manifest.json"), hash);
    snprintf(text, REGISTRY_POINTER, "{\"version\":%lld,\"sha256\":\"%s\"}", version, hash);
}

static inline void registry_point(long long version) {
    char text[REGISTRY_POINTER];
    struct error err;
    registry_pointer(version, text);
    assert_true(atomic_file_write(scratch_path("registry/champion.json"), text, strlen(text), &err));
}

/* A manifest of a version's forest and card as they are now, and of what `more` adds (`,"name":"hash"`). */
static inline void registry_seal(long long version, const char *more) {
    char forest[SHA256_HEX], card[SHA256_HEX], text[800];
    registry_hash(registry_path(version, "forest.bin"), forest);
    registry_hash(registry_path(version, "card.json"), card);
    snprintf(text, sizeof text, "{\"version\":%lld,\"files\":{\"forest.bin\":\"%s\",\"card.json\":\"%s\"%s}}", version,
             forest, card, more);
    registry_write(version, "manifest.json", text);
}

static inline void registry_add(long long version, const struct forest *forest) {
    registry_write(version, "card.json", "{}");
    assert_int_equal(forest_save(forest, registry_path(version, "forest.bin"), NULL), FOREST_OK);
    registry_seal(version, "");
}

#endif
