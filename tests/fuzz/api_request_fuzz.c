/*
 * api_request_fuzz.c - any bytes as a request: target, headers and body, up to the reply.
 *
 * The input is lines: a method, a target, headers, an empty line, the body.  Besides not crashing, replies
 * must have a status and JSON must be JSON, and the quick reader of leads must agree with the thorough one.
 */
#include <stdlib.h>
#include <string.h>

#include "services/api/dispatch.h"
#include "services/api/gate.h"
#include "services/api/routes.h"
#include "services/common/configuration.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct options options = {
    .max_body = 65536, .max_batch = 100, .unknown_category = "answer", .stripe_secret = "a"};
static struct service service;
static struct served_reader reader;
static struct worker worker, second;

static void demand(bool good) {
    if (!good)
        abort();
}

static struct forest *train(const struct config *config) {
    struct forest_feature feature[3] = {{.name = NULL}, {.name = NULL}, {.name = "age", .kind = FOREST_NUMERIC}};
    const char *const packages[] = {"Business", "Elite", "MVP", "Now"};
    const struct forest_schema schema = {2, feature, 4, packages};
    struct forest_dataset *ds;
    struct forest_params params;
    struct forest *forest = NULL;
    for (size_t i = 0; i < 2; i++)
        feature[i] =
            (struct forest_feature){config->features[i].name, FOREST_CATEGORICAL, config->features[i].levels.count,
                                    (const char *const *)config->features[i].levels.text};
    demand(forest_dataset_new(&ds, &schema, NULL) == FOREST_OK);
    for (uint16_t label = 0; label < 4; label++) {
        const float row[] = {(float)label, (float)(label % 3)};
        const uint32_t weight = 100;
        demand(forest_dataset_add(ds, row, &label, &weight, 1, NULL) == FOREST_OK);
    }
    forest_params_init(&params);
    params.trees = 4;
    demand(forest_train(&forest, ds, &params, NULL) == FOREST_OK);
    forest_dataset_free(ds);
    return forest;
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    struct file_error err;
    (void)argc;
    (void)argv;
    struct config *config = configuration_read(NULL, NULL, &err);
    demand(config != NULL && service_open(&service, &options, config, &routes, &reader, 1));
    worker_open(&worker, &service, 0);
    worker_open(&second, &service, 0);
    service.worker = &worker;
    struct champion champion = {.version = 7, .sha256 = "0123", .forest = train(config), .card = json_object()};
    struct model *model = model_new(&champion, &service.words, &err);
    demand(model != NULL);
    served_swap(&service.served, model);
    return 0;
}

/* The next line of the input, ended by a zero; NULL at its end. */
static char *next_line(char **at, const char *end) {
    if (*at >= end)
        return NULL;
    char *line = *at, *stop = memchr(line, '\n', (size_t)(end - line));
    if (stop == NULL)
        stop = (char *)(uintptr_t)end;
    *stop = '\0';
    *at = stop + 1;
    return line;
}

static void read_headers(struct gate *gate, struct request *request, char **at, const char *end) {
    for (char *line; (line = next_line(at, end)) != NULL && line[0] != '\0';) {
        size_t name = strcspn(line, ":");
        const char *value = line + name + (line[name] == ':');
        gate_header(gate, request, line, name, value, strlen(value));
    }
}

/* What the quick reader takes the thorough one must take too, as the same row. */
static void compare_readers(const struct request *request) {
    const struct model *model = served_model(&service.served);
    struct problem problem;
    if (!inputs_scan(&worker.inputs, model, request->body, request->size))
        return;
    json_t *parsed = json_loadb(request->body, request->size, JSON_REJECT_DUPLICATES, NULL);
    problem_clear(&problem, -1);
    demand(parsed != NULL && inputs_read(&second.inputs, model, parsed, &problem));
    demand(memcmp(worker.inputs.row, second.inputs.row, model->features * sizeof(float)) == 0);
    demand(worker.inputs.unseen == second.inputs.unseen);
    demand(worker.inputs.lead_id.size == second.inputs.lead_id.size);
    demand(worker.inputs.source.size == second.inputs.source.size);
    json_decref(parsed);
}

/* Piece by piece, of lengths that the body itself gives. */
static void stream(struct request *request) {
    for (size_t at = 0; at < request->size;) {
        size_t size = 1 + (unsigned char)request->body[at] % 40;
        size = size < request->size - at ? size : request->size - at;
        demand(service_take(&worker, request, request->body + at, size));
        at += size;
    }
    request->size = 0;
}

static void check_reply(const struct request *request, const struct reply *reply) {
    demand(reply->status >= 200 && reply->status < 600);
    demand(request->method == METHOD_OPTIONS || reply_find_header(reply, "X-Request-Id") != NULL);
    if (reply->type == NULL || strstr(reply->type, "json") == NULL || strstr(reply->type, "ndjson") != NULL)
        return;
    json_t *value = json_loadb(reply->body, reply->size, 0, NULL);
    demand(value != NULL);
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct request request = {0};
    struct gate gate = {0};
    struct reply reply;
    char *copy = malloc(size + 1), *at = copy;
    const char *end = copy + size;
    demand(copy != NULL);
    memcpy(copy, data, size);
    const char *method = next_line(&at, end), *target = method != NULL ? next_line(&at, end) : NULL;
    reply_start(&reply);
    if (target == NULL || request_set_target(&request, target) != 0 || strcmp(request.path, "/-/reload") == 0) {
        free(copy);
        return 0;
    }
    request.method = request_method_named(method);
    read_headers(&gate, &request, &at, end);
    request.body = at < end ? at : end;
    request.size = at < end ? (size_t)(end - at) : 0;
    service_admit(&worker, &request);
    gate_close(&gate, &request, "HTTP/1.1", 65536);
    if (gate.status != 0)
        service_refuse(&worker, &request, gate.status, gate.why, &reply);
    else {
        if (request.streamed)
            stream(&request);
        service_answer(&worker, &request, &reply);
    }
    service_finish(&worker, &request, reply.status, size);
    check_reply(&request, &reply);
    compare_readers(&request);
    reply_done(&reply);
    free(copy);
    return 0;
}
