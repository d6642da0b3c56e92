/*
 * outbox.h - MLflow is told what was decided, now or whenever it answers again.
 *
 * decisions.ndjson is the outbox: it is durable before anything follows from it.  registry/mlflow.json says how many of
 * its lines have been told, and to whom; it is replaced after each.  A run that died in between tells the same
 * again, which changes nothing (client.h).  Another server, or a new experiment, is told everything.
 * A decision that MLflow refuses for good holds up no other: it is warned of once and kept in the file, under
 * "refused". Without the file all are told again.
 */
#ifndef REGISTER_OUTBOX_H
#define REGISTER_OUTBOX_H

#include "services/register/mlflow/client.h"

/* Which MLflow, and the names used there. */
struct mlflow_options {
    struct mlflow_server server; /* whose url is NULL: MLflow is not used */
    const char *experiment, *model;
};

/* Tell what waits, within the time that the options give.  Never fails: what could not be told is logged and waits. */
void mlflow_outbox_send(const char *data, const struct mlflow_options *options);

/* Whether the options are such that MLflow can be told; err says which is not. */
MUST_CHECK bool mlflow_outbox_valid(const struct mlflow_options *options, struct error *err);

#endif
