/* person.c - makes people. */
#include "services/sample/person.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "services/sample/defects.h"

static const char *const first_names[] = {"Anna",  "Ben",   "Carla", "Deniz", "Elena", "Farid", "Greta", "Hugo",
                                          "Ines",  "Jonas", "Kemal", "Lena",  "Marta", "Nils",  "Olga",  "Pablo",
                                          "Quinn", "Rosa",  "Samir", "Tessa", "Uwe",   "Vera",  "Wanda", "Xenia",
                                          "Yusuf", "Zoe",   "Amara", "Bruno", "Chloe", "Diego", "Edith", "Felix"};
static const char *const last_names[] = {"Abel",   "Becker", "Castro", "Dorn",   "Evans", "Fischer", "Grant",  "Hale",
                                         "Ibarra", "Jensen", "Kaya",   "Lopez",  "Moss",  "Novak",   "Okafor", "Perez",
                                         "Quist",  "Ramos",  "Stone",  "Thorne", "Ueda",  "Vance",   "Walsh",  "Young",
                                         "Zeller", "Ash",    "Bloom",  "Clark",  "Drake", "Ellis",   "Frost",  "Gray"};
static const char *const trades[] = {"Group",      "Partners", "Studio", "Company",
                                     "Associates", "Center",   "House",  "Works"};
static const char *const domains[] = {"example.com", "example.org", "example.net"};

enum {
    FIRST_NAMES = sizeof first_names / sizeof *first_names,
    LAST_NAMES = sizeof last_names / sizeof *last_names,
    TRADES = sizeof trades / sizeof *trades,
    DOMAINS = sizeof domains / sizeof *domains
};

/* Sign-ups are evenly spread, in the order of the numbers; people outside the form get such a time too. */
static unix_time draw_signup(const struct sample *sample, uint64_t number, struct rng *rng) {
    uint64_t span = (uint64_t)(sample->end - sample->begin);
    uint64_t place = number < sample->leads ? number : rng_below(rng, sample->leads);
    uint64_t from = span / sample->leads * place + span % sample->leads * place / sample->leads;
    return sample->begin + (unix_time)(from + rng_below(rng, span / sample->leads + 1));
}

static void draw_uuid(struct rng *rng, char out[37]) {
    uint64_t high = rng_next(rng), low = rng_next(rng);
    /* version 4, variant 1, as a browser's crypto.randomUUID() makes them */
    snprintf(out, 37, "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64, high >> 32,
             high >> 16 & 0xffff, high & 0xfff, (low >> 48 & 0x3fff) | 0x8000, low & 0xffffffffffffu);
}

void person_make(struct person *person, const struct sample *sample, uint64_t number) {
    struct rng rng = rng_begin(sample->seed, RNG_PERSON, number);
    person->number = number;
    person->signup = draw_signup(sample, number, &rng);
    population_draw_cell(sample->population, person_era(person, sample), &rng, &person->type, &person->size);
    person->first = rng_below(&rng, FIRST_NAMES);
    person->last = rng_below(&rng, LAST_NAMES);
    person->words = rng_below(&rng, TRADES);
    person->anonymous = rng_chance(&rng, defects_rate(DEFECT_NO_LEAD_ID));
    draw_uuid(&rng, person->id);
}

bool person_is_non_lead_payer(const struct person *person, const struct sample *sample) {
    return person->number >= sample->leads;
}

const struct population_era *person_era(const struct person *person, const struct sample *sample) {
    return population_era_at(sample->population, person->signup);
}

const char *person_first_name(const struct person *person) {
    return first_names[person->first];
}

const char *person_last_name(const struct person *person) {
    return last_names[person->last];
}

const char *person_trade(const struct person *person) {
    return trades[person->words];
}

void person_email(const struct person *person, char out[80]) {
    snprintf(out, 80, "%s.%s.%" PRIu64 "@%s", person_first_name(person), person_last_name(person), person->number,
             domains[person->number % DOMAINS]);
    for (char *c = out; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
}
