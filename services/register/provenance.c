/* provenance.c - from the candidate and the hold-out it was evaluated on, to the version and the alias that names it.
 */
#include "services/register/provenance.h"

#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"

typedef void lineage_add(struct lineage *lineage, const char *path, const char *sha256);

static void add_file(lineage_add *as, struct lineage *lineage, const char *data, const char *file) {
    char path[PATH_MAX];
    if (path_format(path, NULL, "%s/%s", data, file))
        as(lineage, path, NULL);
}

static void add_model(lineage_add *as, struct lineage *lineage, const char *data, const char *folder,
                      const char *paper) {
    char path[PATH_MAX];
    if (path_format(path, NULL, "%s/forest.bin", folder))
        add_file(as, lineage, data, path);
    if (path_format(path, NULL, "%s/%s", folder, paper))
        add_file(as, lineage, data, path);
}

void provenance_report(struct lineage *lineage, const char *data, const json_t *result) {
    const char *status = json_string_value(json_object_get(result, "status"));
    const char *candidate = json_string_value(json_object_get(result, "candidate"));
    json_int_t version = json_integer_value(json_object_get(result, "version"));
    char folder[PATH_MAX];
    if (lineage == NULL || status == NULL)
        return;
    if (candidate != NULL && path_format(folder, NULL, VOLUME_CANDIDATES "/%s", candidate)) {
        add_file(lineage_input, lineage, data, VOLUME_FEATURES);
        add_model(lineage_input, lineage, data, folder, "card.json");
    }
    /* A version is made from a candidate; an operator's move only takes one. */
    if (version > 0 && path_format(folder, NULL, VOLUME_VERSIONS "/%lld", (long long)version))
        add_model(candidate != NULL ? lineage_output : lineage_input, lineage, data, folder, "manifest.json");
    if (version > 0 && strcmp(status, "held") != 0)
        add_file(lineage_output, lineage, data, VOLUME_CHAMPION);
}
