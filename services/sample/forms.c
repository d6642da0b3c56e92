/* forms.c - writes submissions as people really send them. */
#include "services/sample/forms.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/progress.h"
#include "services/sample/delivery.h"
#include "services/sample/mess.h"

enum { DAY = 24 * 3600, MIN_BROKEN = 4 };

/* The last column is one that nobody asked for; exports are full of them. */
static const char header[] = "customer_id,name,email,business_name,business_type,business_size,age,region,signup_date,"
                             "loyalty_points,utm_source\n";

static const char *const regions[] = {"CA", "TX", "NY", "FL", "IL", "WA", "GA", "OH", "CO", "NC"};
static const char *const campaigns[] = {"google", "newsletter", "", "partner", "referral", ""};

static bool mess_happens(struct draw *draw, enum mess mess) {
    return draw_chance(draw, mess_rate(mess));
}

/* ---- fields ---- */

static void put_business_name(struct buffer *row, const struct person *person, const char *type, struct draw *draw) {
    const char *last = person_last_name(person), *trade = person_trade(person);
    bool quoted = mess_happens(draw, MESS_QUOTED_NAME), latin1 = mess_happens(draw, MESS_LATIN1);
    if (latin1)
        buffer_format(row, "Caf\xe9 %s", last);
    else if (!quoted)
        buffer_format(row, "%s %.60s %s", last, type, trade);
    else
        switch (draw_below(draw, 3)) {
        case 0:
            buffer_format(row, "\"%s, %s & %s\"", last, person_first_name(person), trade);
            break;
        case 1:
            buffer_format(row, "\"%s \"\"The Best\"\" %s\"", last, trade);
            break;
        default:
            buffer_format(row, "\"%s %.60s\n%s\"", last, type, trade);
        }
}

/* One of the other words that the configuration knows for a level; the level's own name where it knows none. */
static const char *draw_alias(const struct config_feature *feature, size_t level, const char *name, struct draw *draw) {
    size_t fitting = 0;
    for (size_t i = 0; i < feature->alias_count; i++)
        fitting += feature->aliases[i].level == level;
    size_t chosen = (size_t)draw_below(draw, fitting > 0 ? fitting : 1);
    for (size_t i = 0; i < feature->alias_count; i++)
        if (feature->aliases[i].level == level && chosen-- == 0)
            return feature->aliases[i].spelling;
    return name;
}

static void put_loudly(struct buffer *row, const char *words, struct draw *draw) {
    bool upper = draw_below(draw, 2) == 0;
    buffer_put(row, draw_below(draw, 2) == 0 ? " " : "");
    for (const char *c = words; *c != '\0'; c++) {
        char letter = (char)(upper ? toupper((unsigned char)*c) : tolower((unsigned char)*c));
        buffer_add(row, &letter, 1);
    }
    buffer_put(row, "  ");
}

static void put_type(struct buffer *row, const struct sample *sample, size_t type, struct draw *draw) {
    const char *name = world_type_name(sample->world, type);
    if (mess_happens(draw, MESS_ALIAS))
        name = draw_alias(sample->world->type, type, name, draw);
    if (mess_happens(draw, MESS_CASE_AND_SPACES))
        put_loudly(row, name, draw);
    else
        buffer_put(row, name);
}

/* "10-25" and "251+" as numbers; false for a level that is no range. */
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

static void put_size(struct buffer *row, const struct sample *sample, size_t size, struct draw *draw) {
    const char *name = world_size_name(sample->world, size);
    unsigned long low = 0, high = 0;
    bool number = mess_happens(draw, MESS_SIZE_AS_NUMBER), dash = mess_happens(draw, MESS_SIZE_DASH);
    bool range = sample->world->size->ranges && read_range(name, &low, &high);
    if (range && number) {
        buffer_format(row, "%lu", low + draw_below(draw, high - low + 1));
        buffer_put(row, draw_below(draw, 2) == 0 ? "" : " employees");
    } else if (range && dash && strchr(name, '-') != NULL)
        buffer_format(row, draw_below(draw, 2) == 0 ? "%lu\xe2\x80\x93%lu" : "%lu to %lu", low, high);
    else if (mess_happens(draw, MESS_CASE_AND_SPACES))
        put_loudly(row, name, draw);
    else
        buffer_put(row, name);
}

static void put_time(struct buffer *row, moment at, struct draw *draw) {
    char iso[CLOCK_TEXT];
    clock_format(at, iso);
    iso[strlen("2026-01-31T10:20:30")] = '\0'; /* the form service writes UTC without saying so */
    buffer_put(row, iso);
    if (mess_happens(draw, MESS_OTHER_TIME))
        buffer_put(row, draw_below(draw, 2) == 0 ? "Z" : ".707632");
}

/* ---- rows ---- */

struct answers {
    size_t size;
    bool no_size;
    moment at;
};

