/* leadforest-etl: raw/ -> processed/: who bought what, who has not bought yet, and why records were rejected. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "libetl/base/tasks.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/log.h"
#include "services/common/worker/worker.h"
#include "services/etl/checks.h"
#include "services/etl/csv_output.h"
#include "services/etl/parallel_reader.h"
#include "services/etl/pseudonym.h"
#include "services/etl/quarantine.h"
#include "services/etl/report.h"
#include "services/etl/report_html.h"

struct settings {
    struct settings_common common;
    long long threads, show;
    unix_time now;
    const char *mode, *key;
    double quarantine_limit, stale_days;
};

static const struct setting rows[] = {
    SETTINGS_COMMON(struct settings, common),
    SETTINGS_THREADS(struct settings, threads, "ETL_THREADS"),
    SETTINGS_NOW(struct settings, now),
    {"stripe-mode", "STRIPE_MODE", SETTING_CHOICE, offsetof(struct settings, mode), "live", 0, 0, "live|test",
     "payments to learn from: those of Stripe's live mode or of its test mode; the others are only reported"},
    {NULL, "PSEUDONYM_KEY", SETTING_SECRET, offsetof(struct settings, key), NULL, 32, 256, NULL,
     "secret key that makes ids for people without a lead_id: hexadecimal digits, or 32 bytes in base64; only sample "
     "data need none"},
    {"quarantine-limit", "QUARANTINE_LIMIT", SETTING_NUMBER, offsetof(struct settings, quarantine_limit), "0.2", 0, 1,
     NULL, "largest share of broken records, 0 to 1; if more are broken, nothing is published"},
    {"stale-days", "STALE_DAYS", SETTING_NUMBER, offsetof(struct settings, stale_days), "30", 0, 100000, NULL,
     "days without a new record after which the report warns"},
    {"show", NULL, SETTING_INTEGER, offsetof(struct settings, show), NULL, 1, 1e15, NULL,
     "only print, as it was received, the record on line N of processed/quarantine.ndjson; lines count from 1",
     .not_an_input = true},
};

static const struct program program = {
    .name = "leadforest-etl",
    .summary = "raw/ -> processed/: cleans, deduplicates and joins leads and payments",
    .usage = "[options]",
    .notes = "Writes train.csv (people who bought), leads.csv (people who have not), quarantine.ndjson (records\n"
             "that could not be used, with reasons), report.json and report.html.",
    .examples = "  leadforest-etl                  process raw/ of ./data\n"
                "  leadforest-etl --show 3         print the third record in quarantine",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
};

/* All that a run makes. */
struct work {
    const struct etl_config *config;
    struct etl_normalizer *normalizer;
    struct etl_hash_key key;
    struct etl_form_reader *form;
    struct pseudonym pseudonym;
    struct sources sources;
    struct etl_reader reader;
    struct etl_collector collector;
    struct etl_dataset dataset;
    struct checks checks;
};

static void work_done(void *work) {
    struct work *w = work;
    etl_dataset_done(&w->dataset);
    etl_collector_done(&w->collector);
    sources_done(&w->sources);
    etl_form_free(w->form);
    etl_normalizer_free(w->normalizer);
}

/* ---- before reading ---- */

static void add_inputs(struct stage *stage, const struct work *w) {
    char key[SHA256_HEX];
    pseudonym_fingerprint(&w->pseudonym, key);
    stage_input_text(stage, "pseudonym key", key);
    for (size_t i = 0; i < w->sources.count; i++) {
        stage_input_raw(stage, w->sources.items[i].file);
    }
}

static enum exit_code fail(struct error *err, enum exit_code code, const char *text) {
    error_set(err, "%s", text);
    return code;
}

static enum exit_code check_configuration(const struct work *w, struct error *err) {
    const char *leak = csv_output_find_leak(w->config);
    if (leak == NULL)
        return EXIT_DONE;
    error_set(err, "configuration: feature \"%s\" is known only after a purchase; a model must not learn from it",
              leak);
    return EXIT_USAGE;
}

static enum exit_code find_sources(struct work *w, const struct volume *volume, struct error *err) {
    if (!sources_find(&w->sources, volume, err))
        return worker_code(false, err);
    if (w->sources.ignored > 0)
        log_event(LOG_WARN, "files ignored", "ignored %zu files in raw/ with unrecognised names, e.g. %s",
                  w->sources.ignored, w->sources.first_ignored);
    if (w->sources.count > 0)
        return EXIT_DONE;
    error_set(err, "%s/" VOLUME_RAW ": no customers*.csv, transactions*.json or other data yet", volume->path);
    return EXIT_TEMPFAIL;
}

