/* run_payload.c - puts a decision and a card into MLflow's words. */
#include "services/register/mlflow/run_payload.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_KEY = 250, MAX_TEXT = 5000, DIGEST = 36 };

static const json_t *at(const json_t *object, const char *a, const char *b) {
    return json_object_get(json_object_get(object, a), b);
}

static const char *text(const json_t *value) {
    return json_is_string(value) ? json_string_value(value) : "";
}

/* ---- words ---- */

/* "importance.business type": what a key may not contain becomes "_". Bytes above ASCII are letters to MLflow or not,
 * by what they make up; they become "_" too. */
static void make_key(char out[MAX_KEY + 1], const char *before, const char *name) {
    snprintf(out, MAX_KEY + 1, "%s%s", before, name);
    for (char *c = out; *c != '\0'; c++)
        if (!isascii((unsigned char)*c) || (!isalnum((unsigned char)*c) && strchr("_-. /", *c) == NULL))
            *c = '_';
}

/* A text of at most MAX_TEXT bytes, cut between two characters. */
static json_t *cut(const char *whole) {
    size_t length = strlen(whole);
    if (length > MAX_TEXT)
        for (length = MAX_TEXT; ((unsigned char)whole[length] & 0xC0) == 0x80;)
            length--;
    return json_stringn(whole, length);
}

static void set_text(json_t *object, const char *key, const char *value) {
    if (value[0] != '\0')
        json_object_set_new(object, key, cut(value));
}

/* A card's value as a parameter's text. */
static void set_param(json_t *params, const char *before, const char *name, const json_t *value) {
    char key[MAX_KEY + 1], number[40];
    make_key(key, before, name);
    if (json_is_boolean(value))
        set_text(params, key, json_is_true(value) ? "true" : "false");
    else if (json_is_number(value)) {
        snprintf(number, sizeof number, "%.10g", json_number_value(value));
        set_text(params, key, number);
    } else
        set_text(params, key, json_is_null(value) ? "all" : text(value));
}

static void set_metric(json_t *metrics, const char *before, const char *name, const json_t *value) {
    char key[MAX_KEY + 1];
    make_key(key, before, name);
    if (json_is_number(value) && isfinite(json_number_value(value)))
        json_object_set_new(metrics, key, json_real(json_number_value(value)));
}

static void set_metrics(json_t *metrics, const char *before, const json_t *object) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) {
        set_metric(metrics, before, name, value);
    }
}

/* ---- tags ---- */

static json_t *make_params(const json_t *card, const json_t *decision) {
    static const char *const facts[] = {"program", "trained_rows", "trained_until", "holdout_from"};
    const char *name;
    json_t *value, *params = json_object();
    json_object_foreach(json_object_get(card, "params"), name, value) {
        set_param(params, "", name, value);
    }
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        set_param(params, "", facts[i], json_object_get(card, facts[i]));
    if (card != NULL)
        set_param(params, "window_", "days", at(card, "window", "days"));
    json_object_foreach((json_t *)at(decision, "numbers", "settings"), name, value) {
        set_param(params, "gate.", name, value);
    }
    return params;
}

static json_t *make_metrics(const json_t *card, const json_t *decision) {
    json_t *metrics = json_object();
    const json_t *numbers = json_object_get(decision, "numbers"), *gain = json_object_get(numbers, "gain");
    const json_t *interval = json_object_get(gain, "interval");
    set_metrics(metrics, "holdout.", at(card, "metrics", "holdout"));
    set_metrics(metrics, "oob.", at(card, "metrics", "oob"));
    set_metrics(metrics, "majority.", at(card, "baselines", "majority"));
    set_metrics(metrics, "cells.", at(card, "baselines", "cells"));
    set_metrics(metrics, "importance.", at(card, "importances", "permutation"));
    set_metrics(metrics, "champion.", json_object_get(numbers, "champion"));
    set_metric(metrics, "gate.", "gain", json_object_get(gain, "mean"));
    set_metric(metrics, "gate.", "gain_low", json_array_get(interval, 0));
    set_metric(metrics, "gate.", "gain_high", json_array_get(interval, 1));
    set_metric(metrics, "gate.", "traffic_changed", at(numbers, "change", "share"));
    return metrics;
}

static json_t *make_tags(const json_t *card, const json_t *decision, const char *report) {
    json_t *tags = json_object();
    set_text(tags, "mlflow.user", "leadforest");
    set_text(tags, "mlflow.source.name", "leadforest-train");
    set_text(tags, "mlflow.source.type", "JOB");
    set_text(tags, "mlflow.note.content", report != NULL ? report : "");
    set_text(tags, "gate.status", text(json_object_get(decision, "status")));
    set_text(tags, "gate.reason", text(json_object_get(decision, "reason")));
    set_text(tags, "gate.alarm", json_is_true(json_object_get(decision, "alarm")) ? "true" : "false");
    set_text(tags, "data.sha256", text(at(card, "data", "sha256")));
    set_text(tags, "holdout.sha256", text(at(decision, "holdout", "sha256")));
    set_text(tags, "model.sha256", text(json_object_get(decision, "forest_sha256")));
    return tags;
}

/* MLflow shows a data set by its first 36 digits; profile is JSON in a text, as it wants. */
static json_t *dataset(const char *name, const char *context, const char *sha256, json_int_t rows) {
    char profile[64];
    snprintf(profile, sizeof profile, "{\"num_rows\": %lld}", (long long)rows);
    return json_pack("{s:[{s:s, s:s}], s:{s:s, s:o, s:s, s:s, s:s}}", "tags", "key", "mlflow.data.context", "value",
                     context, "dataset", "name", name, "digest", json_stringn(sha256, strnlen(sha256, DIGEST)),
                     "source_type", "local", "source", "{\"uri\": \"features/features.csv\"}", "profile", profile);
}

static json_t *make_datasets(const json_t *card, const json_t *decision) {
    json_t *datasets = json_array();
    const char *trained = text(at(card, "data", "sha256")), *candidate = text(at(decision, "holdout", "sha256"));
    if (trained[0] != '\0')
        json_array_append_new(datasets, dataset("features", "training", trained,
                                                json_integer_value(json_object_get(card, "trained_rows"))));
    if (candidate[0] != '\0')
        json_array_append_new(
            datasets, dataset("holdout", "evaluation", candidate, json_integer_value(at(decision, "holdout", "rows"))));
    return datasets;
}

struct run_payload run_payload_make(const json_t *decision, const json_t *card, const char *report) {
    return (struct run_payload){.params = make_params(card, decision),
                                .metrics = make_metrics(card, decision),
                                .tags = make_tags(card, decision, report),
                                .datasets = make_datasets(card, decision)};
}

void run_payload_done(struct run_payload *payload) {
    json_decref(payload->params);
    json_decref(payload->metrics);
    json_decref(payload->tags);
    json_decref(payload->datasets);
    *payload = (struct run_payload){0};
}