static void put_row(struct buffer *row, const struct sample *sample, const struct person *person,
                    const struct answers *answers, struct draw *draw) {
    char email[80];
    person_email(person, email);
    buffer_clear(row);
    buffer_format(row, "%s,%s %s,%s,", person->anonymous ? "" : person->id, person_first_name(person),
                  person_last_name(person), email);
    put_business_name(row, person, world_type_name(sample->world, person->type), draw);
    buffer_put(row, ",");
    put_type(row, sample, person->type, draw);
    buffer_put(row, ",");
    if (!answers->no_size)
        put_size(row, sample, answers->size, draw);
    bool rest = !mess_happens(draw, MESS_EMPTY_OPTIONAL);
    uint64_t age = 21 + draw_below(draw, 50), region = draw_below(draw, sizeof regions / sizeof *regions);
    if (rest)
        buffer_format(row, ",%" PRIu64 ",%s,", age, regions[region]);
    else
        buffer_put(row, ",,,");
    put_time(row, answers->at, draw);
    if (rest)
        buffer_format(row, ",%" PRIu64 ",", draw_below(draw, 5000));
    else
        buffer_put(row, ",,");
    buffer_put(row, campaigns[draw_below(draw, sizeof campaigns / sizeof *campaigns)]);
}

/* Rows that tell of nobody, or not in these columns. */
static void put_broken_row(struct buffer *row, const struct sample *sample, uint64_t number) {
    struct draw draw = draw_begin(sample->seed, DRAW_BROKEN, number);
    struct person person;
    person_meet(&person, sample, draw_below(&draw, sample->leads));
    buffer_clear(row);
    switch (number % MIN_BROKEN) {
    case 0:
        buffer_format(row, "%s,%s", person_first_name(&person), person_last_name(&person));
        break;
    case 1:
        buffer_put(row, "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r");
        break;
    case 2:
        buffer_format(row, ",%s,,%s,Legal,1-9,,,2026-01-31T10:20:30,,", person_first_name(&person),
                      person_trade(&person));
        break;
    default:
        buffer_put(row, "\x01\x02\xff\xfe PK\x03\x04");
    }
}

/* So many leads stand between two broken rows. */
static uint64_t broken_every(const struct sample *sample) {
    uint64_t by_rate = 100000 / mess_rate(MESS_BROKEN_ROW), by_count = sample->leads / MIN_BROKEN + 1;
    return by_rate < by_count ? by_rate : by_count;
}

static size_t other_size(const struct sample *sample, size_t size, struct draw *draw) {
    size_t sizes = sample->world->size->levels.count;
    return (size + 1 + (size_t)draw_below(draw, sizes - 1)) % sizes;
}

static void write_person(struct delivery *out, struct buffer *row, const struct sample *sample, uint64_t number) {
    struct person person;
    struct story story;
    struct draw draw = draw_begin(sample->seed, DRAW_FORM, number);
    person_meet(&person, sample, number);
    story_tell(&story, sample, &person);

    struct answers truth = {person.size, mess_happens(&draw, MESS_EMPTY_SIZE), person.signup};
    put_row(row, sample, &person, &truth, &draw);
    delivery_send(out, row);

    if (mess_happens(&draw, MESS_EARLIER_ANSWER)) {
        moment before = person.signup - DAY - (moment)draw_below(&draw, 20 * DAY);
        struct answers earlier = {other_size(sample, person.size, &draw), false, before};
        put_row(row, sample, &person, &earlier, &draw);
        delivery_send(out, row);
    }
    if (mess_happens(&draw, MESS_LATER_ANSWER) && story.kind != STORY_NOTHING) {
        moment bought = story.at > story.later ? story.at : story.later;
        moment after = bought + DAY + (moment)draw_below(&draw, 60 * DAY);
        struct answers later = {other_size(sample, person.size, &draw), false, after};
        put_row(row, sample, &person, &later, &draw);
        if (later.at < sample->end)
            delivery_send(out, row);
    }
}

bool forms_write(FILE *file, const struct sample *sample, struct forms_count *count) {
    struct delivery *out = malloc(sizeof *out);
    struct buffer row = {0};
    struct progress bar;
    *count = (struct forms_count){0};
    if (out == NULL)
        return false;
    delivery_begin(out, file, draw_begin(sample->seed, DRAW_DELIVERY, 0), mess_rate(MESS_DOUBLE_SUBMISSION));
    fputs(header, file);
    progress_begin(&bar, "forms", "leads", sample->leads);
    for (uint64_t number = 0; number < sample->leads; number++) {
        write_person(out, &row, sample, number);
        if (number % broken_every(sample) == 0) {
            put_broken_row(&row, sample, count->broken++);
            delivery_send(out, &row);
        }
        progress_update(&bar, number);
    }
    progress_end(&bar);
    bool done = delivery_end(out);
    count->rows = out->lines;
    count->repeated = out->repeated;
    buffer_done(&row);
    free(out);
    return done;
}
