/* scratch.h - a folder of its own for a test, under TMPDIR, removed at the end. */
#ifndef TEST_SCRATCH_H
#define TEST_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char scratch[64];

static int scratch_make(void **state) {
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/leadforest-XXXXXX", base != NULL && strlen(base) < 30 ? base : "/tmp");
    return mkdtemp(scratch) == NULL;
}

static int scratch_remove(void **state) {
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    return system(command);
}

/* A path inside the folder; good until the fourth call after it. */
static const char *scratch_path(const char *name) {
    static char paths[4][256];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

static inline void scratch_write(const char *name, const char *text) {
    FILE *file = fopen(scratch_path(name), "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
}

#endif
