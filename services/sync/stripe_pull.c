/* stripe_pull.c - reads Stripe's lists page by page. */
#include "services/sync/stripe_pull.h"

#include <string.h>

#include "libetl/stripe/stripe_kind.h"
#include "services/common/worker/log.h"

enum { PAGE = 100 }; /* objects a page: Stripe's maximum */

/* A day less than Stripe keeps events. */
static const unix_time EVENTS_KEPT_S = 29 * 86400;

/* The objects of one kind; without a kind, the events of all kinds. */
struct list {
    const char *path;
    const struct etl_stripe_kind *kind;
};
static const struct list events = {"/v1/events", NULL};

/* ---- one walk through a list, as stored in the cursor ---- */

enum { NEVER = -1 };
struct walk {
    long long since;  /* everything up to this second is stored; NEVER: nothing yet */
    long long from;   /* the current walk goes back to this second; NEVER: to the beginning */
    long long newest; /* newest second that it has seen */
    char after[256];  /* id of the last object stored; "": there is no current walk */
    bool done;        /* a walk has reached its end */
};

static long long read_second(const json_t *state, const char *name) {
    const json_t *value = json_object_get(state, name);
    return json_is_integer(value) ? json_integer_value(value) : NEVER;
}

static struct walk walk_read(const struct record_sink *sink, const struct list *list) {
    const json_t *state = json_object_get(json_object_get(sink->cursor.state, "lists"), list->path);
    const char *after = json_string_value(json_object_get(state, "after"));
    struct walk walk = {
        .since = read_second(state, "since"),
        .from = read_second(state, "from"),
        .newest = read_second(state, "newest"),
        .done = json_is_true(json_object_get(state, "done")),
    };
    snprintf(walk.after, sizeof walk.after, "%s", after != NULL ? after : "");
    return walk;
}

static void walk_write(struct record_sink *sink, const struct list *list, const struct walk *walk) {
    json_object_set_new(json_object_get(sink->cursor.state, "lists"), list->path,
                        json_pack("{s:I, s:I, s:I, s:s, s:b}", "since", (json_int_t)walk->since, "from",
                                  (json_int_t)walk->from, "newest", (json_int_t)walk->newest, "after", walk->after,
                                  "done", walk->done));
}

/* ---- one page ---- */

static void add_event_types(struct url_query *query) {
    for (const struct etl_stripe_kind *kind = etl_stripe_kinds; kind->name != NULL; kind++)
        for (size_t i = 0; i < ETL_STRIPE_KIND_EVENTS && kind->events[i] != NULL; i++)
            url_query_add_text(query, "types[]", kind->events[i]);
}

static json_t *get_page(const struct json_client *client, const struct list *list, const struct walk *walk,
                        long *status, struct error *err) {
    struct url_query query;
    url_query_begin(&query, client->url, list->path);
    url_query_add_number(&query, "limit", PAGE);
    if (list->kind == NULL)
        add_event_types(&query);
    else if (list->kind->parameter != NULL)
        url_query_add_text(&query, list->kind->parameter, list->kind->value);
    if (walk->from != NEVER)
        url_query_add_number(&query, "created[gte]", walk->from);
    if (walk->after[0] != '\0')
        url_query_add_text(&query, "starting_after", walk->after);
    return json_client_get(client, &query, status, err);
}

/* Continue after this object; an id that repeats would make the walk endless. */
static bool advance(struct walk *walk, const json_t *object, const struct list *list, struct error *err) {
    const char *id = json_string_value(json_object_get(object, "id"));
    long long created = read_second(object, "created");
    if (id == NULL || id[0] == '\0' || strlen(id) >= sizeof walk->after)
        return error_set(err, "GET %s: an object without an id", list->path);
    if (strcmp(id, walk->after) == 0)
        return error_set(err, "GET %s: the page after %s starts with the same object", list->path, id);
    snprintf(walk->after, sizeof walk->after, "%s", id);
    if (created > walk->newest)
        walk->newest = created;
    return true;
}

/* Only events can be seen again by the next pull; of a first walk only the newest, within the overlap. */
static enum record_sink_dedup dedup_mode(const struct list *list, const json_t *object, const struct walk *walk,
                                         long long overlap_s) {
    bool may_repeat =
        list->kind == NULL && (walk->from != NEVER || read_second(object, "created") >= walk->newest - overlap_s);
    return may_repeat ? RECORD_SINK_DEDUP : RECORD_SINK_ALWAYS_APPEND;
}

