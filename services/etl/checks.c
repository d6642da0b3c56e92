/* checks.c - the data's promises, one function each. */
#include "services/etl/checks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void note(struct checks *checks, const char *name, enum check_severity severity, bool passed, double value,
                 double limit, const char *format, ...) __attribute__((format(printf, 7, 8)));

static void note(struct checks *checks, const char *name, enum check_severity severity, bool passed, double value,
                 double limit, const char *format, ...) {
    if (checks->count == CHECKS_MAX)
        return;
    struct check *check = &checks->items[checks->count++];
    *check = (struct check){.name = name, .severity = severity, .passed = passed, .value = value, .limit = limit};
    va_list args;
    va_start(args, format);
    vsnprintf(check->text, sizeof check->text, format, args);
    va_end(args);
}

static void mark_fleeting(struct checks *checks) {
    checks->items[checks->count - 1].fleeting = true;
}

static double share(uint64_t part, uint64_t whole) {
    return whole > 0 ? (double)part / (double)whole : 0;
}

static void check_conservation(struct checks *checks, const struct checks_subject *s) {
    uint64_t lost = 0, judged = 0;
    for (size_t i = 0; i < s->gather->source_count; i++)
        lost += !gather_balances(&s->gather->sources[i]);
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        judged += s->dataset->verdicts[i];
    bool passed = lost == 0 && judged == s->dataset->found;
    note(checks, "conservation", CHECK_ERROR, passed, (double)lost, 0,
         "%" PRIu64 " sources out of balance; %" PRIu64 " purchases found, %" PRIu64 " judged", lost, s->dataset->found,
         judged);
}

/* Ids are unique among leads, so it is enough that no lead has two rows. */
static void check_unique(struct checks *checks, const struct checks_subject *s) {
    size_t leads = s->gather->leads.count;
    uint8_t *seen = calloc(leads / 8 + 1, 1);
    uint64_t twice = 0;
    for (size_t i = 0; seen != NULL && i < s->dataset->count; i++) {
        uint32_t lead = (uint32_t)dataset_person(s->dataset, i)->named;
        twice += (seen[lead / 8] >> lead % 8) & 1;
        seen[lead / 8] |= (uint8_t)(1 << lead % 8);
    }
    free(seen);
    note(checks, "unique", CHECK_ERROR, twice == 0, (double)twice, 0, "%" PRIu64 " leads with more than one row",
         twice);
}

static uint64_t broken_of(const struct gather_source *source) {
    uint64_t broken = 0;
    for (size_t i = 0; i < REFUSAL_COUNT; i++)
        broken += refusal_is_broken((enum refusal)i) ? source->reasons[i] : 0;
    return broken;
}

/* The reason given most often, among those that mean broken. */
static const char *main_reason(const struct gather *gather) {
    uint64_t most = 0;
    const char *text = "none";
    for (size_t i = 0; i < REFUSAL_COUNT; i++) {
        uint64_t count = 0;
        for (size_t k = 0; k < gather->source_count; k++)
            count += gather->sources[k].reasons[i];
        if (count > most && refusal_is_broken((enum refusal)i)) {
            most = count;
            text = refusal_text((enum refusal)i);
        }
    }
    return text;
}

static void check_quarantine(struct checks *checks, const struct checks_subject *s, double limit) {
    uint64_t read = 0, broken = 0;
    double worst = 0;
    const char *name = "none";
    for (size_t i = 0; i < s->gather->source_count; i++) {
        const struct gather_source *source = &s->gather->sources[i];
        uint64_t own = broken_of(source);
        read += source->read;
        broken += own;
        if (share(own, source->read) > worst) {
            worst = share(own, source->read);
            name = s->names[i];
        }
    }
    double value = share(broken, read);
    note(checks, "quarantine", CHECK_ERROR, value <= limit, value, limit,
         "%" PRIu64 " of %" PRIu64 " records are broken (%.1f %%, at most %.1f %%), worst in %.80s, mostly: %s", broken,
         read, value * 100, limit * 100, name, main_reason(s->gather));
    note(checks, "quarantine by file", CHECK_WARNING, worst <= limit, worst, limit, "%.1f %% of %.80s broken",
         worst * 100, name);
}

