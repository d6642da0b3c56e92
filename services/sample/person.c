/* person.c - invents people. */
#include "services/sample/person.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "services/sample/mess.h"

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

/* Sign-ups come evenly, in the order of the numbers; a stranger's moment is as arbitrary as that. */
static moment draw_signup(const struct sample *sample, uint64_t number, struct draw *draw) {
    uint64_t span = (uint64_t)(sample->end - sample->begin);
    uint64_t place = number < sample->leads ? number : draw_below(draw, sample->leads);
    uint64_t from = span / sample->leads * place + span % sample->leads * place / sample->leads;
    return sample->begin + (moment)(from + draw_below(draw, span / sample->leads + 1));
}

static void draw_uuid(struct draw *draw, char out[37]) {
    uint64_t high = draw_next(draw), low = draw_next(draw);
    /* version 4, variant 1, as a browser's crypto.randomUUID() makes them */
    snprintf(out, 37, "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%04" PRIx64 "-%012" PRIx64, high >> 32,
             high >> 16 & 0xffff, high & 0xfff, (low >> 48 & 0x3fff) | 0x8000, low & 0xffffffffffffu);
}

void person_meet(struct person *person, const struct sample *sample, uint64_t number) {
    struct draw draw = draw_begin(sample->seed, DRAW_PERSON, number);
    person->number = number;
    person->signup = draw_signup(sample, number, &draw);
    world_draw_cell(sample->world, person_era(person, sample), &draw, &person->type, &person->size);
    person->first = draw_below(&draw, FIRST_NAMES);
    person->last = draw_below(&draw, LAST_NAMES);
    person->words = draw_below(&draw, TRADES);
    person->anonymous = draw_chance(&draw, mess_rate(MESS_NO_LEAD_ID));
    draw_uuid(&draw, person->id);
}

bool person_is_stranger(const struct person *person, const struct sample *sample) {
    return person->number >= sample->leads;
}

const struct world_era *person_era(const struct person *person, const struct sample *sample) {
    return world_era_at(sample->world, person->signup);
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