/* Configuration, sources and key: they must be valid before the first byte is read. */
static enum exit_code prepare(struct worker_run *run, struct error *err) {
    const struct settings *s = run->settings;
    struct work *w = run->work;
    w->config = run->config;
    run->stage.threads = settings_threads(s->threads);
    enum exit_code code = check_configuration(w, err);
    if (code == EXIT_DONE)
        code = find_sources(w, &run->stage.volume, err);
    if (code == EXIT_DONE)
        code = pseudonym_key(&w->pseudonym, s->key, &run->stage.volume, err);
    if (code == EXIT_DONE)
        add_inputs(&run->stage, w);
    return code;
}

/* ---- reading and joining ---- */

static enum exit_code out_of_memory(struct error *err) {
    return fail(err, EXIT_TEMPFAIL, "out of memory");
}

static bool begin_collecting(struct work *w, const struct settings *s) {
    unsigned char random[32];
    w->normalizer = etl_normalizer_new(w->config);
    if (w->normalizer == NULL || getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    etl_hash_key_set(&w->key, random, sizeof random);
    w->form = etl_form_new(w->config, &w->key);
    w->reader.form = w->form;
    w->reader.stripe = (struct etl_stripe_reader){w->config, strcmp(s->mode, "test") == 0, &w->key};
    return w->form != NULL && etl_collector_begin(&w->collector, w->config, w->normalizer, &w->key, w->sources.count);
}

static bool read_source(struct parallel_reader *parallel, struct source *source, size_t number, struct error *err) {
    bool done = source_open(source, err) && parallel_reader_run(parallel, source, number, err);
    return source_close(source, err) && done;
}

/* All sources of payments, or all of submissions. */
static bool read_sources(struct work *w, struct parallel_reader *parallel, bool payments, struct error *err) {
    bool done = true;
    for (size_t i = 0; done && i < w->sources.count; i++)
        if (source_is_of_payments(&w->sources.items[i]) == payments)
            done = read_source(parallel, &w->sources.items[i], i, err);
    return done;
}

static bool classify_purchases(struct work *w, struct error *err) {
    etl_idmap_done(&w->collector.records);
    bool done = etl_dataset_begin(&w->dataset, &w->collector.purchases, w->config);
    if (!done)
        out_of_memory(err);
    err->retryable = !done;
    return done;
}

/* Payments first: they become purchases, and then their memory is free for submissions. */
static enum exit_code read_all(struct work *w, const struct settings *s, struct error *err) {
    struct progress progress;
    struct parallel_reader parallel = {&w->reader, &w->collector, &progress, 0, settings_threads(s->threads)};
    if (!begin_collecting(w, s))
        return out_of_memory(err);
    progress_begin(&progress, "reading", "bytes", sources_size(&w->sources));
    bool done =
        read_sources(w, &parallel, true, err) && classify_purchases(w, err) && read_sources(w, &parallel, false, err);
    progress_end(&progress);
    return worker_code(done, err);
}

static enum exit_code join(struct work *w, const struct settings *s, struct error *err) {
    bool done = etl_dataset_build(&w->dataset, &w->collector.leads, w->config, pseudonym_make, &w->pseudonym,
                                  settings_threads(s->threads));
    return done ? EXIT_DONE : out_of_memory(err);
}

/* ---- checking and publishing ---- */

static long long last_rows(const struct volume *volume) {
    json_t *report = files_read_json_at(volume, VOLUME_REPORT, 16 << 20, NULL);
    json_t *train = json_object_get(json_object_get(report, "rows"), "train");
    long long rows_before = json_is_integer(train) ? json_integer_value(train) : -1;
    json_decref(report);
    return rows_before;
}

static enum exit_code check(struct work *w, const struct settings *s, const struct volume *volume, struct error *err) {
    const char **names = calloc(w->sources.count + 1, sizeof *names);
    if (names == NULL)
        return out_of_memory(err);
    for (size_t i = 0; i < w->sources.count; i++)
        names[i] = w->sources.items[i].name;
    struct checks_subject subject = {&w->collector, &w->dataset, w->config, names, s->now, last_rows(volume)};
    struct checks_limits limits = {s->quarantine_limit, s->stale_days};
    checks_run(&w->checks, &subject, &limits);
    free(names);
    for (size_t i = 0; i < w->checks.count; i++)
        if (!w->checks.items[i].passed && w->checks.items[i].severity == CHECK_WARNING)
            log_event(LOG_WARN, w->checks.items[i].name, "%s", w->checks.items[i].text);
    const struct check *error = checks_find_error(&w->checks);
    if (error == NULL)
        return EXIT_DONE;
    error_set(err, "%s: %s; nothing was published", error->name, error->text);
    return strcmp(error->name, "quarantine") == 0 ? EXIT_DATAERR : EXIT_SOFTWARE;
}

static bool publish_report(const struct work *w, const struct volume *volume, struct error *err) {
    json_t *report = report_make(&w->collector, &w->sources, &w->dataset, &w->checks);
    bool done = report_html_write(report, volume, VOLUME_PROCESSED "/report.html", err) &&
                atomic_file_write_json_at(volume, VOLUME_REPORT, report, err);
    json_decref(report);
    return done;
}

/* The large files, which are written at the same time. */
enum { TRAIN, LEADS, QUARANTINE, LARGE_FILES };
struct publishing {
    struct work *work;
    const struct volume *volume;
    bool done[LARGE_FILES];
    struct error err[LARGE_FILES];
};

static void publish_table(void *user, size_t number) {
    static const char *const names[] = {VOLUME_TRAIN, VOLUME_LEADS, VOLUME_QUARANTINE};
    struct publishing *p = user;
    struct work *w = p->work;
    struct csv_output all = {&w->dataset, &w->collector.leads, w->config, &w->pseudonym};
    struct error *err = &p->err[number];
    p->done[number] = number == QUARANTINE ? quarantine_write(&w->collector, &w->sources, p->volume, names[number], err)
                                           : csv_output_write(&all, p->volume, names[number], number == TRAIN, err);
}

static bool publish_tables(struct work *w, const struct volume *volume, unsigned threads, struct error *err) {
    struct publishing p = {.work = w, .volume = volume};
    etl_tasks_run(threads, LARGE_FILES, publish_table, &p);
    for (size_t i = 0; i < LARGE_FILES; i++)
        if (!p.done[i]) {
            *err = p.err[i];
            return false;
        }
    return true;
}

static enum exit_code publish(struct work *w, const struct stage *stage, struct error *err) {
    bool done = publish_tables(w, &stage->volume, stage->threads, err) && publish_report(w, &stage->volume, err);
    return worker_code(done, err);
}

static json_t *counts(const struct work *w) {
    uint64_t read = 0, accepted = 0, duplicates = 0, quarantined = 0;
    for (size_t i = 0; i < w->collector.source_count; i++) {
        read += w->collector.sources[i].read;
        accepted += w->collector.sources[i].accepted;
        duplicates += w->collector.sources[i].duplicates;
        quarantined += w->collector.sources[i].quarantined;
    }
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "sources", (json_int_t)w->sources.count, "read",
                     (json_int_t)read, "accepted", (json_int_t)accepted, "duplicates", (json_int_t)duplicates,
                     "quarantined", (json_int_t)quarantined, "purchases", (json_int_t)w->dataset.found, "train",
                     (json_int_t)w->dataset.labelled, "leads", (json_int_t)(w->dataset.count - w->dataset.labelled));
}

