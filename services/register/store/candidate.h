/* candidate.h - the newest candidate: its forest and its card, read and checked once. */
#ifndef REGISTER_CANDIDATE_H
#define REGISTER_CANDIDATE_H

#include <jansson.h>

#include "libforest/forest.h"
#include "services/common/store/files.h"

struct candidate {
    char name[256]; /* of its folder: the run that made it */
    char forest_sha256[SHA256_HEX];
    struct forest *forest;
    char *card_text; /* the bytes of card.json */
    size_t card_size;
    json_t *card;
};

/* The one that candidates/newest.json names. On failure *out is left alone. */
MUST_CHECK bool candidate_read(struct candidate *out, const struct volume *volume, struct error *err);
void candidate_done(struct candidate *candidate); /* fine on zeroes */

/* A number in its card, by the keys that lead to it; NaN where there is none. */
double candidate_number(const struct candidate *candidate, const char *a, const char *b, const char *c);

#endif
