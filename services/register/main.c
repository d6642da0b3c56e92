/* leadforest-register: decides whether the newest candidate becomes the champion; promotes, rolls back, lists. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/paths.h"
#include "services/common/worker/settings.h"
#include "services/common/worker/stage.h"
#include "services/register/commands.h"
#include "services/register/gate/gate_settings.h"
#include "services/register/inspect.h"
#include "services/register/mlflow/outbox.h"
#include "services/register/promotion.h"
#include "services/register/provenance.h"
#include "services/register/verify/serving_check.h"

struct settings {
    struct settings_common common;
    unix_time now;
    const char *slices, *signing_key;
    long long keep_versions, keep_champions;
    struct gate_settings gate;
    struct mlflow_options mlflow;
};

static const struct setting rows[] = {
    SETTINGS_COMMON(struct settings, common),
    SETTINGS_NOW(struct settings, now),
    GATE_SETTINGS(struct settings, gate),
    {"slices", "GATE_SLICES", SETTING_TEXT, offsetof(struct settings, slices), NULL, 1, FOREST_MAX_NAME, NULL,
     "feature whose levels are looked at one by one; default: the first categorical one"},
    {"keep-versions", "REGISTER_KEEP_VERSIONS", SETTING_INTEGER, offsetof(struct settings, keep_versions), "20", 1,
     1000000, NULL, "versions to keep, the newest ones"},
    {"keep-champions", "REGISTER_KEEP_CHAMPIONS", SETTING_INTEGER, offsetof(struct settings, keep_champions), "1000", 2,
     1000000, NULL, "versions to keep beside them, the last champions"},
    {NULL, "SIGNING_KEY", SETTING_SECRET, offsetof(struct settings, signing_key), NULL, 0, 0, NULL,
     "Ed25519 private key (PEM, or its seed in base64) that signs new versions; see MODEL_PUBLIC_KEY"},
    {"mlflow-uri", "MLFLOW_TRACKING_URI", SETTING_TEXT, offsetof(struct settings, mlflow.server.url), NULL, 1, 1000,
     NULL, "MLflow server that is told what was trained and decided: http://mlflow:5000; unset: none"},
    {"mlflow-experiment", "MLFLOW_EXPERIMENT_NAME", SETTING_TEXT, offsetof(struct settings, mlflow.experiment),
     "package-recommender", 1, 100, NULL, "experiment there that the runs belong to"},
    {"mlflow-model", "MLFLOW_MODEL_NAME", SETTING_TEXT, offsetof(struct settings, mlflow.model), "package-recommender",
     1, 100, NULL, "registered model there whose aliases are champion and previous"},
    {"mlflow-seconds", "MLFLOW_SECONDS", SETTING_NUMBER, offsetof(struct settings, mlflow.server.seconds), "60", 1,
     3600, NULL,
     "seconds after which a run asks MLflow nothing more, and that one request may take; the rest waits for the next "
     "run"},
    {NULL, "MLFLOW_TRACKING_TOKEN", SETTING_SECRET, offsetof(struct settings, mlflow.server.token), NULL, 0, 0, NULL,
     "token for MLflow; like a password, it is sent by https or on this machine alone"},
    {NULL, "MLFLOW_TRACKING_USERNAME", SETTING_SECRET, offsetof(struct settings, mlflow.server.user), NULL, 0, 0, NULL,
     "user for MLflow"},
    {NULL, "MLFLOW_TRACKING_PASSWORD", SETTING_SECRET, offsetof(struct settings, mlflow.server.password), NULL, 0, 0,
     NULL, "and the password"},
};

static const struct program program = {
    .name = "leadforest-register",
    .summary = "judges the newest candidate and keeps the champion",
    .usage = "[options] [promote N|approve N|rollback|list|show N|verify|reproduce N]",
    .notes =
        "Without a word the newest candidate is judged on the hold-out: the first model must beat the class\n"
        "shares and not be worse than counting by cell; later ones must also be surely better than the champion\n"
        "on purchases that neither was trained on, and worse in nothing else beyond the margins. A rejected\n"
        "candidate is exit 0 with \"status\":\"rejected\", one that waits for approval with \"held\".\n"
        "Every decision is in registry/decisions.ndjson before anything follows from it; registry/decisions/\n"
        "tells each to a person.\n"
        "promote N   makes version N the champion; approve N one that is held; rollback the one before the last move\n"
        "list        the versions, which is the champion, where rollback leads and what waits for approval\n"
        "show N      manifest and card of one; verify: hash and load them all again\n"
        "reproduce N trains version N again from the features kept with it and compares the bytes\n"
        "Where MLFLOW_TRACKING_URI is set, MLflow is told every decision, and which versions are champion and "
        "previous;\n"
        "while it does not answer, decisions wait and nothing else does; one that it refuses for good is passed over.\n"
        "Where MODEL_PUBLIC_KEY is set, nothing is loaded that SIGNING_KEY's owner has not signed.",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
    .max_args = 2,
};

/* The N of "promote N". */
static bool read_version(const struct args *args, long long *out) {
    if (args->count < 2)
        return false;
    char *end;
    *out = strtoll(args->arg[1], &end, 10);
    return *end == '\0' && *out > 0;
}

