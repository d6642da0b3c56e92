/*
 * house.h - a service in memory for tests: two categories, four packages, no socket and no files.
 *
 * Dental 10-25 buys MVP 82 times in 100.
 */
#ifndef TEST_API_HOUSE_H
#define TEST_API_HOUSE_H

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
#include "services/common/configuration.h"

struct house {
    struct options options;
    struct config *config;
    struct service service;
    struct served_reader reader;
    struct worker worker;
    struct request request;
    struct reply reply;
};

static inline struct forest *house_forest(const struct config *config, bool with_number) {
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

static inline struct model *house_model(const struct house *house, long long version, bool with_number) {
    struct champion champion = {.version = version,
                                .sha256 = "0123",
                                .forest = house_forest(house->config, with_number),
                                .card = json_pack("{s:i}", "rows", 3)};
    struct file_error err;
    struct model *model = model_new(&champion, &house->service.words, &err);
    assert_non_null(model);
    return model;
}

static inline void house_serve(struct house *house, struct model *model) {
    model_free(served_swap(&house->service.served, model));
}

/* A service without a model, with the defaults that matter. */
static inline struct house *house_open(void) {
    struct house *house = aligned_alloc(64, (sizeof *house + 63) / 64 * 64);
    struct file_error err;
    assert_non_null(house);
    memset(house, 0, sizeof *house);
    house->options = (struct options){.max_body = 65536, .max_batch = 100, .unknown_category = "answer"};
    house->config = configuration_read(NULL, NULL, &err);
    assert_non_null(house->config);
    assert_true(service_open(&house->service, &house->options, house->config, &routes, &house->reader, 1));
    worker_open(&house->worker, &house->service, 0);
    house->service.worker = &house->worker;
    return house;
}

static inline void house_close(struct house *house) {
    reply_done(&house->reply);
    worker_done(&house->worker);
    service_done(&house->service);
    config_free(house->config);
    free(house);
}

/* Tests that want a model of version 7 use these two as set-up and tear-down. */
static inline int house_with_model(void **state) {
    struct house *house = house_open();
    house_serve(house, house_model(house, 7, false));
    *state = house;
    return 0;
}
static inline int house_done(void **state) {
    house_close(*state);
    return 0;
}

/* Headers of the next request; a request forgets them. */
static inline void house_header(struct house *house, enum request_header header, const char *value) {
    house->request.header[header] = value;
}

/* A streamed body comes in pieces of seven bytes. */
static inline void house_stream(struct house *house) {
    struct request *request = &house->request;
    for (size_t at = 0; at < request->size; at += 7)
        assert_true(
            service_take(&house->worker, request, request->body + at, request->size - at < 7 ? request->size - at : 7));
    request->size = 0;
}

/* Ask, and look at house->reply afterwards.  A request that sleeps is not finished. */
static inline int house_ask_bytes(struct house *house, enum request_method method, const char *target, const char *body,
                                  size_t size) {
    struct request *request = &house->request;
    reply_done(&house->reply);
    reply_start(&house->reply);
    request->method = method;
    assert_int_equal(request_set_target(request, target), 0);
    request->body = body;
    request->size = size;
    service_admit(&house->worker, request);
    if (request->streamed)
        house_stream(house);
    service_answer(&house->worker, request, &house->reply);
    if (house->reply.later == NULL)
        service_finish(&house->worker, request, house->reply.status, 75000);
    memset(request->header, 0, sizeof request->header);
    return house->reply.status;
}

static inline int house_ask(struct house *house, enum request_method method, const char *target, const char *body) {
    return house_ask_bytes(house, method, target, body, body != NULL ? strlen(body) : 0);
}

static inline int house_post(struct house *house, const char *target, const char *body) {
    house_header(house, HEADER_CONTENT_TYPE, "application/json");
    return house_ask(house, METHOD_POST, target, body);
}

static inline bool house_said(const struct house *house, const char *text) {
    return memmem(house->reply.body, house->reply.size, text, strlen(text)) != NULL;
}

static inline void house_assert_body(const struct house *house, const char *text) {
    assert_int_equal(house->reply.size, strlen(text));
    assert_memory_equal(house->reply.body, text, house->reply.size);
}

#endif
