/*
 * export.h - exports one decision of the gate to MLflow: a run for each evaluated candidate, a version of the model
 * for each that was stored, and afterwards which versions are champion and previous.
 */
#ifndef REGISTER_EXPORT_H
#define REGISTER_EXPORT_H

#include "services/register/mlflow/client.h"

/* The client and the names to use; borrowed. */
struct mlflow_exporter {
    struct mlflow *server;
    const struct volume *volume;
    const char *experiment; /* its id */
    const char *model;
};

/* Export a decision about a candidate; other decisions have nothing to export.  What retention has removed meanwhile is
 * exported without its files.  On failure, server->refused says whether it would always fail. */
MUST_CHECK bool mlflow_export_decision(const struct mlflow_exporter *e, const json_t *decision, struct error *err);

/* Let the aliases name what champion.json and previous.json do; a version that MLflow never received is skipped, with a
 * warning. */
MUST_CHECK bool mlflow_export_aliases(const struct mlflow_exporter *e, struct error *err);

#endif
