/*
 * api_request_fuzz.c - any bytes as a request: target, headers and body, up to the reply.
 *
 * The input is lines: a method, a target, headers, an empty line, the body.  Besides not crashing, replies
 * must have a status and JSON must be JSON, and the quick reader of leads must agree with the thorough one.
 */
#include <stdlib.h>
#include <string.h>

#include "services/api/dispatch.h"
#include "services/api/http/header_check.h"
#include "services/api/routes.h"
#include "services/api/webhooks/webhook.h"
#include "services/common/worker/configuration.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct options options = {.max_body = 65536, .max_batch = 100, .unknown_category = "answer"};
static struct app app;
static struct webhooks webhooks; /* nothing stores the deliveries */
static struct model_slot_reader reader;
static struct thread_context context, second;

static void demand(bool good) {
    if (!good)
        abort();
}

static struct forest *train(const struct etl_config *config) {
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
    struct error err;
    (void)argc;
    (void)argv;
    struct etl_config *config = configuration_read(NULL, NULL, &err);
    demand(config != NULL && app_open(&app, &options, config, &routes, &reader, 1));
    thread_context_open(&context, &app, 0);
    thread_context_open(&second, &app, 0);
    app.context = &context;
    etl_signature_read_secrets(&webhooks.secrets[ETL_SOURCE_STRIPE], "a");
    app.webhooks = &webhooks;
    struct champion champion = {.version = 7, .sha256 = "0123", .forest = train(config), .card = json_object()};
    struct served_model *model = served_model_new(&champion, &app.model_context, &err);
    demand(model != NULL);
    model_slot_swap(&app.slot, model);
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

static void read_headers(struct header_check *check, struct request *request, char **at, const char *end) {
    for (char *line; (line = next_line(at, end)) != NULL && line[0] != '\0';) {
        size_t name = strcspn(line, ":");
        const char *value = line + name + (line[name] == ':');
        header_check_add(check, request, line, name, value, strlen(value));
    }
}

/* What the quick reader takes the thorough one must take too, as the same row. */
static void compare_readers(const struct request *request) {
    const struct served_model *model = model_slot_get(&app.slot);
    struct problem problem;
    if (!lead_input_parse_fast(&context.input, model, request->body, request->size))
        return;
    json_t *parsed = json_loadb(request->body, request->size, JSON_REJECT_DUPLICATES, NULL);
    problem_clear(&problem, -1);
    demand(parsed != NULL && lead_input_parse(&second.input, model, parsed, &problem));
    demand(memcmp(context.input.row, second.input.row, model->features * sizeof(float)) == 0);
    demand(context.input.unseen == second.input.unseen);
    demand(context.input.lead_id.size == second.input.lead_id.size);
    demand(context.input.source.size == second.input.source.size);
    json_decref(parsed);
}

/* Piece by piece, of lengths that the body itself gives. */
static void stream(struct request *request) {
    for (size_t at = 0; at < request->size;) {
        size_t size = 1 + (unsigned char)request->body[at] % 40;
        size = size < request->size - at ? size : request->size - at;
        demand(dispatch_body(&context, request, request->body + at, size));
        at += size;
    }
    request->size = 0;
}

static void check_reply(const struct request *request, const struct response *response) {
    demand(response->status >= 200 && response->status < 600);
    demand(request->method == METHOD_OPTIONS || response_find_header(response, "X-Request-Id") != NULL);
    if (response->type == NULL || strstr(response->type, "json") == NULL || strstr(response->type, "ndjson") != NULL)
        return;
    json_t *value = json_loadb(response->body, response->size, 0, NULL);
    demand(value != NULL);
    json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct request request = {0};
    struct header_check check = {0};
    struct response response;
    char *copy = malloc(size + 1), *at = copy;
    const char *end = copy + size;
    demand(copy != NULL);
    memcpy(copy, data, size);
    const char *method = next_line(&at, end), *target = method != NULL ? next_line(&at, end) : NULL;
    response_start(&response);
    if (target == NULL || request_set_target(&request, target) != 0 || strcmp(request.path, "/-/reload") == 0) {
        free(copy);
        return 0;
    }
    request.method = request_method_parse(method);
    read_headers(&check, &request, &at, end);
    request.body = at < end ? at : end;
    request.size = at < end ? (size_t)(end - at) : 0;
    dispatch_headers(&context, &request);
    header_check_finish(&check, &request, "HTTP/1.1", 65536);
    if (check.status != 0)
        dispatch_reject(&context, &request, check.status, check.reason, &response);
    else {
        if (request.streamed)
            stream(&request);
        dispatch_request(&context, &request, &response);
    }
    dispatch_finished(&context, &request, response.status, size);
    check_reply(&request, &response);
    compare_readers(&request);
    response_done(&response);
    free(copy);
    return 0;
}