static bool add_page(struct record_sink *sink, const struct list *list, struct walk *walk, const json_t *page,
                     long long overlap_s, struct error *err) {
    const json_t *found = json_object_get(page, "data"), *more = json_object_get(page, "has_more");
    size_t i;
    json_t *object;
    if (!json_is_array(found) || !json_is_boolean(more))
        return error_set(err, "GET %s: the response is not a Stripe list", list->path);
    if (json_is_true(more) && json_array_size(found) == 0)
        return error_set(err, "GET %s: an empty page with has_more set", list->path);
    json_array_foreach(found, i, object) {
        if (!advance(walk, object, list, err) ||
            !record_sink_add(sink, object, dedup_mode(list, object, walk, overlap_s), err))
            return false;
    }
    walk->done = json_is_false(more);
    return true;
}

/* ---- the walks ---- */

static void finish_walk(struct walk *walk) {
    walk->since = walk->newest;
    walk->after[0] = '\0';
}

/* Continue the walk to its end; each page is on disk before the next is requested. */
static bool continue_walk(const struct stripe_pull *pull, const struct json_client *client, struct record_sink *sink,
                          const struct list *list, struct walk *walk, struct error *err) {
    bool resumed = walk->after[0] != '\0';
    for (walk->done = false; !walk->done; resumed = false) {
        long status;
        json_t *page = get_page(client, list, walk, &status, err);
        if (page == NULL && resumed && (status == 400 || status == 404)) {
            log_event(LOG_INFO, "walk",
                      "%s: Stripe no longer has the object where the last pull stopped; starting again", list->path);
            walk->after[0] = '\0';
            continue;
        }
        bool taken = page != NULL && add_page(sink, list, walk, page, pull->overlap_s, err);
        json_decref(page);
        if (!taken)
            return false;
        if (walk->done)
            finish_walk(walk);
        sink->counts.pages++;
        walk_write(sink, list, walk);
        if (!record_sink_commit(sink, err))
            return false;
    }
    return true;
}

static bool pull_objects(const struct stripe_pull *pull, const struct json_client *client, struct record_sink *sink,
                         struct error *err) {
    for (const struct etl_stripe_kind *kind = etl_stripe_kinds; kind->name != NULL; kind++) {
        const struct list objects = {kind->list, kind};
        struct walk walk = {.done = true};
        if (kind->list != NULL)
            walk = walk_read(sink, &objects);
        if (!walk.done && !continue_walk(pull, client, sink, &objects, &walk, err))
            return false;
    }
    return true;
}

/* Finish an interrupted walk first; then fetch what happened since that walk began. */
static bool pull_events(const struct stripe_pull *pull, const struct json_client *client, struct record_sink *sink,
                        struct error *err) {
    struct walk walk = walk_read(sink, &events);
    if (walk.after[0] != '\0' && !continue_walk(pull, client, sink, &events, &walk, err))
        return false;
    walk.newest = walk.since;
    if (walk.since != NEVER)
        walk.from = walk.since > pull->overlap_s ? walk.since - pull->overlap_s : 0;
    return continue_walk(pull, client, sink, &events, &walk, err);
}

/* Fetch the objects from the beginning again, unless such a walk is still unfinished. */
static void restart_objects(struct record_sink *sink) {
    json_t *lists = json_object_get(sink->cursor.state, "lists");
    for (const struct etl_stripe_kind *kind = etl_stripe_kinds; kind->name != NULL; kind++)
        if (kind->list != NULL && walk_read(sink, &(struct list){kind->list, kind}).after[0] != '\0')
            return;
    for (const struct etl_stripe_kind *kind = etl_stripe_kinds; kind->name != NULL; kind++)
        if (kind->list != NULL)
            json_object_del(lists, kind->list);
}

bool stripe_pull(const struct stripe_pull *pull, const struct json_client *client, struct record_sink *sink,
                 struct error *err) {
    json_t *state = sink->cursor.state;
    if (!json_is_object(json_object_get(state, "lists")))
        json_object_set_new(state, "lists", json_object());
    long long pulled_at = read_second(state, "pulled_at");
    if (pulled_at != NEVER && sink->at - pulled_at > EVENTS_KEPT_S)
        json_object_clear(json_object_get(state, "lists"));
    else if (pull->backfill)
        restart_objects(sink);
    if (pulled_at == NEVER || sink->at - pulled_at > EVENTS_KEPT_S)
        json_object_set_new(state, "pulled_at", json_integer(sink->at));
    if (!pull_objects(pull, client, sink, err) || !pull_events(pull, client, sink, err))
        return false;
    json_object_set_new(state, "pulled_at", json_integer(sink->at));
    return record_sink_commit(sink, err);
}
