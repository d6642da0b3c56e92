/* openapi_examples.h - examples of the contract: requests, and what the served model answers to them. */
#ifndef API_OPENAPI_EXAMPLES_H
#define API_OPENAPI_EXAMPLES_H

#include <jansson.h>

#include "services/api/model/served_model.h"

/* Replace the values of components.examples, and the example of the path parameter, by those of this model. */
void openapi_examples_set(json_t *components, const struct served_model *model);

#endif
