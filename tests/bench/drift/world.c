/* world.c - shares of types and sizes, and what a champion would say of each cell. */
#include "world.h"

static const double type_share[TYPES] = {.22, .17, .14, .12, .09, .08, .06, .05, .04, .03};
static const double size_share[SIZES] = {.30, .25, .18, .12, .09, .06};

void world_make(struct world *world) {
    static const size_t categories[WORLD_STREAMS] = {TYPES + 1, SIZES, KINDS, 4, 10, 2};
    world->panel = (struct panel){.streams = WORLD_STREAMS, .kinds = KINDS, .category = world->category};
    for (size_t i = 0; i < WORLD_STREAMS; i++) {
        world->panel.offset[i + 1] = world->panel.offset[i] + categories[i];
        world->panel.floor[i] = i == STREAM_UNKNOWN ? 0.006 : 0.03;
    }
    for (uint32_t type = 0; type <= TYPES; type++)
        for (uint32_t size = 0; size < SIZES; size++) {
            uint32_t kind = type * SIZES + size, *category = world->category + kind * WORLD_STREAMS;
            category[STREAM_TYPE] = type;
            category[STREAM_SIZE] = size;
            category[STREAM_JOINT] = kind;
            category[STREAM_PACKAGE] = (type / 3 + size) % 4;
            category[STREAM_CONFIDENCE] = (type * 7 + size * 3) % 10;
            category[STREAM_UNKNOWN] = type == TYPES;
        }
}

/* Take a share of all rows and give it to the types [first, first + 3), in the shares they have. */
static void move(double *share, double moved, size_t first) {
    double given = share[first] + share[first + 1] + share[first + 2];
    for (size_t i = 0; i < TYPES; i++) {
        bool gains = i >= first && i < first + 3;
        share[i] *= gains ? (given + moved) / given : (1 - given - moved) / (1 - given);
    }
}

void world_population(struct population *out, uint32_t *rows, const struct mix *mix) {
    double share[TYPES + 1], sum = 0;
    for (size_t i = 0; i < TYPES; i++)
        share[i] = type_share[i];
    move(share, mix->weekend, 0);
    move(share, mix->moved, TYPES - 3);
    for (size_t i = 0; i < TYPES; i++)
        share[i] *= 1 - mix->unseen;
    share[TYPES] = mix->unseen;
    uint32_t at = 0;
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        sum += share[kind / SIZES] * size_share[kind % SIZES];
        for (; at < POPULATION && at + 0.5 < sum * POPULATION; at++)
            rows[at] = kind;
    }
    for (; at < POPULATION; at++)
        rows[at] = 0;
    *out = (struct population){rows, POPULATION};
}
