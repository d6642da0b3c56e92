/* leadforest-register: decides whether the newest candidate becomes the champion; promotes, rolls back, lists. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/worker.h"
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
    {"slice-feature|slices", "GATE_SLICE_FEATURE|GATE_SLICES", SETTING_TEXT, offsetof(struct settings, slices), NULL, 1,
     FOREST_MAX_NAME, NULL, "feature whose categories are the slices; default: the first categorical feature"},
    {"keep-versions", "REGISTER_KEEP_VERSIONS", SETTING_INTEGER, offsetof(struct settings, keep_versions), "20", 1,
     1000000, NULL, "number of versions to keep, the newest ones"},
    {"keep-champions", "REGISTER_KEEP_CHAMPIONS", SETTING_INTEGER, offsetof(struct settings, keep_champions), "1000", 2,
     1000000, NULL, "number of former champions to keep besides"},
    {NULL, "SIGNING_KEY", SETTING_SECRET, offsetof(struct settings, signing_key), NULL, 0, 0, NULL,
     "Ed25519 private key (PEM, or its 32 bytes in base64) that signs new versions; see MODEL_PUBLIC_KEY"},
    {"mlflow-uri", "MLFLOW_TRACKING_URI", SETTING_TEXT, offsetof(struct settings, mlflow.server.url), NULL, 1, 1000,
     NULL, "address of an MLflow server that gets every decision, such as http://mlflow:5000; unset: none"},
    {"mlflow-experiment", "MLFLOW_EXPERIMENT_NAME", SETTING_TEXT, offsetof(struct settings, mlflow.experiment),
     "package-recommender", 1, 100, NULL, "MLflow experiment to which the runs belong"},
    {"mlflow-model", "MLFLOW_MODEL_NAME", SETTING_TEXT, offsetof(struct settings, mlflow.model), "package-recommender",
     1, 100, NULL, "registered model in MLflow that has the aliases champion and previous"},
    {"mlflow-seconds", "MLFLOW_SECONDS", SETTING_NUMBER, offsetof(struct settings, mlflow.server.seconds), "60", 1,
     3600, NULL, "seconds that a run may spend on MLflow; what is left is exported by the next run"},
    {NULL, "MLFLOW_TRACKING_TOKEN", SETTING_SECRET, offsetof(struct settings, mlflow.server.token), NULL, 0, 0, NULL,
     "bearer token for MLflow; like a password, it is sent only over https or to this machine"},
    {NULL, "MLFLOW_TRACKING_USERNAME", SETTING_SECRET, offsetof(struct settings, mlflow.server.user), NULL, 0, 0, NULL,
     "user name for MLflow; needs MLFLOW_TRACKING_PASSWORD"},
    {NULL, "MLFLOW_TRACKING_PASSWORD", SETTING_SECRET, offsetof(struct settings, mlflow.server.password), NULL, 0, 0,
     NULL, "password for MLflow"},
};

static const struct program program = {
    .name = "leadforest-register",
    .summary = "compares the newest candidate with the champion and decides which one is served",
    .usage = "[options] [promote N|approve N|rollback|list|show N|verify|reproduce N]",
    .notes = "Without an argument it evaluates the newest candidate on the hold-out. A first model must beat the\n"
             "class shares and be no worse than a frequency table. A later one must also have a lower log-loss than\n"
             "the champion, beyond chance, on purchases that neither was trained on, and no other metric may be\n"
             "worse than the champion's by more than its margin. A rejected candidate is exit code 0 with\n"
             "\"status\":\"rejected\"; one that waits for approval has \"held\". Every decision is in\n"
             "registry/decisions.ndjson; registry/decisions/ has a page about each.\n"
             "\n"
             "promote N    make version N the champion\n"
             "approve N    make version N, which waits for approval, the champion\n"
             "rollback     go back to the champion before the last change\n"
             "list         print the versions, the champion, where rollback leads and what waits for approval\n"
             "show N       print manifest and card of version N\n"
             "verify       check the hashes of all versions and load them\n"
             "reproduce N  train version N again from the features kept with it and compare the bytes\n"
             "\n"
             "If MLFLOW_TRACKING_URI is set, decisions and aliases are exported to MLflow. While MLflow does not\n"
             "answer, they wait and nothing else does; a decision that MLflow refuses for good is skipped.\n"
             "If MODEL_PUBLIC_KEY is set, only versions that the owner of SIGNING_KEY has signed are loaded.",
    .examples = "  leadforest-register                       evaluate the newest candidate\n"
                "  leadforest-register --require-approval    the same, but wait for \"approve N\"\n"
                "  leadforest-register rollback              serve the previous champion again",
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
    bool decides; /* it is then exported to MLflow */
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

