/* main.c - leadforest-sample: raw data as Formspree and Stripe would give them, from a distribution that is known. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/worker.h"
#include "services/sample/defects.h"
#include "services/sample/ground_truth.h"

struct options {
    struct settings_common common;
    long long leads, seed, days;
    const char *layout, *shift;
    unix_time end;
    bool force;
};

static const struct setting settings[] = {
    SETTINGS_COMMON(struct options, common),
    {"leads", NULL, SETTING_INTEGER, offsetof(struct options, leads), "20000", 1, 1e8, NULL,
     "number of people who fill in the form"},
    {"seed", NULL, SETTING_INTEGER, offsetof(struct options, seed), "1", 0, 1e15, NULL,
     "seed of the random numbers; the same seed gives the same bytes"},
    {"layout", NULL, SETTING_CHOICE, offsetof(struct options, layout), "events", 0, 0, "events|compact",
     "how a purchase is written: events: as 5 to 7 Stripe events; compact: as one object"},
    {"days", NULL, SETTING_INTEGER, offsetof(struct options, days), "730", 60, 3650, NULL,
     "number of days over which the leads are spread"},
    {"end", NULL, SETTING_TIME, offsetof(struct options, end), "2026-06-01", 0, 0, NULL,
     "end of those days (ISO 8601, UTC)"},
    {"shift", NULL, SETTING_TEXT, offsetof(struct options, shift), "none", 4, 100, NULL,
     "changes to put in, and after how many days, such as covariate@120,concept@240; without @, after half of the "
     "days. covariate: the mix of business types; concept: what some of them buy; new-type: a new business type"},
    {"force", NULL, SETTING_FLAG, offsetof(struct options, force), NULL, 0, 0, NULL,
     "overwrite data in raw/ that this program did not write", .not_an_input = true},
};

/* All that a run makes. */
struct work {
    struct sample sample;
    struct ground_truth truth;
    struct atomic_file forms, payments;
};

static void work_done(void *work) {
    struct work *w = work;
    free(w->sample.population);
}

/* Data that are not a sample are kept: they may be the only copy. */
static bool has_real_data(const struct volume *volume) {
    struct dirent *entry;
    bool real = false;
    if (files_exist_at(volume, VOLUME_TRUTH))
        return false;
    DIR *folder = volume_open_folder(volume, VOLUME_RAW);
    while (folder != NULL && !real && (entry = readdir(folder)) != NULL)
        real = strncmp(entry->d_name, "customers", 9) == 0 || strncmp(entry->d_name, "transactions", 12) == 0 ||
               strcmp(entry->d_name, "inbox") == 0;
    if (folder != NULL)
        closedir(folder);
    return real;
}

/* One shift, "concept@240" or "concept"; *at is where the next begins. Its time is `middle` if it has none. */
static bool read_shift(const char **at, enum population_shift *what, unix_time begin, unix_time middle,
                       unix_time *when) {
    *what = POPULATION_COVARIATE;
    size_t size = strcspn(*at, "@,");
    while (*what <= POPULATION_NEW_TYPE &&
           (strlen(population_shift_name(*what)) != size || strncmp(population_shift_name(*what), *at, size) != 0))
        ++*what;
    *at += size;
    *when = middle;
    if (*what <= POPULATION_NEW_TYPE && **at == '@') {
        char *end;
        unsigned long days = strtoul(*at + 1, &end, 10);
        bool number = (*at)[1] >= '0' && (*at)[1] <= '9' && days <= 3650;
        *at = end;
        *when = begin + (unix_time)days * 24 * 3600;
        if (!number)
            return false;
    }
    return *what <= POPULATION_NEW_TYPE && (**at == '\0' || *(*at)++ == ',');
}

/* "none", or shifts in order of time; false for any other text. */
static bool read_shifts(struct population_shifts *out, const char *text, unix_time begin, unix_time middle) {
    *out = (struct population_shifts){0};
    if (strcmp(text, "none") == 0)
        return true;
    do {
        if (out->count == POPULATION_MAX_SHIFTS ||
            !read_shift(&text, &out->shift[out->count].what, begin, middle, &out->shift[out->count].at))
            return false;
        out->count++;
        if (out->count > 1 && out->shift[out->count - 1].at < out->shift[out->count - 2].at)
            return false;
    } while (*text != '\0');
    return true;
}

