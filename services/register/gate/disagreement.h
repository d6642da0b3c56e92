/* disagreement.h - how many predictions would change with another model: over the complete input grid and over recent
 * requests. */
#ifndef REGISTER_DISAGREEMENT_H
#define REGISTER_DISAGREEMENT_H

#include "services/register/gate/recent_requests.h"

struct disagreement {
    uint64_t cells, cells_changed;       /* of the grid; 0 cells where it is not finite */
    uint64_t requests, requests_changed; /* of recent traffic */
    const char *source;                  /* of the calls; NULL: not measured */
};

/* A changed answer is another package. false where memory ran out. */
bool disagreement_measure(struct disagreement *out, const struct recent_requests *requests,
                          const struct forest_schema *schema, const struct forest *challenger,
                          const struct forest *champion);

/* The share of recent calls that get another answer; of the grid where nobody has called yet. */
double disagreement_rate(const struct disagreement *disagreement);

#endif
