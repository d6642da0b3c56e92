/* payments.c - writes the journeys of all buyers. */
#include "services/sample/payments.h"

#include <stdlib.h>

#include "services/common/worker/progress.h"
#include "services/sample/compact.h"
#include "services/sample/defects.h"
#include "services/sample/events.h"

static uint64_t common_divisor(uint64_t a, uint64_t b) {
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* A step that visits every place of a ring: far from its neighbours, without a common divisor. */
static uint64_t ring_step(uint64_t places) {
    uint64_t step = places * 5 / 8 + 1;
    while (common_divisor(step, places) != 1)
        step++;
    return step;
}

bool payments_write(FILE *file, const struct sample *sample, bool compact, struct journey_tally *tally,
                    struct payments_count *count) {
    struct shuffle_buffer *out = malloc(sizeof *out);
    struct stripe_ids *ids = stripe_ids_new(sample);
    struct progress bar;
    bool done = out != NULL && ids != NULL;
    if (done) {
        shuffle_buffer_begin(out, file, rng_begin(sample->seed, RNG_SHUFFLE, 1), defects_rate(DEFECT_DELIVERED_TWICE));
        progress_begin(&bar, "payments", "leads", sample->leads);
    }
    /* Not in the order of the forms, so that a reader cannot join the files row by row. */
    uint64_t people = sample->leads + sample->non_lead_payers, number = 0;
    for (uint64_t i = 0; done && i < people; i++, number = (number + ring_step(people)) % people) {
        struct person person;
        struct journey journey;
        person_make(&person, sample, number);
        journey_make(&journey, sample, &person);
        journey_count(tally, &journey, person_is_non_lead_payer(&person, sample));
        if (journey.kind != JOURNEY_NOTHING)
            (compact ? compact_write : events_write)(out, ids, &person, &journey);
        progress_update(&bar, i);
    }
    if (done) {
        progress_end(&bar);
        done = shuffle_buffer_end(out) && !stripe_ids_failed(ids);
        *count = (struct payments_count){out->lines, out->repeated};
    }
    stripe_ids_free(ids);
    free(out);
    return done;
}
