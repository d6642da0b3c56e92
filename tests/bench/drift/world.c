/* world.c - shares of types and sizes, and what a champion would predict for each cell. */
#include "world.h"

static const double type_share[TYPES] = {.22, .17, .14, .12, .09, .08, .06, .05, .04, .03};
static const double size_share[SIZES] = {.30, .25, .18, .12, .09, .06};

void world_make(struct world *world) {
    static const size_t categories[WORLD_FEATURES] = {TYPES + 1, SIZES, CELLS, 4, 10, 2};
    world->layout = (struct feature_layout){.features = WORLD_FEATURES, .cells = CELLS, .category = world->category};
    for (size_t i = 0; i < WORLD_FEATURES; i++) {
        world->layout.offset[i + 1] = world->layout.offset[i] + categories[i];
        world->layout.floor[i] = i == FEATURE_UNKNOWN ? 0.006 : 0.03;
    }
    for (uint32_t type = 0; type <= TYPES; type++)
        for (uint32_t size = 0; size < SIZES; size++) {
            uint32_t cell = type * SIZES + size, *category = world->category + cell * WORLD_FEATURES;
            category[FEATURE_TYPE] = type;
            category[FEATURE_SIZE] = size;
            category[FEATURE_JOINT] = cell;
            category[FEATURE_PACKAGE] = (type / 3 + size) % 4;
            category[FEATURE_CONFIDENCE] = (type * 7 + size * 3) % 10;
            category[FEATURE_UNKNOWN] = type == TYPES;
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

void world_population(struct cell_population *out, uint32_t *rows, const struct mix *mix) {
    double share[TYPES + 1], sum = 0;
    for (size_t i = 0; i < TYPES; i++)
        share[i] = type_share[i];
    move(share, mix->weekend, 0);
    move(share, mix->moved, TYPES - 3);
    for (size_t i = 0; i < TYPES; i++)
        share[i] *= 1 - mix->unseen;
    share[TYPES] = mix->unseen;
    uint32_t at = 0;
    for (uint32_t cell = 0; cell < CELLS; cell++) {
        sum += share[cell / SIZES] * size_share[cell % SIZES];
        for (; at < POPULATION && at + 0.5 < sum * POPULATION; at++)
            rows[at] = cell;
    }
    for (; at < POPULATION; at++)
        rows[at] = 0;
    *out = (struct cell_population){rows, POPULATION};
}
