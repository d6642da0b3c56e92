/* best_champion.c - measures recent champions on today's hold-out. */
#include "services/register/gate/best_champion.h"

#include "services/common/store/files.h"
#include "services/common/store/paths.h"
#include "services/common/worker/log.h"
#include "services/register/gate/comparison.h"

enum { MOST = 20 };

struct recent_versions {
    size_t count;
    long long version[MOST];
};

static unix_time rebased_at(const struct volume *volume) {
    unix_time at = INT64_MIN;
    if (!files_exist_at(volume, VOLUME_DRIFT_STATE))
        return at;
    json_t *state = files_read_json_at(volume, VOLUME_DRIFT_STATE, CHAMPION_MAX_JSON, NULL);
    const char *text = json_string_value(json_object_get(state, "rebased_at"));
    if (text != NULL)
        unix_time_parse(text, &at);
    json_decref(state);
    return at;
}

static void add(struct recent_versions *recent, long long version) {
    for (size_t i = 0; i < recent->count; i++)
        if (recent->version[i] == version)
            return;
    recent->version[recent->count++] = version;
}

/* From the last move back to the one that made the champion of the rebase. */
static void list_champions(struct recent_versions *out, const json_t *decisions, unix_time since) {
    bool before = false;
    for (size_t i = json_array_size(decisions); i > 0 && out->count < MOST && !before; i--) {
        const json_t *move = json_array_get(decisions, i - 1);
        const char *time = json_string_value(json_object_get(move, "time"));
        unix_time at;
        if (json_object_get(move, "manifest_sha256") == NULL)
            continue;
        add(out, json_integer_value(json_object_get(move, "version")));
        before = time != NULL && unix_time_parse(time, &at) && at < since;
    }
}

bool best_champion_saw_holdout(const json_t *card, const struct feature_table *table) {
    unix_time until;
    const char *text = json_string_value(json_object_get(card, "trained_until"));
    return text == NULL || !unix_time_parse(text, &until) || until >= table->holdout_from;
}

/* Take its place where it is better than the best so far, whose log-loss *best is. */
static bool keep_better(struct champion *best_champion, double *best, struct champion *other,
                        const struct feature_table *table, struct error *err) {
    struct comparison alone;
    if (best_champion_saw_holdout(other->card, table))
        return true;
    if (!comparison_make(&alone, table, other->forest, NULL, SIZE_MAX, err))
        return false;
    if (best_champion->version == 0 || alone.challenger.log_loss < *best) {
        struct champion replaced = *best_champion;
        *best_champion = *other;
        *other = replaced;
        *best = alone.challenger.log_loss;
    }
    comparison_done(&alone);
    return true;
}

bool best_champion_find(struct champion *out, const struct volume *volume, const json_t *decisions,
                        const struct feature_table *table, struct error *err) {
    struct recent_versions recent = {0};
    struct champion best_champion = {0};
    double best = 0;
    bool done = true;
    list_champions(&recent, decisions, rebased_at(volume));
    for (size_t i = 0; done && i < recent.count; i++) {
        struct champion other = {0};
        struct error problem;
        if (champion_load_version_at(&other, volume, recent.version[i], NULL, &problem))
            done = keep_better(&best_champion, &best, &other, table, err);
        else
            log_event(LOG_WARN, "skipping former champion", "version %lld: %s", recent.version[i], problem.text);
        champion_done(&other);
    }
    if (done)
        *out = best_champion;
    else
        champion_done(&best_champion);
    return done;
}
