/* promotion.c - judges the newest candidate, stores what passes, then lets the decision move the champion pointer. */
#include "services/register/promotion.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/volume.h"
#include "services/register/decisions.h"
#include "services/register/hearing.h"
#include "services/register/minutes.h"
#include "services/register/mlmodel.h"
#include "services/register/model_card.h"
#include "services/register/pointer.h"
#include "services/register/record.h"
#include "services/register/rehearsal.h"
#include "services/register/retention.h"
#include "services/register/ruling.h"
#include "services/register/versions.h"

#define MINUTES "decision.md"

static const char *status_of(enum gate_verdict verdict) {
    return verdict == GATE_PROMOTE ? "promoted" : verdict == GATE_HOLD ? "held" : "rejected";
}

static bool out_of_memory(const char *file, struct file_error *err) {
    file_error_set(err, "write", file);
    return false;
}

/* What the ruling says of a version that passed: it moves the pointer, or waits. */
static void describe_stored(json_t *ruling, enum gate_verdict verdict, const struct pointer *from,
                            const struct pointer *to) {
    if (verdict == GATE_PROMOTE)
        pointer_describe_move(ruling, from, to);
    else
        json_object_set_new(ruling, "held",
                            json_pack("{s:I, s:s, s:I}", "version", (json_int_t)to->version, "manifest_sha256",
                                      to->sha256, "champion", (json_int_t)from->version));
}

/* Nothing that the api would not serve is kept. */
static void refuse(const struct options *o, json_t *ruling, long long version) {
    json_object_set_new(ruling, "status", json_string(status_of(GATE_REJECT)));
    json_object_set_new(ruling, "reason", json_string("it passes, but leadforest-api --check refuses it"));
    versions_discard(o->registry.data, version);
}

static bool store_with(const struct options *o, const struct hearing *h, json_t *ruling,
                       const struct version_file *files, size_t file_count, struct file_error *err) {
    struct champion loaded = {0};
    struct pointer from = h->served, to;
    json_t *said = json_copy(ruling);
    struct version_contents contents = {&h->candidate, from.version, said, files, file_count, o->signing_key};
    bool stored = versions_store(&to.version, to.sha256, o->registry.data, &contents, err);
    bool loads = stored && champion_load_version(&loaded, o->registry.data, to.version, to.sha256, err);
    json_decref(said);
    champion_done(&loaded);
    if (stored && !loads) /* not signed as it must be: it would stand in the way of the next run, with the right key */
        versions_discard(o->registry.data, to.version);
    if (!loads)
        return false;
    enum rehearsal rehearsal = rehearsal_run(o->registry.data, o->config, &to, err);
    if (rehearsal == REHEARSAL_GOOD)
        describe_stored(ruling, h->answer.verdict, &from, &to);
    else if (rehearsal == REHEARSAL_REFUSED)
        refuse(o, ruling, to.version);
    return rehearsal != REHEARSAL_FAILED;
}

/* Store the candidate and let the api load it, before anything says that it is the champion. */
static bool store(const struct options *o, const struct hearing *h, json_t *ruling, struct file_error *err) {
    size_t card_size = 0, minutes_size = 0, files;
    char *card = model_card_write(h, &card_size), *minutes = minutes_write(ruling, &minutes_size);
    struct version_file file[2 + MLMODEL_FILES] = {{"card.html", card, card_size}, {MINUTES, minutes, minutes_size}};
    bool done = mlmodel_write(file + 2, &files, h->candidate.forest) && card != NULL && minutes != NULL
                    ? store_with(o, h, ruling, file, 2 + files, err)
                    : out_of_memory(MINUTES, err);
    mlmodel_done(file + 2, files);
    free(card);
    free(minutes);
    return done;
}

/* Tell the decision in registry/decisions/, not in the candidate's folder, which is whole; a run that was cut off after
 * deciding has left that to the next. */
static bool tell(const struct options *o, const json_t *decision, struct file_error *err) {
    char path[PATH_MAX];
    size_t size;
    const char *candidate = json_string_value(json_object_get(decision, "candidate"));
    if (!publish_path(path, err, "%s/" VOLUME_REGISTRY "/decisions/%s.md", o->registry.data, candidate))
        return false;
    if (files_exist(path))
        return true;
    char *minutes = minutes_write(decision, &size);
    bool done = minutes != NULL ? publish_bytes(path, minutes, size, err) : out_of_memory(path, err);
    free(minutes);
    return done;
}

static bool rule(struct outcome *out, const struct options *o, struct hearing *h, struct file_error *err) {
    json_t *ruling = ruling_new(&o->registry, "gate", status_of(h->answer.verdict), h->answer.reason);
    record_add(ruling, h, &o->gate);
    bool done = (h->answer.verdict == GATE_REJECT || store(o, h, ruling, err)) &&
                ruling_carry_out(&o->registry, h->decisions, ruling, err) && tell(o, ruling, err);
    if (done)
        *out = ruling_outcome(ruling);
    json_decref(ruling);
    return done;
}

static bool judge(struct outcome *out, const struct options *o, struct hearing *h, struct file_error *err) {
    const struct hearing_subject subject = {o->registry.data, o->slices, &o->gate};
    if (!hearing_gather(h, &subject, err))
        return false;
    h->answer = gate_decide(&h->numbers, &o->gate);
    if (h->answer.verdict != GATE_POSTPONE)
        return rule(out, o, h, err);
    *out = ruling_none(h->answer.reason);
    return true;
}

bool promotion_gate(struct outcome *out, const struct options *options, struct file_error *err) {
    struct hearing h = {.decisions = decisions_read(options->registry.data, err)};
    bool done = h.decisions != NULL && pointer_settle(options->registry.data, h.decisions, err) &&
                candidate_read(&h.candidate, options->registry.data, err);
    const json_t *judged = done ? decisions_about(h.decisions, h.candidate.name, h.candidate.forest_sha256) : NULL;
    if (judged != NULL) {
        *out = ruling_none("the newest candidate was judged");
        done = tell(options, judged, err);
    } else if (done)
        done = judge(out, options, &h, err);
    if (done) /* also after a run that was cut off before it came to this */
        retention_keep(options->registry.data, h.decisions, options->keep_versions, options->keep_champions);
    hearing_done(&h);
    return done;
}
