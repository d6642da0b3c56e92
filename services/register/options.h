/* options.h - what a run of this program was asked, and how it went. */
#ifndef REGISTER_OPTIONS_H
#define REGISTER_OPTIONS_H

#include "services/common/clock.h"
#include "services/common/exit_codes.h"
#include "services/register/gate.h"
#include "services/register/mlflow_client.h"

struct mlflow_options {
    struct mlflow_server server; /* whose url is NULL: MLflow is not used */
    const char *experiment, *model;
};

struct options {
    const char *data;
    const char *config; /* NULL: the built-in configuration */
    const char *run;    /* this run's id */
    moment now;
    const char *slices;      /* feature whose levels are slices; NULL: the first categorical one */
    const char *signing_key; /* NULL: new versions are not signed */
    long long keep_versions, keep_champions;
    struct gate_settings gate;
    struct mlflow_options mlflow;
};

struct outcome {
    enum exit_code code;
    json_t *result; /* of the result line */
};

#endif
