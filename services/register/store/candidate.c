/* candidate.c - reads the newest candidate. */
#include "services/register/store/candidate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/registry/champion.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"

static bool read_name(struct candidate *c, const char *data, struct error *err) {
    char path[PATH_MAX];
    if (!path_format(path, err, "%s/" VOLUME_NEWEST, data))
        return false;
    json_t *newest = files_read_json(path, CHAMPION_MAX_JSON, err);
    if (newest == NULL)
        return false;
    const char *name = json_string_value(json_object_get(newest, "candidate"));
    bool good = name != NULL && name[0] != '.' && strchr(name, '/') == NULL && strlen(name) < sizeof c->name;
    if (good)
        memcpy(c->name, name, strlen(name) + 1);
    else
        error_set(err, "read %s: it names no candidate", path);
    json_decref(newest);
    return good;
}

static bool read_forest(struct candidate *c, const char *data, struct error *err) {
    char path[PATH_MAX];
    struct forest_error problem;
    if (!path_format(path, err, "%s/" VOLUME_CANDIDATES "/%s/forest.bin", data, c->name))
        return false;
    if (forest_load(&c->forest, path, &problem) != FOREST_OK)
        return error_set(err, "read %s: %s", path, problem.text);
    size_t size;
    const void *image = forest_image(c->forest, &size);
    bytes_sha256(image, size, c->forest_sha256);
    return true;
}

static bool read_card(struct candidate *c, const char *data, struct error *err) {
    char path[PATH_MAX];
    json_error_t problem;
    if (!path_format(path, err, "%s/" VOLUME_CANDIDATES "/%s/card.json", data, c->name))
        return false;
    c->card_text = files_read(path, CHAMPION_MAX_JSON, &c->card_size, err);
    if (c->card_text == NULL)
        return false;
    c->card = json_loadb(c->card_text, c->card_size, JSON_REJECT_DUPLICATES, &problem);
    return c->card != NULL || error_set(err, "read %s: line %d: %.120s", path, problem.line, problem.text);
}

bool candidate_read(struct candidate *out, const char *data, struct error *err) {
    struct candidate c = {0};
    bool done = read_name(&c, data, err) && read_forest(&c, data, err) && read_card(&c, data, err);
    if (done)
        *out = c;
    else
        candidate_done(&c);
    return done;
}

void candidate_done(struct candidate *candidate) {
    forest_free(candidate->forest);
    free(candidate->card_text);
    json_decref(candidate->card);
    *candidate = (struct candidate){0};
}

double candidate_number(const struct candidate *candidate, const char *a, const char *b, const char *c) {
    const json_t *value = json_object_get(json_object_get(json_object_get(candidate->card, a), b), c);
    return json_is_number(value) ? json_number_value(value) : NAN;
}
