/* main.c - leadforest-sample: raw data as Formspree and Stripe would give them, from a distribution that is known. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/configuration.h"
#include "services/common/settings.h"
#include "services/common/stage.h"
#include "services/common/volume.h"
#include "services/sample/mess.h"
#include "services/sample/truth.h"

struct options {
    struct settings_common common;
    long long leads, seed, days;
    const char *layout, *shift;
    moment end;
    bool force;
};

static const struct setting settings[] = {
    SETTINGS_COMMON(struct options, common),
    {"leads", NULL, SETTING_WHOLE, offsetof(struct options, leads), "20000", 1, 1e8, NULL,
     "people who fill in the form"},
    {"seed", NULL, SETTING_WHOLE, offsetof(struct options, seed), "1", 0, 1e15, NULL,
     "the same seed gives the same bytes"},
    {"layout", NULL, SETTING_CHOICE, offsetof(struct options, layout), "events", 0, 0, "events|compact",
     "5 to 7 whole events a purchase, or one object"},
    {"days", NULL, SETTING_WHOLE, offsetof(struct options, days), "730", 60, 3650, NULL, "how long people kept coming"},
    {"end", NULL, SETTING_TIME, offsetof(struct options, end), "2026-06-01", 0, 0, NULL,
     "when the data end (ISO 8601, UTC)"},
    {"shift", NULL, SETTING_TEXT, offsetof(struct options, shift), "none", 4, 100, NULL,
     "what changes and after how many days (default: half of them), as covariate@120,concept@240: the mix of types "
     "(covariate), the wishes of some (concept), a new type (new-type)"},
    {"force", NULL, SETTING_FLAG, offsetof(struct options, force), NULL, 0, 0, NULL,
     "overwrite raw data that are no sample"},
};

/* Data that a sample did not make stay: they may be the only copy. */
static bool holds_real_data(const char *data) {
    char path[PATH_MAX];
    struct dirent *entry;
    bool real = false;
    if (!publish_path(path, NULL, "%s/%s", data, VOLUME_TRUTH) || files_exist(path) ||
        !publish_path(path, NULL, "%s/%s", data, VOLUME_RAW))
        return false;
    DIR *folder = opendir(path);
    while (folder != NULL && !real && (entry = readdir(folder)) != NULL)
        real = strncmp(entry->d_name, "customers", 9) == 0 || strncmp(entry->d_name, "transactions", 12) == 0 ||
               strcmp(entry->d_name, "inbox") == 0;
    if (folder != NULL)
        closedir(folder);
    return real;
}

/* One shift, "concept@240" or "concept"; *at is where the next begins. Its time is `middle` where it tells none. */
static bool read_shift(const char **at, enum world_shift *what, moment begin, moment middle, moment *when) {
    *what = WORLD_COVARIATE;
    size_t size = strcspn(*at, "@,");
    while (*what <= WORLD_NEW_TYPE &&
           (strlen(world_shift_name(*what)) != size || strncmp(world_shift_name(*what), *at, size) != 0))
        ++*what;
    *at += size;
    *when = middle;
    if (*what <= WORLD_NEW_TYPE && **at == '@') {
        char *end;
        unsigned long days = strtoul(*at + 1, &end, 10);
        bool number = (*at)[1] >= '0' && (*at)[1] <= '9' && days <= 3650;
        *at = end;
        *when = begin + (moment)days * 24 * 3600;
        if (!number)
            return false;
    }
    return *what <= WORLD_NEW_TYPE && (**at == '\0' || *(*at)++ == ',');
}

/* "none", or shifts in order of time; false where the text is neither. */
static bool read_shifts(struct world_shifts *out, const char *text, moment begin, moment middle) {
    *out = (struct world_shifts){0};
    if (strcmp(text, "none") == 0)
        return true;
    do {
        if (out->count == WORLD_MAX_SHIFTS ||
            !read_shift(&text, &out->shift[out->count].what, begin, middle, &out->shift[out->count].at))
            return false;
        out->count++;
        if (out->count > 1 && out->shift[out->count - 1].at < out->shift[out->count - 2].at)
            return false;
    } while (*text != '\0');
    return true;
}

/* A file of raw/ on its way, with a large buffer for its many small writes. */
static bool open_output(struct publication *out, const char *data, const char *name, struct file_error *err) {
    char path[PATH_MAX];
    if (!publish_path(path, err, "%s/%s/%s", data, VOLUME_RAW, name) || !publish_open(out, path, err))
        return false;
    setvbuf(out->file, NULL, _IOFBF, 1 << 20);
    return true;
}