/* A word of the command line and what it does; without N it takes no number. */
struct command {
    const char *arg;
    bool decides; /* MLflow is told then */
    bool (*run)(struct outcome *, const struct options *, struct error *);
    bool (*run_with_version)(struct outcome *, const struct options *, long long, struct error *);
};

static const struct command commands[] = {
    {"rollback", true, command_rollback, NULL},   {"promote", true, NULL, command_promote},
    {"approve", true, NULL, command_approve},     {"list", false, inspect_list, NULL},
    {"show", false, NULL, inspect_show},          {"verify", false, inspect_verify, NULL},
    {"reproduce", false, NULL, report_reproduce},
};
static const struct command gate_command = {"", true, promotion_gate, NULL};

/* NULL where the first word is no command. */
static const struct command *find_command(const struct args *args) {
    if (args->count == 0)
        return &gate_command;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].arg, args->arg[0]) == 0)
            return &commands[i];
    return NULL;
}

static bool run(struct outcome *out, const struct command *command, long long version, const struct options *o,
                struct error *err) {
    if (command->run != NULL)
        return command->run(out, o, err);
    assert(command->run_with_version != NULL);
    return command->run_with_version(out, o, version, err);
}

static void sweep(const char *data) {
    char folder[PATH_MAX];
    serving_check_sweep(data);
    if (path_format(folder, NULL, "%s/" VOLUME_REGISTRY, data))
        atomic_file_sweep_folder(folder);
    if (path_format(folder, NULL, "%s/" VOLUME_VERSIONS, data))
        atomic_file_sweep_folder(folder);
    if (path_format(folder, NULL, "%s/" VOLUME_REGISTRY "/decisions", data))
        atomic_file_sweep_folder(folder);
}

int main(int argc, char **argv) {
    struct settings s;
    struct args args = {0};
    long long version = 0;
    bool finished;
    enum exit_code code = settings_read(&program, &s, &args, argc, argv, &finished);
    if (code != EXIT_DONE || finished)
        return code;
    struct options options = {.registry = {.data = s.common.data, .now = s.now},
                              .config = s.common.config,
                              .slices = s.slices,
                              .signing_key = s.signing_key,
                              .keep_versions = s.keep_versions,
                              .keep_champions = s.keep_champions,
                              .gate = s.gate,
                              .mlflow = s.mlflow};
    const struct command *command = find_command(&args);
    if (command == NULL)
        return settings_reject(&program, "unknown command \"%.80s\"", args.arg[0]);
    if (command->run != NULL && args.count > 1)
        return settings_reject(&program, "unexpected \"%.80s\"", args.arg[1]);
    if (command->run_with_version != NULL && !read_version(&args, &version))
        return settings_reject(&program, "\"%s\" needs the number of a version", command->arg);
    struct error err;
    if (!mlflow_outbox_valid(&options.mlflow, &err)) {
        fprintf(stderr, "%s: %s\n", program.name, err.text);
        return EXIT_USAGE;
    }
    struct stage stage;
    if (!stage_begin(&stage, WORKER_REGISTER, s.common.data, &code))
        return code;
    options.registry.run = stage.run;
    sweep(s.common.data);

    struct outcome outcome = {0};
    if (!run(&outcome, command, version, &options, &err))
        return stage_fail_error(&stage, &err);
    provenance_report(stage.lineage, s.common.data, outcome.result);
    if (command->decides)
        mlflow_outbox_send(s.common.data, &options.mlflow);
    return stage_end(&stage, outcome.code, outcome.result);
}
