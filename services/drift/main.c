/* leadforest-drift: predictions + processed -> monitoring/: whether traffic or customers changed and a training is due.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/unreadable.h"
#include "services/common/worker/worker.h"
#include "services/drift/history.h"
#include "services/drift/report.h"
#include "services/drift/status_message.h"

enum { DAY = 86400, PENDING_DAYS = 7, WARN_RATIO = 10 };

struct settings {
    struct settings_common common;
    unix_time now;
    double false_alarm_days, label_false_alarm_days, floor, confirm, error_rise, min_accuracy, min_confidence;
    long long min_rows, reference_rows, reference_weeks, burst, quiet, cooldown, max_per_month, maturity, age,
        new_labels, seed;
    bool exit_code;
};

#define AT(field) offsetof(struct settings, field)

static const struct setting rows[] = {
    SETTINGS_COMMON(struct settings, common),
    SETTINGS_NOW(struct settings, now),
    {"false-alarm-days", "DRIFT_FALSE_ALARM_DAYS", SETTING_NUMBER, AT(false_alarm_days), "365", 10, 36500, NULL,
     "average days between two false alarms about the traffic"},
    {"label-false-alarm-days", "DRIFT_LABEL_FALSE_ALARM_DAYS", SETTING_NUMBER, AT(label_false_alarm_days), "3650", 30,
     365000, NULL,
     "average days between two false alarms of each of the two tests on purchases, which ask for a training at once"},
    {"min-effect|effect-floor", "DRIFT_MIN_EFFECT|DRIFT_EFFECT_FLOOR", SETTING_NUMBER, AT(floor), "0.03", 0, 1, NULL,
     "smallest change that can raise an alarm, as total variation distance, 0 to 1; a fifth of it for unknown "
     "categories"},
    {"min-window-rows|least-rows", "DRIFT_MIN_WINDOW_ROWS|DRIFT_LEAST_ROWS", SETTING_INTEGER, AT(min_rows), "30", 10,
     1000000, NULL, "requests that a window must contain to be tested"},
    {"min-reference-rows|reference-rows", "DRIFT_MIN_REFERENCE_ROWS|DRIFT_REFERENCE_ROWS", SETTING_INTEGER,
     AT(reference_rows), "500", 30, 100000000, NULL,
     "requests that the reference must contain, unless half a year brings fewer"},
    {"min-reference-weeks|reference-weeks", "DRIFT_MIN_REFERENCE_WEEKS|DRIFT_REFERENCE_WEEKS", SETTING_INTEGER,
     AT(reference_weeks), "4", 1, REFERENCE_MAX_WEEKS, NULL, "weeks that the reference must cover"},
    {"repeats-per-hour|burst", "DRIFT_REPEATS_PER_HOUR|DRIFT_BURST", SETTING_INTEGER, AT(burst), "2", 1, 1000000, NULL,
     "identical requests in one hour that are always counted; of more, at most the volume of a usual hour"},
    {"confirm-p|confirm", "DRIFT_CONFIRM_P|DRIFT_CONFIRM", SETTING_NUMBER, AT(confirm), "0.01", 0.0001, 1, NULL,
     "largest p-value of the days after an alarm that confirms it; a confirmed alarm asks for a training"},
    {"resolve-days|calm-days", "DRIFT_RESOLVE_DAYS|DRIFT_CALM_DAYS", SETTING_INTEGER, AT(quiet), "7", 1, 365, NULL,
     "days without a finding after which an alarm ends"},
    {"cooldown-days", "DRIFT_COOLDOWN_DAYS", SETTING_INTEGER, AT(cooldown), "14", 0, 3650, NULL,
     "days to wait before asking for another training; doubled by each candidate that the gate rejects"},
    {"max-retrains-per-30d|monthly", "DRIFT_MAX_RETRAINS_PER_30D|DRIFT_MONTHLY", SETTING_INTEGER, AT(max_per_month),
     "2", 1, 31, NULL, "most trainings to ask for in 30 days"},
    {"maturity-days", "DRIFT_MATURITY_DAYS", SETTING_INTEGER, AT(maturity), "30", 1, 3650, NULL,
     "days that a lead has to buy before its prediction is checked"},
    {"error-rise", "DRIFT_ERROR_RISE", SETTING_NUMBER, AT(error_rise), "0.1", 0.01, 0.9, NULL,
     "rise of the error rate that the running test of errors (CUSUM) is made to find, 0.01 to 0.9"},
    {"min-accuracy|accuracy-min", "DRIFT_MIN_ACCURACY|DRIFT_ACCURACY_MIN", SETTING_NUMBER, AT(min_accuracy), "0.4", 0,
     1, NULL, "ask for a training when the accuracy is below this, 0 to 1, by more than chance explains"},
    {"min-confidence|confidence-min", "DRIFT_MIN_CONFIDENCE|DRIFT_CONFIDENCE_MIN", SETTING_NUMBER, AT(min_confidence),
     "0.4", 0, 1, NULL,
     "ask for a training when the mean probability of the predicted package over a month is below this, 0 to 1, by "
     "more than chance explains"},
    {"max-age-days|age-days", "DRIFT_MAX_AGE_DAYS|DRIFT_AGE_DAYS", SETTING_INTEGER, AT(age), "180", 0, 36500, NULL,
     "ask for a training when the champion is older than this many days; 0: never"},
    {"new-labels", "DRIFT_NEW_LABELS", SETTING_INTEGER, AT(new_labels), "1000", 0, 1000000000, NULL,
     "ask for a training after this many purchases since the champion was promoted; 0: never"},
    {"exit-code", "DRIFT_EXIT_CODE", SETTING_FLAG, AT(exit_code), "0", 0, 0, NULL,
     "exit with code 3 when the state is ALARM or RETRAIN", .not_an_input = true},
    {"seed", "DRIFT_SEED", SETTING_INTEGER, AT(seed), "1", 0, 9e15, NULL,
     "seed of the random numbers; the same input and seed give the same result"},
};

static const struct program program = {
    .name = "leadforest-drift",
    .summary = "predictions/ + processed/ -> monitoring/: detects changes and asks for a training",
    .usage = "[options] [rebase]",
    .notes = "Looks at complete days (UTC). The result line has \"retrain\", \"alarm\" (train with --alarm) and\n"
             "\"reason\"; monitoring/state.json keeps them until the gate has decided on a candidate.\n"
             "The reference is the traffic since the first request, or since the last promotion after an alarm.\n"
             "\n"
             "rebase      start a new reference: the traffic from now on is the usual one",
    .examples = "  leadforest-drift                     check all days until the last midnight\n"
                "  leadforest-drift rebase              accept a change that you expected",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
    .max_args = 1,
};

static struct monitor_options options_of(const struct settings *s, const struct volume *volume) {
    return (struct monitor_options){
        .volume = volume,
        .now = s->now,
        .seed = (uint64_t)s->seed,
        .false_alarm_days = s->false_alarm_days,
        .label_false_alarm_days = s->label_false_alarm_days,
        .detector = {(uint32_t)s->min_rows},
        .floor = s->floor,
        .reference = {(unsigned)s->reference_weeks, (uint32_t)s->reference_rows, (uint32_t)s->min_rows},
        .decision = {.confirm_p = s->confirm,
                     .warn_ratio = WARN_RATIO,
                     .quiet = s->quiet * DAY,
                     .cooldown = s->cooldown * DAY,
                     .pending = PENDING_DAYS * (unix_time)DAY,
                     .max_per_month = (unsigned)s->max_per_month},
        .burst = (unsigned)s->burst,
        .maturity = s->maturity * DAY,
        .age = s->age * DAY,
        .error_rise = s->error_rise,
        .min_accuracy = s->min_accuracy,
        .min_confidence = s->min_confidence,
        .new_labels = (uint64_t)s->new_labels,
    };
}

struct work {
    struct monitor_options options;
    struct monitor monitor;
};

static void work_done(void *work) {
    struct work *w = work;
    monitor_done(&w->monitor);
}

/* ---- inputs ---- */

