/* truth.c - writes down the distribution and the counts. */
#include "services/sample/truth.h"

#include <math.h>
#include <string.h>

static json_t *count(uint64_t number) {
    return json_integer((json_int_t)number);
}

static json_t *share(uint32_t tickets) {
    return json_real(ldexp(tickets, -32));
}

/* To six decimals, so that the last bit of a machine's logarithm shows nowhere. */
static json_t *score_json(struct world_score score) {
    return json_pack("{s:f, s:f}", "accuracy", nearbyint(score.accuracy * 1e6) / 1e6, "log_loss",
                     nearbyint(score.log_loss * 1e6) / 1e6);
}

static json_t *cell_json(const struct world *world, const struct world_era *era, size_t type, size_t size) {
    json_t *packages = json_object();
    for (size_t i = 0; i < world->config->package_count; i++)
        json_object_set_new(packages, world->config->packages[i].name, share(era->package[type][size][i]));
    return json_pack("{s:s, s:s, s:o, s:f, s:o}", "business_type", world_type_name(world, type), "business_size",
                     world_size_name(world, size), "share", share(era->share[type][size]), "buyers",
                     era->buyers[type] / 1000.0, "packages", packages);
}

static json_t *distribution_json(const struct world *world, const struct world_era *era) {
    json_t *cells = json_array();
    for (size_t type = 0; type < era->types; type++)
        for (size_t size = 0; size < world->size->levels.count; size++)
            json_array_append_new(cells, cell_json(world, era, type, size));
    return cells;
}

static json_t *purchases_json(const struct story_tally *tally, const struct config *config) {
    json_t *reasons = json_object();
    uint64_t excluded = 0;
    for (enum story_exclusion i = 0; i < EXCLUSIONS; i++) {
        json_object_set_new(reasons, story_exclusion_text(i), count(tally->excluded[i]));
        excluded += tally->excluded[i];
    }
    json_t *packages = json_object();
    for (size_t i = 0; i < config->package_count; i++)
        json_object_set_new(packages, config->packages[i].name, count(tally->package[i]));
    return json_pack("{s:o, s:o, s:o, s:o}", "labelled", count(tally->labelled), "packages", packages, "found",
                     count(tally->labelled + excluded), "excluded", reasons);
}

static json_t *bayes_json(const struct world *world, const struct world_era *era) {
    json_t *bayes = score_json(world_bayes(world, era, false));
    json_object_set_new(bayes, "of_buyers", score_json(world_bayes(world, era, true)));
    return bayes;
}

/* From each shift on. */
static json_t *shifts_json(const struct world *world) {
    json_t *shifts = json_array();
    for (size_t i = 1; i < world->eras; i++) {
        const struct world_era *era = &world->era[i];
        char at[CLOCK_TEXT];
        clock_format(era->since, at);
        json_array_append_new(shifts,
                              json_pack("{s:s, s:s, s:o, s:o}", "kind", world_shift_name(era->shift), "at", at, "bayes",
                                        bayes_json(world, era), "distribution", distribution_json(world, era)));
    }
    return shifts;
}

/* Before any shift, where there is one. */
static json_t *before_json(const struct world *world) {
    const struct world_era *era = &world->era[0];
    if (world->eras == 1)
        return json_null();
    return json_pack("{s:o, s:o}", "bayes", bayes_json(world, era), "distribution", distribution_json(world, era));
}

json_t *truth_json(const struct truth *truth) {
    const struct sample *sample = truth->sample;
    const struct world_era *era = world_last_era(sample->world);
    char begin[CLOCK_TEXT], end[CLOCK_TEXT];
    clock_format(sample->begin, begin);
    clock_format(sample->end, end);
    return json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "seed", (json_int_t)sample->seed, "begin",
                     begin, "end", end, "before", before_json(sample->world), "shifts", shifts_json(sample->world),
                     "bayes", bayes_json(sample->world, era), "leads", count(truth->tally.people), "purchases",
                     purchases_json(&truth->tally, sample->world->config), "files", truth_counts(truth), "distribution",
                     distribution_json(sample->world, era));
}

json_t *truth_counts(const struct truth *truth) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "leads", count(truth->tally.people), "buyers",
                     count(truth->tally.buyers), "labelled", count(truth->tally.labelled), "rows",
                     count(truth->forms.rows), "repeated_rows", count(truth->forms.repeated), "broken_rows",
                     count(truth->forms.broken), "records", count(truth->payments.lines));
}
