/* holm.c - the smallest p is multiplied by n, the next by n - 1, and so on; never below the one before. */
#include "services/drift/holm.h"

#include <stdbool.h>

/* For a dozen streams the slow way is the short one. */
void holm_adjust(double *p, size_t n) {
    double last = 0;
    bool done[HOLM_MOST] = {false};
    for (size_t left = n; left > 0; left--) {
        size_t least = n;
        for (size_t i = 0; i < n; i++)
            if (!done[i] && (least == n || p[i] < p[least]))
                least = i;
        double adjusted = p[least] * (double)left;
        last = adjusted > last ? adjusted : last;
        p[least] = last < 1 ? last : 1;
        done[least] = true;
    }
}
