/* sandbox.c - removes a folder and all below it. */
#include "services/register/verify/sandbox.h"

#include <ftw.h>
#include <stdio.h>

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *place) {
    (void)about, (void)kind, (void)place;
    return remove(path);
}

void sandbox_remove(const struct volume *volume, const char *name) {
    char path[PATH_MAX];
    nftw(volume_path(volume, name, path), remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
