/*
 * fixture.h - a service in memory for tests: two categories, four packages, no socket and no files.
 *
 * Dental 10-25 buys MVP 82 times in 100.
 */
#ifndef TEST_API_FIXTURE_H
#define TEST_API_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the four above */
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/api/dispatch.h"
#include "services/api/routes.h"
#include "services/api/webhooks/webhook.h"
#include "services/common/worker/configuration.h"

struct fixture {
    struct options options;
    struct etl_config *config;
    struct app app;
    struct webhooks webhooks; /* without secrets, and nothing stores what they take */
    struct model_slot_reader reader;
    struct thread_context context;
    struct request request;
    struct response response;
};

static inline struct forest *fixture_forest(const struct etl_config *config, bool with_number) {
    struct forest_feature feature[3] = {{.name = "age", .kind = FOREST_NUMERIC}, {0}, {0}};
    for (size_t i = 0; i < 2; i++)
        feature[i] =
            (struct forest_feature){config->features[i].name, FOREST_CATEGORICAL, config->features[i].levels.count,
                                    (const char *const *)config->features[i].levels.text};
    feature[2] = (struct forest_feature){"age", FOREST_NUMERIC, 0, NULL};
    const char *const packages[] = {"Business", "Elite", "MVP", "Now"};
    const struct forest_schema schema = {with_number ? 3 : 2, feature, 4, packages};
    struct forest_dataset *ds;
    struct forest *forest = NULL;
    struct forest_params params;
    assert_int_equal(forest_dataset_new(&ds, &schema, NULL), FOREST_OK);
    for (uint16_t label = 0; label < 4; label++) {
        const float dental[] = {1, 1, 40}, medical[] = {0, 0, 30};
        const uint32_t often = label == 2 ? 8200 : 600, rare = label == 0 ? 700 : 100;
        assert_int_equal(forest_dataset_add(ds, dental, &label, &often, 1, NULL), FOREST_OK);
        assert_int_equal(forest_dataset_add(ds, medical, &label, &rare, 1, NULL), FOREST_OK);
    }
    forest_params_init(&params);
    params.bootstrap = FOREST_ALL_ROWS;
    params.smoothing = 0;
    params.trees = 4;
    params.mtry = 2;
    assert_int_equal(forest_train(&forest, ds, &params, NULL), FOREST_OK);
    forest_dataset_free(ds);
    return forest;
}

static inline struct served_model *fixture_model(const struct fixture *fixture, long long version, bool with_number) {
    struct champion champion = {.version = version,
                                .sha256 = "0123",
                                .forest = fixture_forest(fixture->config, with_number),
                                .card = json_pack("{s:i}", "rows", 3)};
    struct error err;
    struct served_model *model = served_model_new(&champion, &fixture->app.model_context, &err);
    assert_non_null(model);
    return model;
}

static inline void fixture_serve(struct fixture *fixture, struct served_model *model) {
    served_model_free(model_slot_swap(&fixture->app.slot, model));
}

/* A service without a model, with the defaults that matter. */
static inline struct fixture *fixture_open(void) {
    struct fixture *fixture = aligned_alloc(64, (sizeof *fixture + 63) / 64 * 64);
    struct error err;
    assert_non_null(fixture);
    memset(fixture, 0, sizeof *fixture);
    fixture->options = (struct options){
        .common.data = "/nonexistent", .max_body = 65536, .max_batch = 100, .unknown_category = "answer"};
    fixture->config = configuration_read(NULL, NULL, &err);
    assert_non_null(fixture->config);
    assert_true(app_open(&fixture->app, &fixture->options, fixture->config, &routes, &fixture->reader, 1));
    thread_context_open(&fixture->context, &fixture->app, 0);
    fixture->app.context = &fixture->context;
    fixture->app.webhooks = &fixture->webhooks;
    return fixture;
}

static inline void fixture_close(struct fixture *fixture) {
    response_done(&fixture->response);
    thread_context_done(&fixture->context);
    app_done(&fixture->app);
    etl_config_free(fixture->config);
    free(fixture);
}

/* Tests that want a model of version 7 use these two as set-up and tear-down. */
static inline int fixture_with_model(void **state) {
    struct fixture *fixture = fixture_open();
    fixture_serve(fixture, fixture_model(fixture, 7, false));
    *state = fixture;
    return 0;
}
static inline int fixture_done(void **state) {
    fixture_close(*state);
    return 0;
}

/* Headers of the next request; a request forgets them. */
static inline void fixture_header(struct fixture *fixture, enum request_header header, const char *value) {
    fixture->request.header[header] = value;
}

/* A streamed body comes in pieces of seven bytes. */
static inline void fixture_stream(struct fixture *fixture) {
    struct request *request = &fixture->request;
    for (size_t at = 0; at < request->size; at += 7)
        assert_true(dispatch_body(&fixture->context, request, request->body + at,
                                  request->size - at < 7 ? request->size - at : 7));
    request->size = 0;
}

/* Ask, and look at house->reply afterwards.  A request that sleeps is not finished. */
static inline int fixture_request_bytes(struct fixture *fixture, enum request_method method, const char *target,
                                        const char *body, size_t size) {
    struct request *request = &fixture->request;
    response_done(&fixture->response);
    response_start(&fixture->response);
    request->method = method;
    assert_int_equal(request_set_target(request, target), 0);
    request->body = body;
    request->size = size;
    dispatch_headers(&fixture->context, request);
    if (request->streamed)
        fixture_stream(fixture);
    dispatch_request(&fixture->context, request, &fixture->response);
    if (fixture->response.later == NULL)
        dispatch_finished(&fixture->context, request, fixture->response.status, 75000);
    memset(request->header, 0, sizeof request->header);
    return fixture->response.status;
}

static inline int fixture_request(struct fixture *fixture, enum request_method method, const char *target,
                                  const char *body) {
    return fixture_request_bytes(fixture, method, target, body, body != NULL ? strlen(body) : 0);
}

static inline int fixture_post(struct fixture *fixture, const char *target, const char *body) {
    fixture_header(fixture, HEADER_CONTENT_TYPE, "application/json");
    return fixture_request(fixture, METHOD_POST, target, body);
}

static inline bool fixture_body_has(const struct fixture *fixture, const char *text) {
    return memmem(fixture->response.body, fixture->response.size, text, strlen(text)) != NULL;
}

static inline void fixture_assert_body(const struct fixture *fixture, const char *text) {
    assert_int_equal(fixture->response.size, strlen(text));
    assert_memory_equal(fixture->response.body, text, fixture->response.size);
}

#endif
