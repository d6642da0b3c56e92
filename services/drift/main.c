/* leadforest-drift: predictions + processed -> monitoring/, whether customers have changed and a training is due. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/settings.h"
#include "services/common/worker/stage.h"
#include "services/drift/history.h"
#include "services/drift/report.h"

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
     1, NULL, "ask for a training when the accuracy is below this beyond chance, 0 to 1"},
    {"min-confidence|confidence-min", "DRIFT_MIN_CONFIDENCE|DRIFT_CONFIDENCE_MIN", SETTING_NUMBER, AT(min_confidence),
     "0.4", 0, 1, NULL,
     "ask for a training when the mean probability of the predicted package over a month is below this beyond chance, "
     "0 to 1"},
    {"max-age-days|age-days", "DRIFT_MAX_AGE_DAYS|DRIFT_AGE_DAYS", SETTING_INTEGER, AT(age), "180", 0, 36500, NULL,
     "ask for a training when the champion is older than this many days; 0: never"},
    {"new-labels", "DRIFT_NEW_LABELS", SETTING_INTEGER, AT(new_labels), "1000", 0, 1000000000, NULL,
     "ask for a training after this many purchases since the champion was promoted; 0: never"},
    {"exit-code", "DRIFT_EXIT_CODE", SETTING_FLAG, AT(exit_code), "0", 0, 0, NULL,
     "exit with code 3 when the state is ALARM or RETRAIN"},
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

static struct monitor_options options_of(const struct settings *s) {
    return (struct monitor_options){
        .data = s->common.data,
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

/* ---- inputs ---- */

static void add_settings(struct stage *stage, const struct settings *s) {
    char text[400];
    snprintf(text, sizeof text,
             "%.10g %.10g %.10g %.10g %.10g %.10g %.10g %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld",
             s->false_alarm_days, s->label_false_alarm_days, s->floor, s->confirm, s->error_rise, s->min_accuracy,
             s->min_confidence, s->min_rows, s->reference_rows, s->reference_weeks, s->burst, s->quiet, s->cooldown,
             s->max_per_month, s->maturity, s->age, s->new_labels, s->seed);
    stage_input_text(stage, "settings", text);
}

static bool add_logs(struct stage *stage, const struct monitor *m, struct error *err) {
    char **names, path[PATH_MAX];
    size_t count;
    bool done = request_log_files(&names, &count, m->options->data, 0, m->until, err);
    for (size_t i = 0; i < count && done; i++) {
        done = path_format(path, err, "%s/" VOLUME_PREDICTIONS "/%s", m->options->data, names[i]);
        if (done)
            stage_input_raw(stage, path);
    }
    request_log_free_files(names, count);
    return done;
}

static bool add_inputs(struct stage *stage, const struct monitor *m, struct error *err) {
    static const char *const files[] = {VOLUME_TRAIN, VOLUME_CHAMPION, VOLUME_DECISIONS};
    char path[PATH_MAX], day[UNIX_TIME_TEXT];
    unix_time_format(m->until, day);
    stage_input_text(stage, "until", day);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!path_format(path, err, "%s/%s", m->options->data, files[i]) || !stage_input_file(stage, path, err))
            return false;
    return add_logs(stage, m, err);
}

/* ---- outputs ---- */

/* What the pipeline acts on. */
static json_t *result_of(const struct monitor *m) {
    const struct decision_state *d = &m->state.decision;
    bool retrain = d->level == LEVEL_RETRAIN;
    return json_pack("{s:s, s:b, s:b, s:s, s:s}", "state", decision_level_name(d->level), "retrain", (int)retrain,
                     "alarm", (int)(retrain && decision_is_alarm(d->cause)), "cause", decision_cause_name(d->cause),
                     "reason", m->state.reason);
}

/* How to end where there was nothing wrong with the look itself. */
static enum exit_code code_of(const struct settings *s, const struct monitor *m, enum exit_code otherwise) {
    return s->exit_code && m->state.decision.level >= LEVEL_ALARM ? EXIT_ALARM : otherwise;
}

/* The report, the history, and last the state, from which the next run goes on. */
static bool publish(struct stage *stage, const struct monitor *m, struct error *err) {
    char path[PATH_MAX], name[UNIX_TIME_TEXT + 8], day[UNIX_TIME_TEXT];
    unix_time_format_day(m->until - 1, day);
    snprintf(name, sizeof name, "%s.json", day);
    json_t *report = report_describe(m);
    bool done = path_format(path, err, "%s/" VOLUME_MONITORING "/%s", m->options->data, name) &&
                (report != NULL || error_set(err, "describe %s: a text that is no UTF-8", path)) &&
                atomic_file_write_json(path, report, err) && history_append(m, err) &&
                state_publish(&m->state, m->options->data, m->until, err);
    json_decref(report);
    const char *const outputs[] = {name, "history.ndjson", "state.json"};
    return done && stage_stamp(stage, outputs, 3, err);
}

static enum exit_code run_monitor(struct stage *stage, const struct settings *s, struct monitor *m,
                                  const char *folder) {
    struct error err;
    atomic_file_sweep_folder(folder);
    bool done = monitor_follow_gate(m, &err) && monitor_read(m, &err) && monitor_test_traffic(m, &err) &&
                monitor_measure_performance(m, &err);
    if (done)
        monitor_decide(m);
    done = done && publish(stage, m, &err);
    return done ? stage_end(stage, code_of(s, m, EXIT_DONE), result_of(m)) : stage_fail_error(stage, &err);
}

/* From tomorrow's midnight on; what went before is forgotten. */
static enum exit_code rebase(struct stage *stage, struct monitor *m) {
    struct error err;
    m->state = (struct state){
        .reference_since = m->until + DAY, .rebased_at = m->options->now, .gate_followed_until = m->options->now};
    snprintf(m->state.reason, sizeof m->state.reason, "a new reference begins");
    if (!state_publish(&m->state, m->options->data, m->until, &err))
        return stage_fail_error(stage, &err);
    return stage_end(stage, EXIT_DONE, result_of(m));
}

int main(int argc, char **argv) {
    struct settings s;
    struct args args;
    bool finished;
    enum exit_code code = settings_read(&program, &s, &args, argc, argv, &finished);
    if (code != EXIT_DONE || finished)
        return code;
    if (args.count > 0 && strcmp(args.arg[0], "rebase") != 0)
        return settings_reject(&program, "unknown command \"%.80s\"", args.arg[0]);
    struct stage stage;
    if (!stage_begin(&stage, WORKER_DRIFT, s.common.data, &code))
        return code;

    struct etl_config *config = stage_input_configuration(&stage, s.common.config, &code);
    if (config == NULL)
        return code;
    struct monitor_options options = options_of(&s);
    struct monitor monitor = {0};
    struct error err;
    char folder[PATH_MAX];
    add_settings(&stage, &s);
    if (!path_format(folder, &err, "%s/" VOLUME_MONITORING, options.data) ||
        !monitor_init(&monitor, &options, config, &err) || !add_inputs(&stage, &monitor, &err))
        code = stage_fail_error(&stage, &err);
    else if (args.count == 1)
        code = rebase(&stage, &monitor);
    else if (stage_up_to_date(&stage))
        code = stage_end(&stage, code_of(&s, &monitor, EXIT_NOTHING_TO_DO), result_of(&monitor));
    else
        code = run_monitor(&stage, &s, &monitor, folder);
    monitor_done(&monitor);
    etl_config_free(config);
    return code;
}
