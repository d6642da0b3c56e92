/* options.h - what one run of this program must do. */
#ifndef REGISTER_OPTIONS_H
#define REGISTER_OPTIONS_H

#include "services/register/gate/gate.h"
#include "services/register/mlflow/outbox.h"
#include "services/register/store/registry.h"

struct options {
    struct registry registry;
    const char *config;      /* NULL: the built-in configuration */
    const char *slices;      /* feature whose levels are slices; NULL: the first categorical one */
    const char *signing_key; /* NULL: new versions are not signed */
    long long keep_versions, keep_champions;
    struct gate_settings gate;
    struct mlflow_options mlflow;
};

#endif
