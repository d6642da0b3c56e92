/*
 * explanation.h - what ?details=1 adds to a prediction: all probabilities, the expected price, and the contribution of
 * each input.
 */
#ifndef API_EXPLANATION_H
#define API_EXPLANATION_H

#include "services/api/model/lead_input.h"

/*
 * Append, after the prediction without its closing brace:
 *   ,"probabilities":{"Business":p,...},"expected_price":262.5,
 *    "why":{"base":0.3,"inputs":{"business_type":0.2,...},"calibration":0.01}}
 * expected_price is what the packages cost a month, weighted by their probabilities (left out where the
 * configuration lacks a price); why is the share of any lead, what each input and at last the calibration
 * added to it: together the predicted package's probability.
 */
void explanation_write(const struct served_model *model, const struct lead_input *input,
                       const struct prediction *prediction, struct strbuf *out);

#endif
