/* leadforest-register: decides whether the newest candidate becomes the champion; promotes, rolls back, lists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/settings.h"
#include "services/common/stage.h"
#include "services/common/volume.h"
#include "services/register/report.h"

struct settings {
    struct settings_common common;
    const char *now;
    double confidence, cells_margin, accuracy_margin, brier_margin;
    long long new_rows;
};

static const struct setting rows[] = {
    SETTINGS_COMMON(struct settings, common),
    SETTINGS_NOW(struct settings, now),
    {"confidence", "GATE_CONFIDENCE", SETTING_NUMBER, offsetof(struct settings, confidence), "0.95", 0.5, 0.9999, NULL,
     "with which a challenger must be better than the champion in log-loss (one-sided)"},
    {"new-rows", "GATE_NEW_ROWS", SETTING_WHOLE, offsetof(struct settings, new_rows), "100", 0, 1000000, NULL,
     "purchases that must be new before a champion is compared with again"},
    {"cells-margin", "GATE_CELLS_MARGIN", SETTING_NUMBER, offsetof(struct settings, cells_margin), "0.02", 0, 10, NULL,
     "nats by which a model may be worse than counting by cell"},
    {"accuracy-margin", "GATE_ACCURACY_MARGIN", SETTING_NUMBER, offsetof(struct settings, accuracy_margin), "0.02", 0,
     1, NULL, "by which accuracy may be worse than the champion's"},
    {"brier-margin", "GATE_BRIER_MARGIN", SETTING_NUMBER, offsetof(struct settings, brier_margin), "0.01", 0, 2, NULL,
     "by which the Brier score may be worse than the champion's"},
};

static const struct program program = {
    .name = "leadforest-register",
    .does = "judges the newest candidate and keeps the champion",
    .usage = "[options] [promote N|rollback|list|show N|verify]",
    .notes = "Without a word the newest candidate is judged on the hold-out: the first model must beat the class\n"
             "shares and not be worse than counting by cell; later ones must also be surely better than the champion\n"
             "on purchases that neither was trained on. A rejected candidate is exit 0 with \"status\":\"rejected\".\n"
             "Every decision is in registry/decisions.ndjson before anything follows from it.\n"
             "promote N   makes version N the champion; rollback the one before the last move\n"
             "list        the versions; show N: manifest and card; verify: hash and load them all again",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
    .max_words = 2,
};

static bool is(const struct words *words, const char *word, size_t count) {
    return words->count == count && strcmp(words->word[0], word) == 0;
}

/* The N of "promote N". */
static bool read_version(const struct words *words, long long *out) {
    char *end;
    *out = strtoll(words->word[1], &end, 10);
    return *end == '\0' && *out > 0;
}

static bool know_command(const struct words *words) {
    long long version;
    if (words->count == 0 || is(words, "rollback", 1) || is(words, "list", 1) || is(words, "verify", 1))
        return true;
    return (is(words, "promote", 2) || is(words, "show", 2)) && read_version(words, &version);
}

static bool obey(struct outcome *out, const struct words *words, const struct promotion_options *o,
                 struct file_error *err) {
    long long version = 0;
    if (words->count == 2)
        read_version(words, &version);
    if (words->count == 0)
        return promotion_gate(out, o, err);
    if (is(words, "promote", 2))
        return promotion_by_hand(out, o, version, err);
    if (is(words, "rollback", 1))
        return promotion_rollback(out, o, err);
    if (is(words, "show", 2))
        return report_show(out, o->data, version, err);
    return is(words, "list", 1) ? report_list(out, o->data, err) : report_verify(out, o->data, err);
}

static void sweep(const char *data) {
    char folder[PATH_MAX];
    if (publish_path(folder, NULL, "%s/" VOLUME_REGISTRY, data))
        publish_sweep(folder);
    if (publish_path(folder, NULL, "%s/" VOLUME_VERSIONS, data))
        publish_sweep(folder);
}

int main(int argc, char **argv) {
    struct settings s;
    struct words words;
    bool finished;
    enum exit_code code = settings_read(&program, &s, &words, argc, argv, &finished);
    if (code != EXIT_DONE || finished)
        return code;
    struct promotion_options options = {
        .data = s.common.data,
        .gate = {s.confidence, s.cells_margin, s.accuracy_margin, s.brier_margin, (uint64_t)s.new_rows}};
    if (!know_command(&words) || !clock_now(s.now, &options.now)) {
        fprintf(stderr, "%s: %s (see --help)\n", program.name,
                know_command(&words) ? "--now is no time" : "unknown command");
        return EXIT_USAGE_ERROR;
    }
    struct stage stage;
    if (!stage_begin(&stage, "register", s.common.data, &code))
        return code;
    options.run = stage.run;
    sweep(s.common.data);

    struct outcome outcome = {0};
    struct file_error err;
    if (!obey(&outcome, &words, &options, &err))
        return stage_fail_file(&stage, &err);
    return stage_end(&stage, outcome.code, outcome.result);
}
