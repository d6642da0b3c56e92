/* ground_truth.c - writes the distribution and the counts. */
#include "services/sample/ground_truth.h"

#include <math.h>
#include <string.h>

static json_t *count(uint64_t number) {
    return json_integer((json_int_t)number);
}

static json_t *share(uint32_t tickets) {
    return json_real(ldexp(tickets, -32));
}

/* To six decimals, so that differences in the last bit of a machine's logarithm do not matter. */
static json_t *score_json(struct population_score score) {
    return json_pack("{s:f, s:f}", "accuracy", nearbyint(score.accuracy * 1e6) / 1e6, "log_loss",
                     nearbyint(score.log_loss * 1e6) / 1e6);
}

static json_t *cell_json(const struct population *population, const struct population_era *era, size_t type,
                         size_t size) {
    json_t *packages = json_object();
    for (size_t i = 0; i < population->config->package_count; i++)
        json_object_set_new(packages, population->config->packages[i].name, share(era->package[type][size][i]));
    return json_pack("{s:s, s:s, s:o, s:f, s:o}", "business_type", population_type_name(population, type),
                     "business_size", population_size_name(population, size), "share", share(era->share[type][size]),
                     "buyers", era->buyers[type] / 1000.0, "packages", packages);
}

static json_t *distribution_json(const struct population *population, const struct population_era *era) {
    json_t *cells = json_array();
    for (size_t type = 0; type < era->types; type++)
        for (size_t size = 0; size < population->size->levels.count; size++)
            json_array_append_new(cells, cell_json(population, era, type, size));
    return cells;
}

static json_t *purchases_json(const struct journey_tally *tally, const struct etl_config *config) {
    json_t *reasons = json_object();
    uint64_t excluded = 0;
    for (enum journey_exclusion i = 0; i < EXCLUSIONS; i++) {
        json_object_set_new(reasons, journey_exclusion_text(i), count(tally->excluded[i]));
        excluded += tally->excluded[i];
    }
    json_t *packages = json_object();
    for (size_t i = 0; i < config->package_count; i++)
        json_object_set_new(packages, config->packages[i].name, count(tally->package[i]));
    return json_pack("{s:o, s:o, s:o, s:o}", "labelled", count(tally->labelled), "packages", packages, "found",
                     count(tally->labelled + excluded), "excluded", reasons);
}

static json_t *bayes_json(const struct population *population, const struct population_era *era) {
    json_t *bayes = score_json(population_bayes(population, era, false));
    json_object_set_new(bayes, "of_buyers", score_json(population_bayes(population, era, true)));
    return bayes;
}

/* From each shift on. */
static json_t *shifts_json(const struct population *population) {
    json_t *shifts = json_array();
    for (size_t i = 1; i < population->eras; i++) {
        const struct population_era *era = &population->era[i];
        char at[UNIX_TIME_TEXT];
        unix_time_format(era->since, at);
        json_array_append_new(shifts, json_pack("{s:s, s:s, s:o, s:o}", "kind", population_shift_name(era->shift), "at",
                                                at, "bayes", bayes_json(population, era), "distribution",
                                                distribution_json(population, era)));
    }
    return shifts;
}

/* Before any shift, if there is one. */
static json_t *before_json(const struct population *population) {
    const struct population_era *era = &population->era[0];
    if (population->eras == 1)
        return json_null();
    return json_pack("{s:o, s:o}", "bayes", bayes_json(population, era), "distribution",
                     distribution_json(population, era));
}

json_t *ground_truth_json(const struct ground_truth *truth) {
    const struct sample *sample = truth->sample;
    const struct population_era *era = population_last_era(sample->population);
    char begin[UNIX_TIME_TEXT], end[UNIX_TIME_TEXT];
    unix_time_format(sample->begin, begin);
    unix_time_format(sample->end, end);
    return json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "seed", (json_int_t)sample->seed, "begin",
                     begin, "end", end, "before", before_json(sample->population), "shifts",
                     shifts_json(sample->population), "bayes", bayes_json(sample->population, era), "leads",
                     count(truth->tally.people), "purchases", purchases_json(&truth->tally, sample->population->config),
                     "files", ground_truth_counts(truth), "distribution", distribution_json(sample->population, era));
}

json_t *ground_truth_counts(const struct ground_truth *truth) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "leads", count(truth->tally.people), "buyers",
                     count(truth->tally.buyers), "labelled", count(truth->tally.labelled), "rows",
                     count(truth->forms.rows), "repeated_rows", count(truth->forms.repeated), "broken_rows",
                     count(truth->forms.broken), "records", count(truth->payments.lines));
}
