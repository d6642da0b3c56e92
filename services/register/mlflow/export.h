/*
 * export.h - tells MLflow one decision of the gate: a run for each judged candidate, a version of the model
 * for each that was stored, and afterwards which versions are champion and previous.
 */
#ifndef REGISTER_EXPORT_H
#define REGISTER_EXPORT_H

#include "services/register/mlflow/client.h"

/* What it is told by, and under which names; borrowed. */
struct mlflow_exporter {
    struct mlflow *server;
    const char *data;
    const char *experiment; /* its id */
    const char *model;
};

/* Tell a decision that judged a candidate; of another there is nothing to tell.  What retention removed meanwhile is
 * told without its files.  Where it fails, server->refused says whether it always would. */
MUST_CHECK bool mlflow_export_decision(const struct mlflow_exporter *e, const json_t *decision, struct error *err);

/* Let the aliases name what champion.json and previous.json do; a version that MLflow never got is passed by, with a
 * warning. */
MUST_CHECK bool mlflow_export_aliases(const struct mlflow_exporter *e, struct error *err);

#endif
