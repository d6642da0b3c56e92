/* events.c - writes a story as webhook events. */
#include "services/sample/events.h"

void events_write(struct delivery *out, struct stripe *stripe, const struct person *person, const struct story *story) {
    (void)out; (void)stripe; (void)person; (void)story;
}