static void check_lead_ids(struct checks *checks, const struct checks_subject *s) {
    static const double most = 0.05;
    uint64_t bad = 0;
    for (size_t i = 0; i < s->gather->source_count; i++)
        bad += s->gather->sources[i].bad_ids;
    double value = share(bad, s->gather->submissions);
    note(checks, "lead ids", CHECK_WARNING, value <= most, value, most,
         "%" PRIu64 " submissions have a lead id that is none (%.1f %%): the e-mail address says who they are", bad,
         value * 100);
}

static bool is_level(const struct config_feature *feature, const char *value) {
    for (size_t i = 0; i < feature->levels.count; i++)
        if (strcmp(feature->levels.text[i], value) == 0)
            return true;
    return feature->levels.count == 0 || feature->kind == CONFIG_NUMERIC;
}

/* A value that is no level, and how many rows have it. */
struct stranger {
    const char *value;
    uint64_t rows;
};

static int by_value(const void *a, const void *b) {
    return strcmp(((const struct stranger *)a)->value, ((const struct stranger *)b)->value);
}

/* The one that most rows have; none where few do or it is long, as it would be somebody's own words. */
static struct stranger commonest(struct stranger *strangers, size_t count) {
    enum { FEW = 5, LONG = 60 };
    struct stranger most = {NULL, FEW - 1};
    if (count > 0)
        qsort(strangers, count, sizeof *strangers, by_value);
    for (size_t i = 0, k; i < count; i = k) {
        struct stranger all = {strangers[i].value, 0};
        for (k = i; k < count && strcmp(strangers[k].value, all.value) == 0; k++)
            all.rows += strangers[k].rows;
        if (all.rows > most.rows && strlen(all.value) <= LONG)
            most = all;
    }
    return most;
}

/* Values are looked at once for each profile, not for each row: rows[profile] of train.csv have it. */
static void check_feature(struct checks *checks, const struct checks_subject *s, size_t feature, const uint32_t *rows) {
    static const double most_empty = 0.05, most_strange = 0.10;
    const struct profiles *profiles = &s->gather->leads.profiles;
    const char *name = s->config->features[feature].name;
    struct stranger *strangers = malloc((profiles->count + 1) * sizeof *strangers);
    uint64_t empty_rows = 0, strange_rows = 0;
    size_t count = 0;
    for (uint32_t i = 0; strangers != NULL && i < profiles->count; i++) {
        const char *value = profiles_value(profiles, i, feature);
        if (value[0] == '\0') {
            empty_rows += rows[i];
        } else if (rows[i] > 0 && !is_level(&s->config->features[feature], value)) {
            strange_rows += rows[i];
            strangers[count++] = (struct stranger){value, rows[i]};
        }
    }
    struct stranger most = commonest(strangers, count);
    double empty = share(empty_rows, s->dataset->labelled), strange = share(strange_rows, s->dataset->labelled);
    note(checks, "not null", CHECK_WARNING, empty <= most_empty, empty, most_empty, "%.80s: %.1f %% of train.csv empty",
         name, empty * 100);
    note(checks, "accepted values", CHECK_WARNING, strange <= most_strange, strange, most_strange,
         "%.80s: %.1f %% of train.csv no level of the configuration%s%s%s", name, strange * 100,
         most.value != NULL ? ", most often \"" : "", most.value != NULL ? most.value : "",
         most.value != NULL ? "\"" : "");
    free(strangers);
}

