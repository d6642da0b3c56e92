/*
 * outbox.h - exports decisions to MLflow, now or when it answers again.
 *
 * decisions.ndjson is the outbox: it is durable before anything follows from it.  registry/mlflow.json says how many of
 * its lines were exported, and to which server; it is replaced after each.  A run that died in between exports the same
 * again, which changes nothing (client.h).  Another server, or a new experiment, gets everything.
 * A decision that MLflow rejects for good does not block the others: one warning is logged, and the file keeps it under
 * "refused". Without the file all are exported again.
 */
#ifndef REGISTER_OUTBOX_H
#define REGISTER_OUTBOX_H

#include "services/register/mlflow/client.h"

/* Which MLflow, and the names used there. */
struct mlflow_options {
    struct mlflow_server server; /* whose url is NULL: MLflow is not used */
    const char *experiment, *model;
};

/* Export what is pending, within the time that the options give.  Never fails: what could not be exported is logged and
 * stays pending. */
void mlflow_outbox_send(const struct volume *volume, const struct mlflow_options *options);

/* Whether the options are valid; err names the one that is not. */
MUST_CHECK bool mlflow_outbox_valid(const struct mlflow_options *options, struct error *err);

#endif
