/* promotion.c - judges the newest candidate, stores what passes, then lets the decision move the champion pointer. */
#include "services/register/promotion.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/volume.h"
#include "services/register/decisions.h"
#include "services/register/hearing.h"
#include "services/register/minutes.h"
#include "services/register/model_card.h"
#include "services/register/pointer.h"
#include "services/register/record.h"
#include "services/register/retention.h"
#include "services/register/ruling.h"
#include "services/register/versions.h"

static const char *status_of(enum gate_verdict verdict) {
    return verdict == GATE_PROMOTE ? "promoted" : verdict == GATE_HOLD ? "held" : "rejected";
}

/* Store the candidate and load it the way the api will, before anything says that it is the champion. */
static bool store(const struct options *o, const struct hearing *h, json_t *ruling, const struct version_file *minutes,
                  struct file_error *err) {
    struct version_file file[] = {*minutes, {.name = "card.html"}};
    struct champion stored = {0};
    struct pointer from = {.version = h->champion.version}, to;
    memcpy(from.sha256, h->champion.sha256, SHA256_HEX);
    char *card = model_card_write(h, &file[1].size);
    if (card == NULL) {
        file_error_set(err, "write", file[1].name);
        return false;
    }
    file[1].bytes = card;
    json_t *said = json_copy(ruling);
    struct version_contents contents = {&h->candidate, from.version, said, file, 2, o->signing_key};
    bool done = versions_store(&to.version, to.sha256, o->data, &contents, err) &&
                champion_load_version(&stored, o->data, to.version, to.sha256, err);
    json_decref(said);
    free(card);
    champion_done(&stored);
    if (done && h->answer.verdict == GATE_PROMOTE)
        pointer_describe_move(ruling, &from, &to);
    else if (done)
        json_object_set_new(ruling, "held",
                            json_pack("{s:I, s:s, s:I}", "version", (json_int_t)to.version, "manifest_sha256",
                                      to.sha256, "champion", (json_int_t)from.version));
    return done;
}

static bool write_beside(const struct options *o, const struct hearing *h, const struct version_file *minutes,
                         struct file_error *err) {
    char path[PATH_MAX];
    return publish_path(path, err, "%s/" VOLUME_CANDIDATES "/%s/%s", o->data, h->candidate.name, minutes->name) &&
           publish_bytes(path, minutes->bytes, minutes->size, err);
}

static bool rule(struct outcome *out, const struct options *o, struct hearing *h, struct file_error *err) {
    size_t size;
    json_t *ruling = ruling_new(o, "gate", status_of(h->answer.verdict), h->answer.reason);
    record_add(ruling, h, &o->gate);
    char *text = minutes_write(ruling, &size);
    struct version_file minutes = {"decision.md", text, size};
    bool done = text != NULL;
    if (!done)
        file_error_set(err, "write", minutes.name);
    done = done && (h->answer.verdict == GATE_REJECT || store(o, h, ruling, &minutes, err)) &&
           ruling_carry_out(o, h->decisions, ruling, err) && write_beside(o, h, &minutes, err);
    if (done) {
        retention_keep(o->data, h->decisions, o->keep_versions, o->keep_champions);
        *out = ruling_outcome(ruling);
    }
    free(text);
    json_decref(ruling);
    return done;
}

static bool judge(struct outcome *out, const struct options *o, struct hearing *h, struct file_error *err) {
    if (!hearing_gather(h, o, err))
        return false;
    h->answer = gate_decide(&h->numbers, &o->gate);
    if (h->answer.verdict != GATE_POSTPONE)
        return rule(out, o, h, err);
    *out = ruling_none(h->answer.reason);
    return true;
}

bool promotion_gate(struct outcome *out, const struct options *options, struct file_error *err) {
    struct hearing h = {.decisions = decisions_read(options->data, err)};
    bool done = h.decisions != NULL && pointer_settle(options->data, h.decisions, err) &&
                candidate_read(&h.candidate, options->data, err);
    if (done && decisions_about(h.decisions, h.candidate.name, h.candidate.forest_sha256) != NULL)
        *out = ruling_none("the newest candidate was judged");
    else if (done)
        done = judge(out, options, &h, err);
    hearing_done(&h);
    return done;
}
