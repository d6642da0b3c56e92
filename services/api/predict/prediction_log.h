/*
 * prediction_log.h - the prediction log: one line of JSON per prediction, for drift detection and for records.
 *
 *     {"time":"2026-01-31T10:20:30.123Z","request_id":"...","model_version":7,
 *      "inputs":{"business_type":"Dental","business_size":"10-25"},"probabilities":{"Business":0.1,...},
 *      "unseen":["business_type"],"lead_id":"...","source":"website"}
 *
 * Inputs are in the model's spelling.  Of an unseen category at most 64 bytes are kept, and nothing that could be an
 * e-mail address. unseen, lead_id and source are left out if there are none.
 */
#ifndef API_PREDICTION_LOG_H
#define API_PREDICTION_LOG_H

#include "services/api/io/line_clock.h"
#include "services/api/model/lead_input.h"
#include "services/api/model/served_model.h"

/* Empty out and write one line with its newline. source (or NULL) is used if the client sent none. */
void prediction_log_line(struct strbuf *out, struct line_clock *clock, const struct served_model *model,
                         const struct lead_input *input, const struct prediction *prediction, const char *request_id,
                         const char *source);

#endif
