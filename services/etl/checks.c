/* checks.c - one function for each check of the data. */
#include "services/etl/checks.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_check(struct checks *checks, const char *name, enum check_severity severity, bool passed, double value,
                      double limit, const char *format, ...) __attribute__((format(printf, 7, 8)));

static void add_check(struct checks *checks, const char *name, enum check_severity severity, bool passed, double value,
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

static void mark_time_dependent(struct checks *checks) {
    checks->items[checks->count - 1].time_dependent = true;
}

static double share(uint64_t part, uint64_t total) {
    return total > 0 ? (double)part / (double)total : 0;
}

static void check_conservation(struct checks *checks, const struct checks_subject *s) {
    uint64_t lost = 0, classified = 0;
    for (size_t i = 0; i < s->collector->source_count; i++)
        lost += !etl_collector_is_balanced(&s->collector->sources[i]);
    for (size_t i = 0; i < ETL_STATUS_COUNT; i++)
        classified += s->dataset->status_counts[i];
    bool passed = lost == 0 && classified == s->dataset->found;
    add_check(checks, "conservation", CHECK_ERROR, passed, (double)lost, 0,
              "%" PRIu64 " files do not balance (read = accepted + quarantined + duplicates); %" PRIu64
              " purchases found, %" PRIu64 " classified",
              lost, s->dataset->found, classified);
}

/* Ids of leads are unique, so it is enough that no lead has two rows. */
static void check_unique(struct checks *checks, const struct checks_subject *s) {
    size_t leads = s->collector->leads.count;
    uint8_t *seen = calloc(leads / 8 + 1, 1);
    uint64_t twice = 0;
    for (size_t i = 0; seen != NULL && i < s->dataset->count; i++) {
        uint32_t lead = (uint32_t)etl_dataset_person(s->dataset, i)->named;
        twice += (seen[lead / 8] >> lead % 8) & 1;
        seen[lead / 8] |= (uint8_t)(1 << lead % 8);
    }
    free(seen);
    add_check(checks, "unique", CHECK_ERROR, twice == 0, (double)twice, 0, "%" PRIu64 " leads with more than one row",
              twice);
}

static uint64_t broken_of(const struct etl_collector_source *source) {
    uint64_t broken = 0;
    for (size_t i = 0; i < ETL_REJECT_COUNT; i++)
        broken += etl_reject_reason_is_broken((enum etl_reject_reason)i) ? source->reasons[i] : 0;
    return broken;
}

/* The most frequent reason among those of broken records. */
static const char *main_reason(const struct etl_collector *collector) {
    uint64_t max = 0;
    const char *text = "none";
    for (size_t i = 0; i < ETL_REJECT_COUNT; i++) {
        uint64_t count = 0;
        for (size_t k = 0; k < collector->source_count; k++)
            count += collector->sources[k].reasons[i];
        if (count > max && etl_reject_reason_is_broken((enum etl_reject_reason)i)) {
            max = count;
            text = etl_reject_reason_text((enum etl_reject_reason)i);
        }
    }
    return text;
}

static void check_quarantine(struct checks *checks, const struct checks_subject *s, double limit) {
    uint64_t read = 0, broken = 0;
    double worst = 0;
    const char *name = "none";
    for (size_t i = 0; i < s->collector->source_count; i++) {
        const struct etl_collector_source *source = &s->collector->sources[i];
        uint64_t own = broken_of(source);
        read += source->read;
        broken += own;
        if (share(own, source->read) > worst) {
            worst = share(own, source->read);
            name = s->names[i];
        }
    }
    double value = share(broken, read);
    add_check(checks, "quarantine", CHECK_ERROR, value <= limit, value, limit,
              "%" PRIu64 " of %" PRIu64
              " records are broken (%.1f %%, limit %.1f %%), most of them in %.80s; most frequent reason: %s",
              broken, read, value * 100, limit * 100, name, main_reason(s->collector));
    add_check(checks, "quarantine by file", CHECK_WARNING, worst <= limit, worst, limit,
              "%.1f %% of the records of %.80s are broken", worst * 100, name);
}

static void check_lead_ids(struct checks *checks, const struct checks_subject *s) {
    static const double max = 0.05;
    uint64_t bad = 0;
    for (size_t i = 0; i < s->collector->source_count; i++)
        bad += s->collector->sources[i].bad_ids;
    double value = share(bad, s->collector->submissions);
    add_check(checks, "lead ids", CHECK_WARNING, value <= max, value, max,
              "%" PRIu64 " submissions have an invalid lead id (%.1f %%); their e-mail address identifies the lead",
              bad, value * 100);
}

static bool is_level(const struct etl_config_feature *feature, const char *value) {
    for (size_t i = 0; i < feature->levels.count; i++)
        if (strcmp(feature->levels.text[i], value) == 0)
            return true;
    return feature->levels.count == 0 || feature->numeric;
}

/* A value that is not a level, and how many rows have it. */
struct unknown_value {
    const char *value;
    uint64_t rows;
};

static int by_value(const void *a, const void *b) {
    return strcmp(((const struct unknown_value *)a)->value, ((const struct unknown_value *)b)->value);
}

/* The most frequent value. None if few rows have it or if it is long, because it could then be a person's own text. */
static struct unknown_value most_common(struct unknown_value *unknown_values, size_t count) {
    enum { FEW = 5, LONG = 60 };
    struct unknown_value max = {NULL, FEW - 1};
    if (count > 0)
        qsort(unknown_values, count, sizeof *unknown_values, by_value);
    for (size_t i = 0, k; i < count; i = k) {
        struct unknown_value all = {unknown_values[i].value, 0};
        for (k = i; k < count && strcmp(unknown_values[k].value, all.value) == 0; k++)
            all.rows += unknown_values[k].rows;
        if (all.rows > max.rows && strlen(all.value) <= LONG)
            max = all;
    }
    return max;
}

/* Values are checked once for each profile, not for each row. rows[profile] is how many rows of train.csv have it. */
static void check_feature(struct checks *checks, const struct checks_subject *s, size_t feature, const uint32_t *rows) {
    static const double max_empty = 0.05, max_unknown = 0.10;
    const struct etl_feature_intern *intern = &s->collector->leads.intern;
    const char *name = s->config->features[feature].name;
    struct unknown_value *unknown_values = malloc((intern->count + 1) * sizeof *unknown_values);
    uint64_t empty_rows = 0, unknown_rows = 0;
    size_t count = 0;
    if (unknown_values == NULL)
        return;
    for (uint32_t i = 0; i < intern->count; i++) {
        const char *value = etl_feature_intern_value(intern, i, feature);
        if (value[0] == '\0') {
            empty_rows += rows[i];
        } else if (rows[i] > 0 && !is_level(&s->config->features[feature], value)) {
            unknown_rows += rows[i];
            unknown_values[count++] = (struct unknown_value){value, rows[i]};
        }
    }
    struct unknown_value max = most_common(unknown_values, count);
    double empty = share(empty_rows, s->dataset->labelled), unknown_share = share(unknown_rows, s->dataset->labelled);
    add_check(checks, "not null", CHECK_WARNING, empty <= max_empty, empty, max_empty,
              "%.80s: empty in %.1f %% of train.csv", name, empty * 100);
    add_check(checks, "accepted values", CHECK_WARNING, unknown_share <= max_unknown, unknown_share, max_unknown,
              "%.80s: not a level of the configuration in %.1f %% of train.csv%s%s%s", name, unknown_share * 100,
              max.value != NULL ? ", most often \"" : "", max.value != NULL ? max.value : "",
              max.value != NULL ? "\"" : "");
    free(unknown_values);
}

static void check_features(struct checks *checks, const struct checks_subject *s) {
    uint32_t *rows = calloc(s->collector->leads.intern.count + 1, sizeof *rows);
    for (size_t i = 0; rows != NULL && i < s->dataset->labelled; i++)
        rows[etl_dataset_person(s->dataset, i)->profile]++;
    for (size_t f = 0; rows != NULL && f < s->config->feature_count; f++)
        check_feature(checks, s, f, rows);
    free(rows);
}

static void check_relationships(struct checks *checks, const struct checks_subject *s) {
    static const double max_orphans = 0.20, max_early = 0.05;
    const struct etl_dataset *d = s->dataset;
    uint64_t orphans = d->status_counts[ETL_STATUS_NO_LEAD];
    double alone = share(orphans, orphans + d->labelled), early = share(d->before_lead, d->labelled);
    add_check(checks, "relationships", CHECK_WARNING, alone <= max_orphans, alone, max_orphans,
              "%" PRIu64 " purchases without a lead (%.1f %%)", orphans, alone * 100);
    add_check(checks, "relationships", CHECK_WARNING, early <= max_early, early, max_early,
              "%" PRIu64 " purchases before the lead's first submission (%.1f %%)", d->before_lead, early * 100);
}

/* The most frequent problems of a first run with own data. */
static void check_purchases(struct checks *checks, const struct checks_subject *s) {
    static const double max_no_package = 0.20, max_other = 0.50;
    const struct etl_dataset *d = s->dataset;
    uint64_t unknown = d->status_counts[ETL_STATUS_NO_PLAN], other = d->status_counts[ETL_STATUS_OTHER_MODE];
    uint64_t paid = unknown + d->labelled + d->status_counts[ETL_STATUS_LATER] + d->status_counts[ETL_STATUS_NO_LEAD];
    double value = share(unknown, paid);
    add_check(checks, "plans", CHECK_WARNING, value <= max_no_package, value, max_no_package,
              "%" PRIu64 " of %" PRIu64 " purchases match no package of the configuration (%.1f %%)", unknown, paid,
              value * 100);
    value = share(other, d->found);
    add_check(checks, "mode", CHECK_WARNING, value <= max_other, value, max_other,
              "%" PRIu64 " of %" PRIu64 " purchases are not in the mode of STRIPE_MODE (%.1f %%)", other, d->found,
              value * 100);
}

/* Only if it fails: the name of the column is then one that nobody knows. */
static void check_dates(struct checks *checks, const struct checks_subject *s) {
    if (s->collector->submissions > 0 && s->collector->newest_submission == INT64_MIN)
        add_check(checks, "dates", CHECK_WARNING, false, 0, 1,
                  "no submission has a date: name its column \"date\" or \"submitted_at\"");
}

static void check_age(struct checks *checks, const char *what, int64_t newest, int64_t now, double limit) {
    char text[UNIX_TIME_TEXT];
    if (newest == INT64_MIN)
        return;
    double days = (double)(now - newest) / 86400;
    unix_time_format(newest, text);
    add_check(checks, "freshness", CHECK_WARNING, days <= limit, days, limit, "newest %s: %s", what, text);
    mark_time_dependent(checks);
}

static void check_row_count(struct checks *checks, const struct checks_subject *s) {
    static const double min = 0.5;
    if (s->last_rows <= 0)
        return;
    double ratio = (double)s->dataset->labelled / (double)s->last_rows;
    add_check(checks, "row count", CHECK_WARNING, ratio >= min, ratio, min,
              "%zu rows in train.csv, %lld in the last run", s->dataset->labelled, s->last_rows);
    mark_time_dependent(checks);
}

void checks_run(struct checks *checks, const struct checks_subject *s, const struct checks_limits *limits) {
    checks->count = 0;
    check_conservation(checks, s);
    check_unique(checks, s);
    check_quarantine(checks, s, limits->quarantine);
    check_lead_ids(checks, s);
    check_dates(checks, s);
    check_features(checks, s);
    check_relationships(checks, s);
    check_purchases(checks, s);
    check_age(checks, "submission", s->collector->newest_submission, s->now, limits->stale_days);
    check_age(checks, "payment", s->collector->newest_payment, s->now, limits->stale_days);
    check_row_count(checks, s);
}

const struct check *checks_find_error(const struct checks *checks) {
    for (size_t i = 0; i < checks->count; i++)
        if (checks->items[i].severity == CHECK_ERROR && !checks->items[i].passed)
            return &checks->items[i];
    return NULL;
}
