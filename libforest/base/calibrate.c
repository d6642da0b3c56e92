/* calibrate.c - temperature scaling. */
#include "libforest/base/calibrate.h"

#include "libforest/base/portable_math.h"

void lf_calibrate(double *prob, size_t classes, double temperature) {
    double sum = 0, largest = 0;
    if (temperature == 1)
        return;
    for (size_t k = 0; k < classes; k++)
        largest = prob[k] > largest ? prob[k] : largest;
    for (size_t k = 0; k < classes; k++)
        prob[k] = lf_ln(prob[k] > 0 ? prob[k] / largest : 0) / temperature;
    lf_exps(prob, classes);
    for (size_t k = 0; k < classes; k++)
        sum += prob[k];
    for (size_t k = 0; k < classes; k++)
        prob[k] /= sum;
}
