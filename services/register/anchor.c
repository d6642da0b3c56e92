/* anchor.c - measures recent champions on today's hold-out. */
#include "services/register/anchor.h"

#include "services/common/log.h"
#include "services/common/volume.h"
#include "services/register/comparison.h"

enum { MOST = 20 };

struct recent {
    size_t count;
    long long version[MOST];
};

static moment rebased_at(const char *data) {
    char path[PATH_MAX];
    moment at = INT64_MIN;
    if (!publish_path(path, NULL, "%s/" VOLUME_DRIFT_STATE, data) || !files_exist(path))
        return at;
    json_t *state = files_read_json(path, CHAMPION_MAX_JSON, NULL);
    const char *text = json_string_value(json_object_get(state, "rebased_at"));
    if (text != NULL)
        clock_parse(text, &at);
    json_decref(state);
    return at;
}

static void add(struct recent *recent, long long version) {
    for (size_t i = 0; i < recent->count; i++)
        if (recent->version[i] == version)
            return;
    recent->version[recent->count++] = version;
}

/* From the last move back to the one that made the champion of the rebase. */
static void list_champions(struct recent *out, const json_t *decisions, moment since) {
    bool before = false;
    for (size_t i = json_array_size(decisions); i > 0 && out->count < MOST && !before; i--) {
        const json_t *move = json_array_get(decisions, i - 1);
        const char *time = json_string_value(json_object_get(move, "time"));
        moment at;
        if (json_object_get(move, "manifest_sha256") == NULL)
            continue;
        add(out, json_integer_value(json_object_get(move, "version")));
        before = time != NULL && clock_parse(time, &at) && at < since;
    }
}

bool anchor_may_know(const json_t *card, const struct feature_table *table) {
    moment until;
    const char *text = json_string_value(json_object_get(card, "trained_until"));
    return text == NULL || !clock_parse(text, &until) || until >= table->holdout_from;
}

/* Take its place where it is better than the best so far, whose log-loss *best is. */
static bool challenge(struct champion *anchor, double *best, struct champion *other, const struct feature_table *table,
                      struct file_error *err) {
    struct comparison alone;
    if (anchor_may_know(other->card, table))
        return true;
    if (!comparison_make(&alone, table, other->forest, NULL, SIZE_MAX, err))
        return false;
    if (anchor->version == 0 || alone.challenger.log_loss < *best) {
        struct champion replaced = *anchor;
        *anchor = *other;
        *other = replaced;
        *best = alone.challenger.log_loss;
    }
    comparison_done(&alone);
    return true;
}

bool anchor_find(struct champion *out, const char *data, const json_t *decisions, const struct feature_table *table,
                 struct file_error *err) {
    struct recent recent = {0};
    struct champion anchor = {0};
    double best = 0;
    bool done = true;
    list_champions(&recent, decisions, rebased_at(data));
    for (size_t i = 0; done && i < recent.count; i++) {
        struct champion other = {0};
        struct file_error problem;
        if (champion_load_version(&other, data, recent.version[i], NULL, &problem))
            done = challenge(&anchor, &best, &other, table, err);
        else
            log_event(LOG_WARN, "former champion passed by", "version %lld: %s", recent.version[i], problem.text);
        champion_done(&other);
    }
    if (done)
        *out = anchor;
    else
        champion_done(&anchor);
    return done;
}
