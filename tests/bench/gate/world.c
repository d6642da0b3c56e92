/* world.c - draws a market, purchases of it, and models of it. */
#include "tests/bench/gate/world.h"

#include <math.h>

enum { HALVINGS = 40, DRAWS = 100 };
static const double shared_noise = 0.8; /* of the variance */

/* ---- chance (splitmix64: Steele, Lea, Flood 2014) ---- */

uint64_t random_bits(struct random *r) {
    uint64_t z = r->state += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

double random_share(struct random *r) {
    return (double)(random_bits(r) >> 11) * 0x1p-53;
}

static double random_normal(struct random *r) {
    double radius = sqrt(-2 * log(1 - random_share(r)));
    return radius * cos(2 * acos(-1.0) * random_share(r));
}

/* ---- the market ---- */

/* Four shares whose logarithms lie `spread` apart. */
static void draw_cell(double *p, struct random *r, double spread) {
    double sum = 0;
    for (size_t c = 0; c < PACKAGES; c++)
        sum += p[c] = exp(spread * random_normal(r));
    for (size_t c = 0; c < PACKAGES; c++)
        p[c] /= sum;
}

static void draw_world(struct world *w, struct random *r, double spread) {
    double sum = 0;
    *w = (struct world){0};
    for (size_t i = 0; i < CELLS; i++) {
        draw_cell(w->truth[i], r, spread);
        for (size_t c = 0; c < PACKAGES; c++)
            w->noise[i][c] = random_normal(r);
        sum += w->share[i] = 0.2 + random_share(r);
    }
    for (size_t i = 0; i < CELLS; i++) {
        const double *p = w->truth[i];
        w->share[i] /= sum;
        w->best_accuracy += w->share[i] * fmax(fmax(p[0], p[1]), fmax(p[2], p[3]));
    }
}

static void sum_up(struct world *w) {
    double class[PACKAGES] = {0}, until = 0;
    for (size_t row = 0; row < ROWS; row++) {
        double p = w->share[row / PACKAGES] * w->truth[row / PACKAGES][row % PACKAGES];
        class[row % PACKAGES] += p;
        w->until[row] = until += p;
    }
    for (size_t c = 0; c < PACKAGES; c++)
        w->majority_log_loss -= class[c] * log(class[c]);
}

void world_make(struct world *world, struct random *r, double best) {
    for (double spread = 1; draw_world(world, r, spread), world->best_accuracy < best; spread += 0.05)
        continue;
    sum_up(world);
}

size_t world_draw(const struct world *world, struct random *r) {
    double at = random_share(r);
    size_t low = 0, high = ROWS - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (world->until[middle] <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- models ---- */

static size_t best_of(const float *answer) {
    size_t best = 0;
    for (size_t c = 1; c < PACKAGES; c++)
        if (answer[c] > answer[best])
            best = c;
    return best;
}

static void answer_cell(float *out, const double *truth, const double *noise, double strength) {
    double sum = 0, p[PACKAGES];
    for (size_t c = 0; c < PACKAGES; c++)
        sum += p[c] = truth[c] * exp(strength * noise[c]);
    for (size_t c = 0; c < PACKAGES; c++)
        out[c] = (float)(p[c] / sum);
}

static void blur(struct model *m, const struct world *w, double noise[CELLS][PACKAGES], double strength) {
    m->accuracy = m->log_loss = 0;
    for (size_t row = 0; row < ROWS; row++) {
        size_t cell = row / PACKAGES, package = row % PACKAGES;
        double p = w->share[cell] * w->truth[cell][package];
        answer_cell(m->answer[row], w->truth[cell], noise[cell], strength);
        m->accuracy += best_of(m->answer[row]) == package ? p : 0;
        m->log_loss -= p * log((double)m->answer[row][package]);
    }
}

static void draw_noise(double noise[CELLS][PACKAGES], const struct world *w, struct random *r) {
    for (size_t i = 0; i < CELLS; i++)
        for (size_t c = 0; c < PACKAGES; c++)
            noise[i][c] = sqrt(shared_noise) * w->noise[i][c] + sqrt(1 - shared_noise) * random_normal(r);
}

/* Mean accuracy and log-loss of models with noise of this strength, always of the same draws. */
static void average(double *accuracy, double *log_loss, const struct world *w, struct random r, double strength) {
    double noise[CELLS][PACKAGES];
    struct model m;
    *accuracy = *log_loss = 0;
    for (int i = 0; i < DRAWS; i++) {
        draw_noise(noise, w, &r);
        blur(&m, w, noise, strength);
        *accuracy += m.accuracy / DRAWS;
        *log_loss += m.log_loss / DRAWS;
    }
}

double world_log_loss_at(const struct world *world, struct random *r, double accuracy) {
    double low = 0, high = 4, reached, log_loss = 0;
    for (int i = 0; i < HALVINGS / 2; i++) {
        double middle = (low + high) / 2;
        average(&reached, &log_loss, world, *r, middle);
        if (reached > accuracy)
            low = middle;
        else
            high = middle;
    }
    random_bits(r);
    return log_loss;
}

void world_model(struct model *out, const struct world *world, struct random *r, double accuracy, double log_loss) {
    double noise[CELLS][PACKAGES];
    do {
        double low = 0, high = 10;
        draw_noise(noise, world, r);
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            blur(out, world, noise, middle);
            if (out->log_loss < log_loss)
                low = middle;
            else
                high = middle;
        }
    } while (fabs(out->accuracy - accuracy) > 0.003);
}

double world_change(const struct world *world, const struct model *a, const struct model *b) {
    double share = 0;
    for (size_t i = 0; i < CELLS; i++)
        if (best_of(a->answer[i * PACKAGES]) != best_of(b->answer[i * PACKAGES]))
            share += world->share[i];
    return share;
}
