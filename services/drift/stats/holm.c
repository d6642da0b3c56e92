/* holm.c - the smallest p is multiplied by n, the next by n - 1, and so on; never below the one before. */
#include "services/drift/stats/holm.h"

#include <stdbool.h>

/* For a dozen streams the slow way is the short one. */
void holm_adjust(double *p, size_t n) {
    double last = 0;
    bool done[HOLM_MAX] = {false};
    for (size_t left = n; left > 0; left--) {
        size_t index = n;
        for (size_t i = 0; i < n; i++)
            if (!done[i] && (index == n || p[i] < p[index]))
                index = i;
        double adjusted = p[index] * (double)left;
        last = adjusted > last ? adjusted : last;
        p[index] = last < 1 ? last : 1;
        done[index] = true;
    }
}
