/* person.h - one person of the sample: who it is and what it would answer truthfully in the form. */
#ifndef SAMPLE_PERSON_H
#define SAMPLE_PERSON_H

#include "services/common/clock.h"
#include "services/sample/world.h"

/* What a sample is made of; every person and story is a function of it and a number. */
struct sample {
    uint64_t seed;
    uint64_t leads;     /* people who filled in the form: numbers 0 .. leads - 1 */
    uint64_t strangers; /* people who pay without having done so: the numbers after them */
    moment begin, end;  /* sign-ups lie between; nothing happens after the end */
    struct world *world;
};

struct person {
    uint64_t number;
    size_t type, size;
    size_t first, last, words; /* places in the lists of names */
    moment signup;
    bool anonymous; /* sent the form without a lead id: only the e-mail address tells who it is */
    char id[37];    /* the lead id, a UUID */
};

void person_meet(struct person *person, const struct sample *sample, uint64_t number);
bool person_is_stranger(const struct person *person, const struct sample *sample);
const struct world_era *person_era(const struct person *person, const struct sample *sample);

const char *person_first_name(const struct person *person);
const char *person_last_name(const struct person *person);
const char *person_trade(const struct person *person);        /* the last word of a business name: "Group" */
void person_email(const struct person *person, char out[80]); /* lower case; nobody else has it */

#endif
