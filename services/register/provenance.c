/* provenance.c - from the candidate and the hold-out it was evaluated on, to the version and the alias that names it.
 */
#include "services/register/provenance.h"

#include <string.h>

#include "services/common/store/paths.h"

typedef void lineage_add(struct lineage *lineage, const char *path, const char *sha256);

static void add_file(lineage_add *as, struct lineage *lineage, const struct volume *volume, const char *file) {
    char path[PATH_MAX];
    as(lineage, volume_path(volume, file, path), NULL);
}

static void add_model(lineage_add *as, struct lineage *lineage, const struct volume *volume, const char *folder,
                      const char *paper) {
    char name[VOLUME_NAME];
    add_file(as, lineage, volume, volume_join(folder, "forest.bin", name));
    add_file(as, lineage, volume, volume_join(folder, paper, name));
}

void provenance_report(struct lineage *lineage, const struct volume *volume, const json_t *result) {
    const char *status = json_string_value(json_object_get(result, "status"));
    const char *candidate = json_string_value(json_object_get(result, "candidate"));
    json_int_t version = json_integer_value(json_object_get(result, "version"));
    char folder[VOLUME_NAME];
    if (lineage == NULL || status == NULL)
        return;
    if (candidate != NULL) {
        volume_join(VOLUME_CANDIDATES, candidate, folder);
        add_file(lineage_input, lineage, volume, VOLUME_FEATURES);
        add_model(lineage_input, lineage, volume, folder, "card.json");
    }
    /* A version is made from a candidate; an operator's move only takes one. */
    if (version > 0) {
        snprintf(folder, sizeof folder, VOLUME_VERSIONS "/%lld", (long long)version);
        add_model(candidate != NULL ? lineage_output : lineage_input, lineage, volume, folder, "manifest.json");
    }
    if (version > 0 && strcmp(status, "held") != 0)
        add_file(lineage_output, lineage, volume, VOLUME_CHAMPION);
}
