/* forms.c - writes submissions as people really send them. */
#include "services/sample/forms.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/worker/progress.h"
#include "services/sample/defects.h"
#include "services/sample/shuffle_buffer.h"

enum { DAY = 24 * 3600, MIN_BROKEN = 4 };

/* The last column is of no use; exports have many of them. */
static const char header[] = "customer_id,name,email,business_name,business_type,business_size,age,region,signup_date,"
                             "loyalty_points,utm_source\n";

static const char *const regions[] = {"CA", "TX", "NY", "FL", "IL", "WA", "GA", "OH", "CO", "NC"};
static const char *const campaigns[] = {"google", "newsletter", "", "partner", "referral", ""};

static bool defect_occurs(struct rng *rng, enum defect defect) {
    return rng_chance(rng, defects_rate(defect));
}

/* ---- fields ---- */

static void put_business_name(struct strbuf *row, const struct person *person, const char *type, struct rng *rng) {
    const char *last = person_last_name(person), *trade = person_trade(person);
    bool quoted = defect_occurs(rng, DEFECT_QUOTED_NAME), latin1 = defect_occurs(rng, DEFECT_LATIN1);
    if (latin1)
        strbuf_printf(row, "Caf\xe9 %s", last);
    else if (!quoted)
        strbuf_printf(row, "%s %.60s %s", last, type, trade);
    else
        switch (rng_below(rng, 3)) {
        case 0:
            strbuf_printf(row, "\"%s, %s & %s\"", last, person_first_name(person), trade);
            break;
        case 1:
            strbuf_printf(row, "\"%s \"\"The Best\"\" %s\"", last, trade);
            break;
        default:
            strbuf_printf(row, "\"%s %.60s\n%s\"", last, type, trade);
        }
}

/* An alias of a level from the configuration; the level's own name if it has none. */
static const char *draw_alias(const struct etl_config_feature *feature, size_t level, const char *name,
                              struct rng *rng) {
    size_t fitting = 0;
    for (size_t i = 0; i < feature->alias_count; i++)
        fitting += feature->aliases[i].level == level;
    size_t chosen = (size_t)rng_below(rng, fitting > 0 ? fitting : 1);
    for (size_t i = 0; i < feature->alias_count; i++)
        if (feature->aliases[i].level == level && chosen-- == 0)
            return feature->aliases[i].spelling;
    return name;
}

static void put_loudly(struct strbuf *row, const char *words, struct rng *rng) {
    bool upper = rng_below(rng, 2) == 0;
    strbuf_puts(row, rng_below(rng, 2) == 0 ? " " : "");
    for (const char *c = words; *c != '\0'; c++) {
        char letter = (char)(upper ? toupper((unsigned char)*c) : tolower((unsigned char)*c));
        strbuf_append(row, &letter, 1);
    }
    strbuf_puts(row, "  ");
}

static void put_type(struct strbuf *row, const struct sample *sample, size_t type, struct rng *rng) {
    const char *name = population_type_name(sample->population, type);
    if (defect_occurs(rng, DEFECT_ALIAS))
        name = draw_alias(sample->population->type, type, name, rng);
    if (defect_occurs(rng, DEFECT_CASE_AND_SPACES))
        put_loudly(row, name, rng);
    else
        strbuf_puts(row, name);
}

/* "10-25" and "251+" as numbers; false for a level that is not a range. */
static bool read_range(const char *name, unsigned long *low, unsigned long *high) {
    char *end;
    *low = strtoul(name, &end, 10);
    if (end == name)
        return false;
    if (strcmp(end, "+") == 0) {
        *high = *low + 200;
        return true;
    }
    const char *second = end + 1;
    *high = *end == '-' ? strtoul(second, &end, 10) : 0;
    return *high >= *low && *end == '\0';
}

static void put_size(struct strbuf *row, const struct sample *sample, size_t size, struct rng *rng) {
    const char *name = population_size_name(sample->population, size);
    unsigned long low = 0, high = 0;
    bool number = defect_occurs(rng, DEFECT_SIZE_AS_NUMBER), dash = defect_occurs(rng, DEFECT_SIZE_DASH);
    bool range = sample->population->size->ranges && read_range(name, &low, &high);
    if (range && number) {
        strbuf_printf(row, "%lu", low + rng_below(rng, high - low + 1));
        strbuf_puts(row, rng_below(rng, 2) == 0 ? "" : " employees");
    } else if (range && dash && strchr(name, '-') != NULL)
        strbuf_printf(row, rng_below(rng, 2) == 0 ? "%lu\xe2\x80\x93%lu" : "%lu to %lu", low, high);
    else if (defect_occurs(rng, DEFECT_CASE_AND_SPACES))
        put_loudly(row, name, rng);
    else
        strbuf_puts(row, name);
}

static void put_time(struct strbuf *row, unix_time at, struct rng *rng) {
    char iso[UNIX_TIME_TEXT];
    unix_time_format(at, iso);
    iso[strlen("2026-01-31T10:20:30")] = '\0'; /* the form service writes UTC without a zone */
    strbuf_puts(row, iso);
    if (defect_occurs(rng, DEFECT_OTHER_TIME))
        strbuf_puts(row, rng_below(rng, 2) == 0 ? "Z" : ".707632");
}

/* ---- rows ---- */