/* NULL if the first word is not a command. */
static const struct command *find_command(const struct args *args) {
    if (args->count == 0)
        return &gate_command;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].arg, args->arg[0]) == 0)
            return &commands[i];
    return NULL;
}

struct work {
    const struct command *command;
    long long version; /* of a command that takes one */
};

static struct options options_of(const struct settings *s, const struct stage *stage) {
    return (struct options){.registry = {.volume = &stage->volume, .run = stage->run, .now = s->now},
                            .config = s->common.config,
                            .slices = s->slices,
                            .signing_key = s->signing_key,
                            .keep_versions = s->keep_versions,
                            .keep_champions = s->keep_champions,
                            .gate = s->gate,
                            .mlflow = s->mlflow};
}

static enum exit_code check(struct worker_run *run, bool *finished) {
    const struct settings *s = run->settings;
    const struct args *args = &run->args;
    struct work *w = run->work;
    struct error err;
    (void)finished;
    w->command = find_command(args);
    if (w->command == NULL)
        return settings_reject(&program, "unknown command \"%.80s\"", args->arg[0]);
    if (w->command->run != NULL && args->count > 1)
        return settings_reject(&program, "unexpected \"%.80s\"", args->arg[1]);
    if (w->command->run_with_version != NULL && !read_version(args, &w->version))
        return settings_reject(&program, "\"%s\" needs the number of a version", w->command->arg);
    if (mlflow_outbox_valid(&s->mlflow, &err))
        return EXIT_DONE;
    fprintf(stderr, "%s: %s\n", program.name, err.text);
    return EXIT_USAGE;
}

static bool run_command(struct outcome *out, const struct work *w, const struct options *o, struct error *err) {
    if (w->command->run != NULL)
        return w->command->run(out, o, err);
    assert(w->command->run_with_version != NULL);
    return w->command->run_with_version(out, o, w->version, err);
}

static void sweep(const struct volume *volume) {
    serving_check_sweep(volume);
    atomic_file_sweep_folder_at(volume, VOLUME_REGISTRY);
    atomic_file_sweep_folder_at(volume, VOLUME_VERSIONS);
    atomic_file_sweep_folder_at(volume, VOLUME_REGISTRY "/decisions");
}

static enum exit_code decide_or_move(struct worker_run *run, struct error *err) {
    const struct work *w = run->work;
    struct options options = options_of(run->settings, &run->stage);
    const struct volume *volume = options.registry.volume;
    struct outcome outcome = {0};
    sweep(volume);
    if (!run_command(&outcome, w, &options, err))
        return worker_code(false, err);
    provenance_report(run->stage.lineage, volume, outcome.result);
    if (w->command->decides)
        mlflow_outbox_send(volume, &options.mlflow);
    run->result = outcome.result;
    return outcome.code;
}

static const struct worker worker = {
    .program = &program,
    .id = WORKER_REGISTER,
    .settings_size = sizeof(struct settings),
    .work_size = sizeof(struct work),
    .check = check,
    .run = decide_or_move,
};

int main(int argc, char **argv) {
    return worker_main(&worker, argc, argv);
}
