/* inspect.c - lists, shows and verifies versions. */
#include "services/register/inspect.h"

#include <stdio.h>
#include <stdlib.h>

#include "services/common/registry/champion.h"
#include "services/common/store/paths.h"
#include "services/common/worker/log.h"
#include "services/register/store/alias.h"
#include "services/register/store/decision_log.h"
#include "services/register/store/versions.h"
#include "services/register/verify/reproduce.h"

static double holdout_number(const json_t *card, const char *key) {
    return json_number_value(json_object_get(json_object_get(json_object_get(card, "metrics"), "holdout"), key));
}

/* What is known about a version besides its own figures. */
struct standings {
    struct alias champion, previous;
    json_t *decisions; /* NULL if they cannot be read, which the gate reports */
};

static const char *standing(const struct standings *s, long long version) {
    if (version == s->champion.version)
        return "  champion";
    if (version == s->previous.version)
        return "  where rollback leads";
    return decision_log_awaits_approval(s->decisions, version, s->champion.version) ? "  waits for approval" : "";
}

static void print_version(const struct volume *volume, long long version, const struct standings *s) {
    struct champion v = {0};
    struct error err;
    const char *mark = version == s->champion.version ? "*" : " ";
    if (!champion_load_version_at(&v, volume, version, NULL, &err)) {
        printf("%s %4lld  fails verification: %s\n", mark, version, err.text);
        return;
    }
    const char *until = json_string_value(json_object_get(v.card, "trained_until"));
    printf("%s %4lld  log-loss %.4f  accuracy %.4f  %8lld rows until %s%s\n", mark, version,
           holdout_number(v.card, "log_loss"), holdout_number(v.card, "accuracy"),
           (long long)json_integer_value(json_object_get(v.card, "trained_rows")), until != NULL ? until : "?",
           standing(s, version));
    champion_done(&v);
}

bool inspect_list(struct outcome *out, const struct options *options, struct error *err) {
    const struct volume *volume = options->registry.volume;
    struct standings s;
    struct error unread;
    size_t count;
    if (!alias_read(&s.champion, volume, VOLUME_CHAMPION, err) ||
        !alias_read(&s.previous, volume, VOLUME_PREVIOUS, err))
        return false;
    s.decisions = decision_log_read(volume, &unread);
    long long *all = versions_list(volume, &count);
    for (size_t i = 0; i < count; i++)
        print_version(volume, all[i], &s);
    free(all);
    json_decref(s.decisions);
    json_t *champion = s.champion.version > 0 ? json_integer(s.champion.version) : json_null();
    *out = (struct outcome){EXIT_DONE, json_pack("{s:I, s:o}", "versions", (json_int_t)count, "champion", champion)};
    return true;
}

bool inspect_show(struct outcome *out, const struct options *options, long long version, struct error *err) {
    struct champion v = {0};
    if (!versions_exist(options->registry.volume, version, err) ||
        !champion_load_version_at(&v, options->registry.volume, version, NULL, err))
        return false;
    json_t *shown = json_pack("{s:O, s:O}", "manifest", v.manifest, "card", v.card);
    json_dumpf(shown, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    putchar('\n');
    json_decref(shown);
    champion_done(&v);
    *out = (struct outcome){EXIT_DONE, json_pack("{s:I}", "version", (json_int_t)version)};
    return true;
}

/* One that fails is reported and counted. */
static size_t verify_version(const struct volume *volume, long long version, const char *sha256) {
    struct champion v = {0};
    struct error err;
    bool valid = champion_load_version_at(&v, volume, version, sha256, &err) &&
                 versions_check_sources(volume, version, v.manifest, &err);
    if (!valid)
        log_event(LOG_ERROR, "version failed verification", "%lld: %s", version, err.text);
    champion_done(&v);
    return !valid;
}

static size_t verify_alias(const struct volume *volume, const char *name) {
    struct alias alias;
    struct error err;
    if (!alias_read(&alias, volume, name, &err)) {
        log_event(LOG_ERROR, "champion alias failed verification", "%s", err.text);
        return 1;
    }
    return alias.version > 0 ? verify_version(volume, alias.version, alias.sha256) : 0;
}

bool inspect_verify(struct outcome *out, const struct options *options, struct error *err) {
    const struct volume *volume = options->registry.volume;
    size_t count, bad = 0;
    (void)err;
    long long *all = versions_list(volume, &count);
    for (size_t i = 0; i < count; i++)
        bad += verify_version(volume, all[i], NULL);
    free(all);
    bad += verify_alias(volume, VOLUME_CHAMPION) + verify_alias(volume, VOLUME_PREVIOUS);
    *out = (struct outcome){bad > 0 ? EXIT_DATAERR : EXIT_DONE,
                            json_pack("{s:I, s:I}", "versions", (json_int_t)count, "bad", (json_int_t)bad)};
    return true;
}

bool report_reproduce(struct outcome *out, const struct options *options, long long version, struct error *err) {
    return reproduce_version(out, options->registry.volume, version, err);
}