/* ---- the recipe ---- */

static enum exit_code etl(struct worker_run *run, struct error *err) {
    const struct settings *s = run->settings;
    struct work *w = run->work;
    enum exit_code code = read_all(w, s, err);
    if (code == EXIT_DONE)
        code = join(w, s, err);
    if (code == EXIT_DONE)
        code = check(w, s, &run->stage.volume, err);
    if (code == EXIT_DONE)
        code = publish(w, &run->stage, err);
    if (code == EXIT_DONE)
        run->result = counts(w);
    return code;
}

static bool show_record(const struct settings *s, struct error *err) {
    struct volume volume;
    if (!volume_open(&volume, s->common.data, err))
        return false;
    bool done = quarantine_show(&volume, (uint64_t)s->show, err);
    volume_close(&volume);
    return done;
}

/* --show needs no run. */
static enum exit_code show(struct worker_run *run, bool *finished) {
    const struct settings *s = run->settings;
    struct error err;
    *finished = s->show > 0;
    if (!*finished || show_record(s, &err))
        return EXIT_DONE;
    fprintf(stderr, "%s: %s\n", program.name, err.text);
    return EXIT_DATAERR;
}

static const struct worker worker = {
    .program = &program,
    .id = WORKER_ETL,
    .settings_size = sizeof(struct settings),
    .work_size = sizeof(struct work),
    .configured = true,
    .outputs = {"train.csv", "leads.csv", "quarantine.ndjson", "report.json", "report.html"},
    .check = show,
    .prepare = prepare,
    .run = etl,
    .done = work_done,
};

int main(int argc, char **argv) {
    /* Large blocks can grow in place and return to the system when they are freed. */
    mallopt(M_MMAP_THRESHOLD, 64 << 10);
    return worker_main(&worker, argc, argv);
}
