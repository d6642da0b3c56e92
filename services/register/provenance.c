/* provenance.c - from the candidate and the hold-out it was judged on, to the version and the pointer that names it. */
#include "services/register/provenance.h"

#include <string.h>

#include "services/common/publish.h"
#include "services/common/volume.h"

typedef void tell(struct lineage *lineage, const char *path, const char *sha256);

static void tell_file(tell *as, struct lineage *lineage, const char *data, const char *file) {
    char path[PATH_MAX];
    if (publish_path(path, NULL, "%s/%s", data, file))
        as(lineage, path, NULL);
}

static void tell_model(tell *as, struct lineage *lineage, const char *data, const char *folder, const char *paper) {
    char path[PATH_MAX];
    if (publish_path(path, NULL, "%s/forest.bin", folder))
        tell_file(as, lineage, data, path);
    if (publish_path(path, NULL, "%s/%s", folder, paper))
        tell_file(as, lineage, data, path);
}

void provenance_tell(struct lineage *lineage, const char *data, const json_t *result) {
    const char *status = json_string_value(json_object_get(result, "status"));
    const char *candidate = json_string_value(json_object_get(result, "candidate"));
    json_int_t version = json_integer_value(json_object_get(result, "version"));
    char folder[PATH_MAX];
    if (lineage == NULL || status == NULL)
        return;
    if (candidate != NULL && publish_path(folder, NULL, VOLUME_CANDIDATES "/%s", candidate)) {
        tell_file(lineage_input, lineage, data, VOLUME_FEATURES);
        tell_model(lineage_input, lineage, data, folder, "card.json");
    }
    /* A version is made from a candidate; an operator's move only takes one. */
    if (version > 0 && publish_path(folder, NULL, VOLUME_VERSIONS "/%lld", (long long)version))
        tell_model(candidate != NULL ? lineage_output : lineage_input, lineage, data, folder, "manifest.json");
    if (version > 0 && strcmp(status, "held") != 0)
        tell_file(lineage_output, lineage, data, VOLUME_CHAMPION);
}
