/* retention.c - removes old candidates; a folder is renamed before its files are removed. */
#include "services/train/retention.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "libetl/base/array.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/run_id.h"

struct aged {
    char run[37];
    struct timespec made;
};

static int newest_first(const void *left, const void *right) {
    const struct aged *a = left, *b = right;
    if (a->made.tv_sec != b->made.tv_sec)
        return a->made.tv_sec > b->made.tv_sec ? -1 : 1;
    if (a->made.tv_nsec != b->made.tv_nsec)
        return a->made.tv_nsec > b->made.tv_nsec ? -1 : 1;
    return strcmp(a->run, b->run);
}

/* All candidates; the caller frees them. */
static struct aged *list(const struct volume *volume, size_t *count) {
    struct aged *all = NULL;
    size_t capacity = 0;
    *count = 0;
    DIR *dir = volume_open_folder(volume, VOLUME_CANDIDATES);
    if (dir == NULL)
        return NULL;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct stat about;
        if (!run_id_valid(entry->d_name) || fstatat(dirfd(dir), entry->d_name, &about, 0) != 0)
            continue;
        if (!etl_array_reserve(&all, &capacity, *count + 1, sizeof *all))
            break;
        snprintf(all[*count].run, sizeof all->run, "%.36s", entry->d_name);
        all[(*count)++].made = about.st_mtim;
    }
    closedir(dir);
    return all;
}

static void discard(const struct volume *volume, const char *run) {
    char name[VOLUME_NAME];
    snprintf(name, sizeof name, VOLUME_CANDIDATES "/%s", run);
    atomic_folder_remove_at(volume, name);
}

void retention_apply(const struct volume *volume, size_t keep, const char *newest) {
    size_t count;
    struct aged *all = list(volume, &count);
    if (all == NULL)
        return;
    qsort(all, count, sizeof *all, newest_first);
    for (size_t i = keep; i < count; i++)
        if (strcmp(all[i].run, newest) != 0)
            discard(volume, all[i].run);
    free(all);
}
