/* body.c - the body of one request as it arrives. */
#include "services/api/body.h"

#include <stdlib.h>
#include <string.h>

void body_start(struct body *body) {
    body->size = body->limit = body->swallowed = body->expected = 0;
    body->room = BODY_SMALL;
    body->large = NULL;
}

void body_done(struct body *body) {
    free(body->large);
    body->large = NULL;
}

bool body_admits(struct body *body, size_t size) {
    if (body->swallowed == 0 && size <= body->limit - body->size) {
        body->size += size;
        return true;
    }
    body->swallowed += size;
    return false;
}

/* What was announced at once, otherwise in doubling steps. */
static bool make_room(struct body *body, size_t before) {
    size_t room = body->expected > 2 * body->room ? body->expected : 2 * body->room;
    while (room < body->size)
        room *= 2;
    char *large = realloc(body->large, room);
    if (large == NULL)
        return false;
    if (body->large == NULL)
        memcpy(large, body->small, before);
    body->large = large;
    body->room = room;
    return true;
}

bool body_keep(struct body *body, const char *bytes, size_t size) {
    size_t before = body->size - size;
    if (body->size > body->room && !make_room(body, before))
        return false;
    memcpy((body->large != NULL ? body->large : body->small) + before, bytes, size);
    return true;
}