static enum exit_code check(struct worker_run *run, bool *finished) {
    (void)finished;
    if (run->args.count > 0 && strcmp(run->args.arg[0], "rebase") != 0)
        return settings_reject(&program, "unknown command \"%.80s\"", run->args.arg[0]);
    return EXIT_DONE;
}

static bool is_rebase(const struct worker_run *run) {
    return run->args.count == 1;
}

static bool add_logs(struct stage *stage, const struct monitor *m, struct error *err) {
    char **names, name[VOLUME_NAME];
    size_t count;
    bool done = request_log_files(&names, &count, m->options->volume, 0, m->until, err);
    for (size_t i = 0; i < count && done; i++) {
        snprintf(name, sizeof name, VOLUME_PREDICTIONS "/%s", names[i]);
        stage_input_raw(stage, name);
    }
    request_log_free_files(names, count);
    return done;
}

/* The report of the last day, which is an output besides those of every run. */
static void day_file(const struct monitor *m, char name[STAGE_OUTPUT]) {
    char day[UNIX_TIME_TEXT];
    unix_time_format_day(m->until - 1, day);
    snprintf(name, STAGE_OUTPUT, "%s.json", day);
}

static void add_outputs(struct stage *stage, const struct monitor *m) {
    char name[STAGE_OUTPUT];
    day_file(m, name);
    stage_output(stage, name);
    stage_output(stage, "history.ndjson");
    stage_output(stage, "state.json");
}

