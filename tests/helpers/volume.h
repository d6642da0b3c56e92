/* volume.h - a folder as a volume, for tests; it stays open until the test program ends. */
#ifndef TEST_VOLUME_H
#define TEST_VOLUME_H

#include <stdlib.h>

#include "services/common/store/volume.h"

static inline const struct volume *open_volume(const char *folder) {
    struct volume *volume = calloc(1, sizeof *volume);
    static const struct volume *opened[100]; /* keeps them from being leaks */
    static size_t count;
    if (volume == NULL || !volume_open(volume, folder, NULL))
        abort();
    if (count < sizeof opened / sizeof *opened)
        opened[count++] = volume;
    return volume;
}

#endif
