/* leadforest-score: processed/leads.csv + champion -> scores/leads.csv: which leads to call first, and what to offer.
 */
#include <stdlib.h>

#include "services/common/registry/champion.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/unreadable.h"
#include "services/common/worker/worker.h"
#include "services/score/scores.h"

struct settings {
    struct settings_common common;
};

static const struct setting rows[] = {
    SETTINGS_COMMON(struct settings, common),
};

static const struct program program = {
    .name = "leadforest-score",
    .summary = "processed/leads.csv + champion -> scores/leads.csv: ranks the leads that have not bought yet",
    .usage = "[options]",
    .notes = "Each line has the customer_id, the inputs, the most probable package and its probability,\n"
             "p_<package> for each package, expected_price, and the first offer in the configuration that fits.\n"
             "expected_price is the monthly price to expect if the lead buys: the sum of probability x price.\n"
             "The highest comes first. An input that a spreadsheet would take for a formula gets an apostrophe\n"
             "in front.",
    .examples = "  leadforest-score && head -5 data/scores/leads.csv     whom to call first",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
};

struct work {
    struct champion champion;
    struct lead_table leads;
    struct scores scores;
};

static void work_done(void *work) {
    struct work *w = work;
    scores_done(&w->scores);
    lead_table_done(&w->leads);
    champion_done(&w->champion);
}

static bool rank(struct work *w, const struct volume *volume, const struct etl_config *config, struct error *err) {
    const struct forest_schema *schema = forest_schema_of(w->champion.forest);
    struct prices prices;
    prices_find(&prices, schema, config, w->champion.card);
    return lead_table_read(&w->leads, volume, VOLUME_LEADS, schema, err) &&
           scores_make(&w->scores, &w->leads, w->champion.forest, &prices, config, err);
}

static bool publish(const struct scores *scores, const struct volume *volume, struct error *err) {
    struct atomic_file p;
    if (!atomic_file_open_at(&p, volume, VOLUME_SCORES, err))
        return false;
    scores_write(scores, p.file);
    return atomic_file_commit(&p, err);
}

static json_t *counts(const struct lead_table *leads, long long version) {
    json_t *result = json_pack("{s:I, s:I, s:I}", "leads", (json_int_t)leads->count, "distinct",
                               (json_int_t)leads->cells.count, "model_version", (json_int_t)version);
    unreadable_describe(result, leads->unreadable);
    return result;
}

static enum exit_code score(struct worker_run *run, struct error *err) {
    struct work *w = run->work;
    const struct volume *volume = &run->stage.volume;
    bool done = champion_load_at(&w->champion, volume, err) && rank(w, volume, run->config, err) &&
                publish(&w->scores, volume, err);
    unreadable_warn(w->leads.unreadable);
    run->result = done ? counts(&w->leads, w->champion.version) : NULL;
    return worker_code(done, err);
}

static const struct worker worker = {
    .program = &program,
    .id = WORKER_SCORE,
    .settings_size = sizeof(struct settings),
    .work_size = sizeof(struct work),
    .configured = true, /* prices and offers */
    .inputs = {VOLUME_LEADS, VOLUME_CHAMPION},
    .outputs = {"leads.csv"},
    .run = score,
    .done = work_done,
};

int main(int argc, char **argv) {
    return worker_main(&worker, argc, argv);
}
