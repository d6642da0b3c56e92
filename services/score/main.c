/* leadforest-score: processed/leads.csv + champion -> scores/leads.csv, whom to call first and what to offer. */
#include <stdlib.h>

#include "services/common/registry/champion.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/settings.h"
#include "services/common/worker/stage.h"
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

/* The leads and the champion; of the configuration, prices and offers. */
static bool add_inputs(struct stage *stage, const struct settings *s, struct error *err) {
    char path[PATH_MAX];
    return path_format(path, err, "%s/" VOLUME_LEADS, s->common.data) && stage_input_file(stage, path, err) &&
           path_format(path, err, "%s/" VOLUME_CHAMPION, s->common.data) && stage_input_file(stage, path, err);
}

static bool publish(struct stage *stage, const struct scores *scores, const char *data, struct error *err) {
    static const char *const outputs[] = {"leads.csv"};
    char path[PATH_MAX];
    struct atomic_file p;
    if (!path_format(path, err, "%s/" VOLUME_SCORES, data) || !atomic_file_open(&p, path, err))
        return false;
    scores_write(scores, p.file);
    return atomic_file_commit(&p, err) && stage_stamp(stage, outputs, 1, err);
}

static enum exit_code run(struct stage *stage, const struct settings *s, const struct etl_config *config) {
    struct champion champion = {0};
    struct lead_table leads = {0};
    struct scores scores = {0};
    struct prices prices;
    struct error err;
    char path[PATH_MAX];
    enum exit_code code;

    if (!champion_load(&champion, s->common.data, &err))
        return stage_fail_error(stage, &err);
    const struct forest_schema *schema = forest_schema_of(champion.forest);
    prices_find(&prices, schema, config, champion.card);
    bool done = path_format(path, &err, "%s/" VOLUME_LEADS, s->common.data) &&
                lead_table_read(&leads, path, schema, &err) &&
                scores_make(&scores, &leads, champion.forest, &prices, config, &err) &&
                publish(stage, &scores, s->common.data, &err);
    if (done)
        code = stage_end(stage, EXIT_DONE,
                         json_pack("{s:I, s:I, s:I}", "leads", (json_int_t)leads.count, "distinct",
                                   (json_int_t)leads.cells.count, "model_version", (json_int_t)champion.version));
    else
        code = stage_fail_error(stage, &err);
    scores_done(&scores);
    lead_table_done(&leads);
    champion_done(&champion);
    return code;
}

int main(int argc, char **argv) {
    struct settings s;
    bool finished;
    enum exit_code code = settings_read(&program, &s, NULL, argc, argv, &finished);
    if (code != EXIT_DONE || finished)
        return code;
    struct stage stage;
    if (!stage_begin(&stage, WORKER_SCORE, s.common.data, &code))
        return code;

    struct etl_config *config = stage_input_configuration(&stage, s.common.config, &code);
    if (config == NULL)
        return code;
    struct error err;
    char folder[PATH_MAX];
    if (!path_format(folder, &err, "%s/" VOLUME_SCORES_FOLDER, s.common.data) || !add_inputs(&stage, &s, &err))
        code = stage_fail_error(&stage, &err);
    else if (stage_up_to_date(&stage))
        code = stage_end(&stage, EXIT_NOTHING_TO_DO, NULL);
    else {
        atomic_file_sweep_folder(folder);
        code = run(&stage, &s, config);
    }
    etl_config_free(config);
    return code;
}
