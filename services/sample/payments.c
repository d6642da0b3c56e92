/* payments.c - walks over all buyers and has their stories written down. */
#include "services/sample/payments.h"

#include <stdlib.h>

#include "services/common/progress.h"
#include "services/sample/compact.h"
#include "services/sample/events.h"
#include "services/sample/mess.h"

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

bool payments_write(FILE *file, const struct sample *sample, bool compact, struct story_tally *tally,
                    struct payments_count *count) {
    struct delivery *out = malloc(sizeof *out);
    struct billing *billing = billing_new(sample);
    struct progress bar;
    bool done = out != NULL && billing != NULL;
    if (done) {
        delivery_begin(out, file, draw_begin(sample->seed, DRAW_DELIVERY, 1), mess_rate(MESS_DELIVERED_TWICE));
        progress_begin(&bar, "payments", "leads", sample->leads);
    }
    /* Not in the order of the forms: a reader must not get away with reading both files side by side. */
    uint64_t people = sample->leads + sample->strangers, number = 0;
    for (uint64_t i = 0; done && i < people; i++, number = (number + ring_step(people)) % people) {
        struct person person;
        struct story story;
        person_meet(&person, sample, number);
        story_tell(&story, sample, &person);
        story_judge(tally, &story, person_is_stranger(&person, sample));
        if (story.kind != STORY_NOTHING)
            (compact ? compact_write : events_write)(out, billing, &person, &story);
        progress_update(&bar, i);
    }
    if (done) {
        progress_end(&bar);
        done = delivery_end(out) && !billing_failed(billing);
        *count = (struct payments_count){out->lines, out->repeated};
    }
    billing_free(billing);
    free(out);
    return done;
}
