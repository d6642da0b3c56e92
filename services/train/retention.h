/* retention.h - keeps candidates/ from growing for ever. */
#ifndef TRAIN_RETENTION_H
#define TRAIN_RETENTION_H

#include <stddef.h>

/* Remove all candidates but the `keep` newest ones and the one named. What cannot be removed is left. */
void retention_apply(const char *data, size_t keep, const char *newest);

#endif
