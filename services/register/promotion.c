/* promotion.c - evaluates the newest candidate, stores it if it passes, then lets the decision move the champion alias.
 */
#include "services/register/promotion.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/register/card/decision_report.h"
#include "services/register/card/mlmodel.h"
#include "services/register/card/model_card.h"
#include "services/register/gate/evaluation.h"
#include "services/register/gate/evaluation_json.h"
#include "services/register/store/alias.h"
#include "services/register/store/decision.h"
#include "services/register/store/decision_log.h"
#include "services/register/store/retention.h"
#include "services/register/store/versions.h"
#include "services/register/verify/serving_check.h"

#define DECISION_REPORT "decision.md"

static const char *status_of(enum gate_verdict verdict) {
    return verdict == GATE_PROMOTE ? "promoted" : verdict == GATE_HOLD ? "held" : "rejected";
}

static bool out_of_memory(const char *file, struct error *err) {
    error_set_errno(err, "write", file);
    return false;
}

/* What the decision says about a version that passed: it moves the alias, or waits for approval. */
static void describe_stored(json_t *decision, enum gate_verdict verdict, const struct alias *from,
                            const struct alias *to) {
    if (verdict == GATE_PROMOTE)
        alias_add_move(decision, from, to);
    else
        json_object_set_new(decision, "held",
                            json_pack("{s:I, s:s, s:I}", "version", (json_int_t)to->version, "manifest_sha256",
                                      to->sha256, "champion", (json_int_t)from->version));
}

/* Nothing that the api would not serve is kept. */
static void reject_stored(const struct options *o, json_t *decision, long long version) {
    json_object_set_new(decision, "status", json_string(status_of(GATE_REJECT)));
    json_object_set_new(decision, "reason", json_string("it passes, but leadforest-api --check refuses it"));
    versions_discard(o->registry.volume, version);
}

static bool store_with(const struct options *o, const struct evaluation *e, json_t *decision,
                       const struct version_file *files, size_t file_count, struct error *err) {
    struct champion loaded = {0};
    struct alias from = e->champion_alias, to;
    json_t *copy = json_copy(decision);
    struct version_contents contents = {&e->candidate, from.version, copy, files, file_count, o->signing_key};
    bool stored = versions_store(&to.version, to.sha256, o->registry.volume, &contents, err);
    bool loads = stored && champion_load_version_at(&loaded, o->registry.volume, to.version, to.sha256, err);
    json_decref(copy);
    champion_done(&loaded);
    if (stored && !loads) /* not signed as required: it would block the next run, with the right key */
        versions_discard(o->registry.volume, to.version);
    if (!loads)
        return false;
    enum serving_check check = serving_check_run(o->registry.volume, o->config, &to, err);
    if (check == SERVING_CHECK_PASSED)
        describe_stored(decision, e->decision.verdict, &from, &to);
    else if (check == SERVING_CHECK_REJECTED)
        reject_stored(o, decision, to.version);
    return check != SERVING_CHECK_FAILED;
}

/* Store the candidate and let the api load it, before anything says that it is the champion. */
static bool store(const struct options *o, const struct evaluation *e, json_t *decision, struct error *err) {
    size_t card_size = 0, report_size = 0, files;
    char *card = model_card_write(e, &card_size), *report = decision_report_write(decision, &report_size);
    struct version_file file[2 + MLMODEL_FILES] = {{"card.html", card, card_size},
                                                   {DECISION_REPORT, report, report_size}};
    bool done = mlmodel_write(file + 2, &files, e->candidate.forest) && card != NULL && report != NULL
                    ? store_with(o, e, decision, file, 2 + files, err)
                    : out_of_memory(DECISION_REPORT, err);
    mlmodel_done(file + 2, files);
    free(card);
    free(report);
    return done;
}

/* The report goes to registry/decisions/, not into the candidate's folder, which is complete; if a run was interrupted
 * after deciding, the next one writes it. */
static bool publish_report(const struct options *o, const json_t *decision, struct error *err) {
    char name[VOLUME_NAME];
    size_t size;
    const char *candidate = json_string_value(json_object_get(decision, "candidate"));
    snprintf(name, sizeof name, VOLUME_REGISTRY "/decisions/%s.md", candidate);
    if (files_exist_at(o->registry.volume, name))
        return true;
    char *report = decision_report_write(decision, &size);
    bool done = report != NULL ? atomic_file_write_at(o->registry.volume, name, report, size, err)
                               : volume_error(o->registry.volume, err, "write", name);
    free(report);
    return done;
}

static bool record_decision(struct outcome *out, const struct options *o, struct evaluation *e, struct error *err) {
    json_t *decision = decision_new(&o->registry, "gate", status_of(e->decision.verdict), e->decision.reason);
    evaluation_add_json(decision, e, &o->gate);
    bool done = (e->decision.verdict == GATE_REJECT || store(o, e, decision, err)) &&
                decision_apply(&o->registry, e->decisions, decision, err) && publish_report(o, decision, err);
    if (done)
        *out = decision_outcome(decision);
    json_decref(decision);
    return done;
}

static bool evaluate_candidate(struct outcome *out, const struct options *o, struct evaluation *e, struct error *err) {
    const struct evaluation_subject subject = {o->registry.volume, o->slices, &o->gate};
    if (!evaluation_run(e, &subject, err))
        return false;
    e->decision = gate_decide(&e->numbers, &o->gate);
    if (e->decision.verdict != GATE_DEFER)
        return record_decision(out, o, e, err);
    *out = decision_none(e->decision.reason);
    return true;
}

bool promotion_gate(struct outcome *out, const struct options *options, struct error *err) {
    struct evaluation e = {.decisions = decision_log_read(options->registry.volume, err)};
    bool done = e.decisions != NULL && alias_reconcile(options->registry.volume, e.decisions, err) &&
                candidate_read(&e.candidate, options->registry.volume, err);
    const json_t *earlier = done ? decision_log_about(e.decisions, e.candidate.name, e.candidate.forest_sha256) : NULL;
    if (earlier != NULL) {
        *out = decision_none("the newest candidate was evaluated before");
        done = publish_report(options, earlier, err);
    } else if (done)
        done = evaluate_candidate(out, options, &e, err);
    if (done) /* also after a run that was cut off before it came to this */
        retention_apply(options->registry.volume, e.decisions, options->keep_versions, options->keep_champions);
    evaluation_done(&e);
    return done;
}
