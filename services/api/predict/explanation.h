/*
 * explanation.h - what ?details=1 adds to a prediction: all probabilities, the expected price, and the contribution of
 * each input.
 */
#ifndef API_EXPLANATION_H
#define API_EXPLANATION_H

#include "services/api/model/lead_input.h"

/*
 * Append, after the prediction without its closing brace, the members that the schema Prediction in pages/openapi.json
 * has "with details=1", and the brace.  A price is left out where the configuration lacks one.
 */
void explanation_write(const struct served_model *model, const struct lead_input *input,
                       const struct prediction *prediction, struct strbuf *out);

#endif