/* A file of raw/ that is being written, with a large buffer for many small writes. */
static bool open_output(struct atomic_file *out, const struct volume *volume, const char *name, struct error *err) {
    if (!atomic_file_open_at(out, volume, name, err))
        return false;
    setvbuf(out->file, NULL, _IOFBF, 1 << 20);
    return true;
}

static bool write_files(struct work *w, const struct volume *volume, bool compact, struct error *err) {
    struct ground_truth *truth = &w->truth;
    if (!forms_write(w->forms.file, truth->sample, &truth->forms) ||
        !payments_write(w->payments.file, truth->sample, compact, &truth->tally, &truth->payments)) {
        error_set(err, "out of memory");
        err->retryable = true;
        return false;
    }
    /* The truth goes first: it is the mark of sample data, so a run killed between the files can be repeated. */
    json_t *json = ground_truth_json(truth);
    bool done = atomic_file_write_json_at(volume, VOLUME_TRUTH, json, err) && atomic_file_commit(&w->forms, err) &&
                atomic_file_commit(&w->payments, err);
    json_decref(json);
    return done;
}

/* The sample of these options; false and err if they are invalid. */
static bool plan(struct sample *sample, const struct options *options, const struct volume *volume,
                 const struct etl_config *config, struct error *err) {
    unix_time end = options->end, span = options->days * 24 * 3600;
    char problem[200];
    struct population_shifts shifts;
    if (!read_shifts(&shifts, options->shift, end - span, end - span / 2))
        return error_set(err, "--shift: \"%s\" must be none or such as covariate@120,concept@240", options->shift);
    struct population *population = population_new(config, &shifts, problem);
    if (population == NULL)
        return error_set(err, "%s", problem);
    uint64_t leads = (uint64_t)options->leads, non_lead_payers = leads * defects_rate(DEFECT_NON_LEAD_PAYER) / 100000;
    *sample = (struct sample){(uint64_t)options->seed, leads, non_lead_payers, end - span, end, population};
    return !options->force && has_real_data(volume)
               ? error_set(err, "raw/ contains data that are not a sample; --force overwrites them")
               : true;
}

static enum exit_code prepare(struct worker_run *run, struct error *err) {
    struct work *w = run->work;
    w->truth.sample = &w->sample;
    return plan(&w->sample, run->settings, &run->stage.volume, run->config, err) ? EXIT_DONE : EXIT_USAGE;
}

static enum exit_code generate(struct worker_run *run, struct error *err) {
    const struct options *options = run->settings;
    struct work *w = run->work;
    const struct volume *volume = &run->stage.volume;
    bool done = open_output(&w->forms, volume, VOLUME_RAW "/customers.csv", err) &&
                open_output(&w->payments, volume, VOLUME_RAW "/transactions.json", err) &&
                write_files(w, volume, strcmp(options->layout, "compact") == 0, err);
    atomic_file_abort(&w->forms); /* what was not committed */
    atomic_file_abort(&w->payments);
    run->result = done ? ground_truth_counts(&w->truth) : NULL;
    return worker_code(done, err);
}

int main(int argc, char **argv) {
    const struct program program = {
        .name = "leadforest-sample",
        .summary = "writes made-up leads and payments to raw/, as Formspree and Stripe would send them",
        .usage = "[options]",
        .notes = defects_describe(),
        .examples = "  leadforest-sample --leads 20000                   the data of the quick start\n"
                    "  leadforest-sample --shift concept@240 --data x    buyers change their minds after 240 days",
        .settings = settings,
        .setting_count = sizeof settings / sizeof *settings,
    };
    const struct worker worker = {
        .program = &program,
        .id = WORKER_SAMPLE,
        .settings_size = sizeof(struct options),
        .work_size = sizeof(struct work),
        .configured = true,
        .outputs = {"customers.csv", "transactions.json", "truth.json"},
        .prepare = prepare,
        .run = generate,
        .done = work_done,
    };
    return worker_main(&worker, argc, argv);
}