static enum exit_code prepare(struct worker_run *run, struct error *err) {
    struct work *w = run->work;
    char until[UNIX_TIME_TEXT];
    w->options = options_of(run->settings, &run->stage.volume);
    if (!monitor_init(&w->monitor, &w->options, run->config, err))
        return worker_code(false, err);
    if (!is_rebase(run)) /* a rebase is never up to date */
        add_outputs(&run->stage, &w->monitor);
    unix_time_format(w->monitor.until, until);
    stage_input_text(&run->stage, "until", until);
    return worker_code(add_logs(&run->stage, &w->monitor, err), err);
}

/* ---- outputs ---- */

/* What the pipeline acts on. */
static json_t *result_of(const struct monitor *m) {
    const struct decision_state *d = &m->state.decision;
    bool retrain = d->level == LEVEL_RETRAIN;
    json_t *result = json_pack("{s:s, s:b, s:b, s:s, s:s}", "state", decision_level_name(d->level), "retrain",
                               (int)retrain, "alarm", (int)(retrain && decision_is_alarm(d->cause)), "cause",
                               decision_cause_name(d->cause), "reason", m->state.reason);
    unreadable_describe(result, m->cell_set.unreadable);
    return result;
}

/* The state in the result line, whether this run found it or an earlier one. */
static enum exit_code finish(struct worker_run *run, enum exit_code code) {
    const struct settings *s = run->settings;
    const struct monitor *m = &((struct work *)run->work)->monitor;
    run->result = result_of(m);
    return s->exit_code && m->state.decision.level >= LEVEL_ALARM ? EXIT_ALARM : code;
}

/* Write the report, the history, and last the state, from which the next run continues. */
static bool publish(const struct monitor *m, struct error *err) {
    const struct volume *volume = m->options->volume;
    char file[STAGE_OUTPUT], name[VOLUME_NAME];
    day_file(m, file);
    snprintf(name, sizeof name, VOLUME_MONITORING "/%s", file);
    json_t *report = report_describe(m);
    bool done = (report != NULL || error_set(err, "describe %s: a text is not valid UTF-8", name)) &&
                atomic_file_write_json_at(volume, name, report, err) && history_append(m, err) &&
                state_publish(&m->state, volume, m->until, err);
    json_decref(report);
    return done;
}

static bool monitor(struct monitor *m, struct error *err) {
    if (!monitor_follow_gate(m, err) || !monitor_read(m, err) || !monitor_test_traffic(m, err) ||
        !monitor_measure_performance(m, err))
        return false;
    unreadable_warn(m->cell_set.unreadable);
    monitor_decide(m);
    status_message_write(m, m->state.reason, sizeof m->state.reason);
    return publish(m, err);
}

/* Start a new reference at the next midnight; alarms and requests before it are dropped. */
static bool rebase(struct monitor *m, struct error *err) {
    m->state = (struct state){
        .reference_since = m->until + DAY, .rebased_at = m->options->now, .gate_followed_until = m->options->now};
    snprintf(m->state.reason, sizeof m->state.reason, "a new reference starts");
    return state_publish(&m->state, m->options->volume, m->until, err);
}

static enum exit_code drift(struct worker_run *run, struct error *err) {
    struct work *w = run->work;
    return worker_code(is_rebase(run) ? rebase(&w->monitor, err) : monitor(&w->monitor, err), err);
}

static const struct worker worker = {
    .program = &program,
    .id = WORKER_DRIFT,
    .settings_size = sizeof(struct settings),
    .work_size = sizeof(struct work),
    .configured = true,
    .inputs = {VOLUME_TRAIN, VOLUME_CHAMPION, VOLUME_DECISIONS},
    .check = check,
    .prepare = prepare,
    .run = drift,
    .finish = finish,
    .done = work_done,
};

int main(int argc, char **argv) {
    return worker_main(&worker, argc, argv);
}