struct answers {
    size_t size;
    bool no_size;
    unix_time at;
};

static void put_row(struct strbuf *row, const struct sample *sample, const struct person *person,
                    const struct answers *answers, struct rng *rng) {
    char email[80];
    person_email(person, email);
    strbuf_clear(row);
    strbuf_printf(row, "%s,%s %s,%s,", person->anonymous ? "" : person->id, person_first_name(person),
                  person_last_name(person), email);
    put_business_name(row, person, population_type_name(sample->population, person->type), rng);
    strbuf_puts(row, ",");
    put_type(row, sample, person->type, rng);
    strbuf_puts(row, ",");
    if (!answers->no_size)
        put_size(row, sample, answers->size, rng);
    bool rest = !defect_occurs(rng, DEFECT_EMPTY_OPTIONAL);
    uint64_t age = 21 + rng_below(rng, 50), region = rng_below(rng, sizeof regions / sizeof *regions);
    if (rest)
        strbuf_printf(row, ",%" PRIu64 ",%s,", age, regions[region]);
    else
        strbuf_puts(row, ",,,");
    put_time(row, answers->at, rng);
    if (rest)
        strbuf_printf(row, ",%" PRIu32 ",", rng_below(rng, 5000));
    else
        strbuf_puts(row, ",,");
    strbuf_puts(row, campaigns[rng_below(rng, sizeof campaigns / sizeof *campaigns)]);
}

/* Broken rows: without a person, or with other columns. */
static void put_broken_row(struct strbuf *row, const struct sample *sample, uint64_t number) {
    struct rng rng = rng_begin(sample->seed, RNG_BROKEN, number);
    struct person person;
    person_make(&person, sample, rng_below(&rng, sample->leads));
    strbuf_clear(row);
    switch (number % MIN_BROKEN) {
    case 0:
        strbuf_printf(row, "%s,%s", person_first_name(&person), person_last_name(&person));
        break;
    case 1:
        strbuf_puts(row, "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r");
        break;
    case 2:
        strbuf_printf(row, ",%s,,%s,Legal,1-9,,,2026-01-31T10:20:30,,", person_first_name(&person),
                      person_trade(&person));
        break;
    default:
        strbuf_puts(row, "\x01\x02\xff\xfe PK\x03\x04");
    }
}

/* How many leads are between two broken rows. */
static uint64_t broken_every(const struct sample *sample) {
    uint64_t by_rate = 100000 / defects_rate(DEFECT_BROKEN_ROW), by_count = sample->leads / MIN_BROKEN + 1;
    return by_rate < by_count ? by_rate : by_count;
}

static size_t other_size(const struct sample *sample, size_t size, struct rng *rng) {
    size_t sizes = sample->population->size->levels.count;
    return (size + 1 + (size_t)rng_below(rng, sizes - 1)) % sizes;
}

static void write_person(struct shuffle_buffer *out, struct strbuf *row, const struct sample *sample, uint64_t number) {
    struct person person;
    struct journey journey;
    struct rng rng = rng_begin(sample->seed, RNG_FORM, number);
    person_make(&person, sample, number);
    journey_make(&journey, sample, &person);

    struct answers truth = {person.size, defect_occurs(&rng, DEFECT_EMPTY_SIZE), person.signup};
    put_row(row, sample, &person, &truth, &rng);
    shuffle_buffer_send(out, row);

    if (defect_occurs(&rng, DEFECT_EARLIER_ANSWER)) {
        unix_time before = person.signup - DAY - (unix_time)rng_below(&rng, 20 * DAY);
        struct answers earlier = {other_size(sample, person.size, &rng), false, before};
        put_row(row, sample, &person, &earlier, &rng);
        shuffle_buffer_send(out, row);
    }
    if (defect_occurs(&rng, DEFECT_LATER_ANSWER) && journey.kind != JOURNEY_NOTHING) {
        unix_time bought = journey.at > journey.later ? journey.at : journey.later;
        unix_time after = bought + DAY + (unix_time)rng_below(&rng, 60 * DAY);
        struct answers later = {other_size(sample, person.size, &rng), false, after};
        put_row(row, sample, &person, &later, &rng);
        if (later.at < sample->end)
            shuffle_buffer_send(out, row);
    }
}

bool forms_write(FILE *file, const struct sample *sample, struct forms_count *count) {
    struct shuffle_buffer *out = malloc(sizeof *out);
    struct strbuf row = {0};
    struct progress bar;
    *count = (struct forms_count){0};
    if (out == NULL)
        return false;
    shuffle_buffer_begin(out, file, rng_begin(sample->seed, RNG_SHUFFLE, 0), defects_rate(DEFECT_DOUBLE_SUBMISSION));
    fputs(header, file);
    progress_begin(&bar, "forms", "leads", sample->leads);
    for (uint64_t number = 0; number < sample->leads; number++) {
        write_person(out, &row, sample, number);
        if (number % broken_every(sample) == 0) {
            put_broken_row(&row, sample, count->broken++);
            shuffle_buffer_send(out, &row);
        }
        progress_update(&bar, number);
    }
    progress_end(&bar);
    bool done = shuffle_buffer_end(out);
    count->rows = out->lines;
    count->repeated = out->repeated;
    strbuf_done(&row);
    free(out);
    return done;
}