static bool write_files(struct truth *truth, struct publication *forms, struct publication *payments,
                        const struct options *options, struct file_error *err) {
    char path[PATH_MAX];
    bool compact = strcmp(options->layout, "compact") == 0;
    if (!forms_write(forms->file, truth->sample, &truth->forms) ||
        !payments_write(payments->file, truth->sample, compact, &truth->tally, &truth->payments)) {
        file_error_say(err, "out of memory");
        err->try_later = true;
        return false;
    }
    /* The truth goes first: it is the mark of sample data, so a run killed between the files can be repeated. */
    json_t *json = truth_json(truth);
    bool done = publish_path(path, err, "%s/%s", options->common.data, VOLUME_TRUTH) && publish_json(path, json, err) &&
                publish_commit(forms, err) && publish_commit(payments, err);
    json_decref(json);
    return done;
}

static enum exit_code generate(struct stage *stage, const struct options *options, struct truth *truth) {
    static const char *const outputs[] = {"customers.csv", "transactions.json", "truth.json"};
    struct publication forms = {0}, payments = {0};
    struct file_error err;
    char raw[PATH_MAX];
    bool done = publish_path(raw, &err, "%s/%s", options->common.data, VOLUME_RAW);
    if (done && stage_up_to_date(stage))
        return stage_end(stage, EXIT_NOTHING_TO_DO, NULL);
    publish_sweep(raw);
    done = done && open_output(&forms, options->common.data, "customers.csv", &err) &&
           open_output(&payments, options->common.data, "transactions.json", &err) &&
           write_files(truth, &forms, &payments, options, &err) && stage_stamp(stage, outputs, 3, &err);
    publish_abort(&forms);
    publish_abort(&payments);
    return done ? stage_end(stage, EXIT_DONE, truth_counts(truth)) : stage_fail_file(stage, &err);
}

/* The sample that the options ask for; false and err where they make no sense.  The caller frees its world. */
static bool plan(struct sample *sample, const struct options *options, const struct config *config,
                 struct file_error *err) {
    moment end = options->end, span = options->days * 24 * 3600;
    char problem[200];
    struct world_shifts shifts;
    if (!read_shifts(&shifts, options->shift, end - span, end - span / 2))
        return file_error_say(err, "--shift: \"%s\" is not none or such as covariate@120,concept@240", options->shift);
    struct world *world = world_new(config, &shifts, problem);
    if (world == NULL)
        return file_error_say(err, "%s", problem);
    uint64_t leads = (uint64_t)options->leads, strangers = leads * mess_rate(MESS_STRANGER) / 100000;
    *sample = (struct sample){(uint64_t)options->seed, leads, strangers, end - span, end, world};
    return !options->force && holds_real_data(options->common.data)
               ? file_error_say(err, "raw/ holds data that are no sample; --force overwrites them")
               : true;
}

/* Whatever decides the bytes. */
static void add_inputs(struct stage *stage, const struct options *options, const char *config_text) {
    char numbers[100];
    snprintf(numbers, sizeof numbers, "%lld %lld %lld %lld", options->leads, options->seed, options->days,
             (long long)options->end);
    stage_input_text(stage, "numbers", numbers);
    stage_input_text(stage, "layout", options->layout);
    stage_input_text(stage, "shift", options->shift);
    stage_input_text(stage, "config", config_text);
}

int main(int argc, char **argv) {
    struct program program = {"leadforest-sample",
                              "raw data of customers and payments, from a known distribution",
                              "[options]",
                              mess_describe(),
                              settings,
                              sizeof settings / sizeof *settings,
                              0};
    struct options options = {0};
    struct sample sample = {0};
    struct stage stage;
    struct file_error err;
    char *config_text = NULL;
    bool finished;
    enum exit_code code = settings_read(&program, &options, NULL, argc, argv, &finished);
    if (code != EXIT_DONE || finished || !stage_begin(&stage, WORKER_SAMPLE, options.common.data, &code))
        return code;

    struct config *config = configuration_read(options.common.config, &config_text, &err);
    if (config != NULL && plan(&sample, &options, config, &err)) {
        struct truth truth = {.sample = &sample};
        add_inputs(&stage, &options, config_text);
        code = generate(&stage, &options, &truth);
    } else {
        code = stage_fail(&stage, EXIT_USAGE_ERROR, err.text);
    }
    free(sample.world);
    config_free(config);
    free(config_text);
    return code;
}