static void check_features(struct checks *checks, const struct checks_subject *s) {
    uint32_t *rows = calloc(s->gather->leads.profiles.count + 1, sizeof *rows);
    for (size_t i = 0; rows != NULL && i < s->dataset->labelled; i++)
        rows[dataset_person(s->dataset, i)->profile]++;
    for (size_t f = 0; rows != NULL && f < s->config->feature_count; f++)
        check_feature(checks, s, f, rows);
    free(rows);
}

static void check_relationships(struct checks *checks, const struct checks_subject *s) {
    static const double most_orphans = 0.20, most_early = 0.05;
    const struct dataset *d = s->dataset;
    uint64_t orphans = d->verdicts[VERDICT_NO_LEAD];
    double alone = share(orphans, orphans + d->labelled), early = share(d->before_lead, d->labelled);
    note(checks, "relationships", CHECK_WARNING, alone <= most_orphans, alone, most_orphans,
         "%" PRIu64 " purchases without a lead (%.1f %%)", orphans, alone * 100);
    note(checks, "relationships", CHECK_WARNING, early <= most_early, early, most_early,
         "%" PRIu64 " purchases older than their lead (%.1f %%)", d->before_lead, early * 100);
}

/* What a company's first run with its own data lacks most often. */
static void check_purchases(struct checks *checks, const struct checks_subject *s) {
    static const double most_unknown = 0.20, most_other = 0.50;
    const struct dataset *d = s->dataset;
    uint64_t unknown = d->verdicts[VERDICT_NO_PLAN], other = d->verdicts[VERDICT_OTHER_MODE];
    uint64_t paid = unknown + d->labelled + d->verdicts[VERDICT_LATER] + d->verdicts[VERDICT_NO_LEAD];
    double value = share(unknown, paid);
    note(checks, "plans", CHECK_WARNING, value <= most_unknown, value, most_unknown,
         "%" PRIu64 " of %" PRIu64 " purchases are of no package that the configuration names (%.1f %%)", unknown, paid,
         value * 100);
    value = share(other, d->found);
    note(checks, "mode", CHECK_WARNING, value <= most_other, value, most_other,
         "%" PRIu64 " of %" PRIu64 " purchases are not of the mode that STRIPE_MODE asks for (%.1f %%)", other,
         d->found, value * 100);
}

static void check_age(struct checks *checks, const char *what, int64_t newest, int64_t now, double limit) {
    char text[CLOCK_TEXT];
    if (newest == INT64_MIN)
        return;
    double days = (double)(now - newest) / 86400;
    clock_format(newest, text);
    note(checks, "freshness", CHECK_WARNING, days <= limit, days, limit, "newest %s: %s", what, text);
    mark_fleeting(checks);
}

static void check_row_count(struct checks *checks, const struct checks_subject *s) {
    static const double least = 0.5;
    if (s->last_rows <= 0)
        return;
    double ratio = (double)s->dataset->labelled / (double)s->last_rows;
    note(checks, "row count", CHECK_WARNING, ratio >= least, ratio, least,
         "%zu rows in train.csv, %lld in the last run", s->dataset->labelled, s->last_rows);
    mark_fleeting(checks);
}

void checks_run(struct checks *checks, const struct checks_subject *s, const struct checks_limits *limits) {
    checks->count = 0;
    check_conservation(checks, s);
    check_unique(checks, s);
    check_quarantine(checks, s, limits->quarantine);
    check_lead_ids(checks, s);
    check_features(checks, s);
    check_relationships(checks, s);
    check_purchases(checks, s);
    check_age(checks, "submission", s->gather->newest_submission, s->now, limits->stale_days);
    check_age(checks, "payment", s->gather->newest_payment, s->now, limits->stale_days);
    check_row_count(checks, s);
}

const struct check *checks_find_error(const struct checks *checks) {
    for (size_t i = 0; i < checks->count; i++)
        if (checks->items[i].severity == CHECK_ERROR && !checks->items[i].passed)
            return &checks->items[i];
    return NULL;
}
