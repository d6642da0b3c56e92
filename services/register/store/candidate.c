/* candidate.c - reads the newest candidate. */
#include "services/register/store/candidate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/registry/champion.h"
#include "services/common/store/files.h"
#include "services/common/store/paths.h"

static bool read_name(struct candidate *c, const struct volume *volume, struct error *err) {
    json_t *newest = files_read_json_at(volume, VOLUME_NEWEST, CHAMPION_MAX_JSON, err);
    if (newest == NULL)
        return false;
    const char *name = json_string_value(json_object_get(newest, "candidate"));
    bool good = name != NULL && name[0] != '.' && strchr(name, '/') == NULL && strlen(name) < sizeof c->name;
    if (good)
        memcpy(c->name, name, strlen(name) + 1);
    else
        volume_reject(volume, err, VOLUME_NEWEST, "it names no candidate");
    json_decref(newest);
    return good;
}

static bool read_forest(struct candidate *c, const struct volume *volume, struct error *err) {
    char name[VOLUME_NAME], path[PATH_MAX];
    struct forest_error problem;
    snprintf(name, sizeof name, VOLUME_CANDIDATES "/%s/forest.bin", c->name);
    if (forest_load(&c->forest, volume_path(volume, name, path), &problem) != FOREST_OK)
        return volume_reject(volume, err, name, "%s", problem.text);
    size_t size;
    const void *image = forest_image(c->forest, &size);
    bytes_sha256(image, size, c->forest_sha256);
    return true;
}

static bool read_card(struct candidate *c, const struct volume *volume, struct error *err) {
    char name[VOLUME_NAME];
    json_error_t problem;
    snprintf(name, sizeof name, VOLUME_CANDIDATES "/%s/card.json", c->name);
    c->card_text = files_read_at(volume, name, CHAMPION_MAX_JSON, &c->card_size, err);
    if (c->card_text == NULL)
        return false;
    c->card = json_loadb(c->card_text, c->card_size, JSON_REJECT_DUPLICATES, &problem);
    return c->card != NULL || volume_reject(volume, err, name, "line %d: %.120s", problem.line, problem.text);
}

bool candidate_read(struct candidate *out, const struct volume *volume, struct error *err) {
    struct candidate c = {0};
    bool done = read_name(&c, volume, err) && read_forest(&c, volume, err) && read_card(&c, volume, err);
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
