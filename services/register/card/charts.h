/* charts.h - pictures of a model as inline SVG. */
#ifndef REGISTER_CHARTS_H
#define REGISTER_CHARTS_H

#include <jansson.h>

#include "services/register/card/reliability.h"
#include "services/register/gate/input_grid.h"

/* How often a model is right where it says how sure it is. */
void charts_reliability(FILE *out, const struct reliability *reliability);

/* Bars of named shares, {"name":number,...}. */
void charts_importances(FILE *out, const json_t *importances);

/* The package and its probability for every input of at most two features (grid->rows is not 0); what the champion
 * answered otherwise is framed. champion NULL: nothing is. */
void charts_grid(FILE *out, const struct forest_schema *schema, const struct input_grid *grid,
                 const float *challenger /* [rows][classes] */, const float *champion);

#endif
