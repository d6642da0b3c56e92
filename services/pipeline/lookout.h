/* lookout.h - asks leadforest-drift once a day whether a training is due. */
#ifndef PIPELINE_LOOKOUT_H
#define PIPELINE_LOOKOUT_H

#include "services/common/clock.h"
#include "services/pipeline/child.h"

struct lookout {
    int hour;    /* UTC; below 0: never */
    moment next; /* when to ask again */
    struct child child;
    bool retrain, alarm; /* the last answer, until it was acted on */
};

void lookout_begin(struct lookout *lookout, int hour, moment now);

/* Ask when that is due (not while stopping), and take in the answer. */
void lookout_continue(struct lookout *lookout, moment now, bool stopping);

/* A run that trains for the alarm must say so to train and register, which read it from the environment. */
void lookout_hand_down(const struct lookout *lookout);

#endif
