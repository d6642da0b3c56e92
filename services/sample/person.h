/* person.h - one person of the sample: its identity and its true answers to the form. */
#ifndef SAMPLE_PERSON_H
#define SAMPLE_PERSON_H

#include "services/common/util/unix_time.h"
#include "services/sample/population.h"

/* What a sample is made of; every person and story is a function of it and a number. */
struct sample {
    uint64_t seed;
    uint64_t leads;           /* people who filled in the form: numbers 0 .. leads - 1 */
    uint64_t non_lead_payers; /* people who pay without having filled in the form: the numbers after them */
    unix_time begin, end;     /* sign-ups lie between; nothing happens after the end */
    struct population *population;
};

struct person {
    uint64_t number;
    size_t type, size;
    size_t first, last, words; /* places in the lists of names */
    unix_time signup;
    bool anonymous; /* sent the form without a lead id: only the e-mail address identifies it */
    char id[37];    /* the lead id, a UUID */
};

void person_make(struct person *person, const struct sample *sample, uint64_t number);
bool person_is_non_lead_payer(const struct person *person, const struct sample *sample);
const struct population_era *person_era(const struct person *person, const struct sample *sample);

const char *person_first_name(const struct person *person);
const char *person_last_name(const struct person *person);
const char *person_trade(const struct person *person);        /* the last word of a business name: "Group" */
void person_email(const struct person *person, char out[80]); /* lower case; nobody else has it */

#endif
