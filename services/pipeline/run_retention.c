/* run_retention.c - keeps the newest records of runs. */
#include "services/pipeline/run_retention.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libetl/base/array.h"

struct record {
    struct timespec at;
    char name[64]; /* "<run>.json" */
};

static int newest_first(const void *left, const void *right) {
    const struct timespec *a = &((const struct record *)left)->at, *b = &((const struct record *)right)->at;
    if (a->tv_sec != b->tv_sec)
        return a->tv_sec > b->tv_sec ? -1 : 1;
    return a->tv_nsec > b->tv_nsec ? -1 : a->tv_nsec < b->tv_nsec;
}

static bool is_record(const char *name) {
    size_t length = strlen(name);
    return name[0] != '.' && length > 5 && length < sizeof((struct record *)0)->name &&
           strcmp(name + length - 5, ".json") == 0;
}

/* The records in the folder; NULL if there are none, or no memory. */
static struct record *list(DIR *dir, size_t *count) {
    struct record *all = NULL;
    size_t capacity = 0;
    *count = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct stat about;
        if (!is_record(entry->d_name) || fstatat(dirfd(dir), entry->d_name, &about, 0) != 0)
            continue;
        if (!etl_array_reserve(&all, &capacity, *count + 1, sizeof *all))
            break;
        all[*count].at = about.st_mtim;
        memcpy(all[(*count)++].name, entry->d_name, strlen(entry->d_name) + 1);
    }
    return all;
}

void run_retention_prune(const struct volume *volume, const char *folder, size_t keep) {
    DIR *dir = volume_open_folder(volume, folder);
    if (dir == NULL)
        return;
    size_t count;
    struct record *all = list(dir, &count);
    if (count > keep)
        qsort(all, count, sizeof *all, newest_first);
    for (size_t i = keep; i < count; i++)
        unlinkat(dirfd(dir), all[i].name, 0);
    free(all);
    closedir(dir);
}
