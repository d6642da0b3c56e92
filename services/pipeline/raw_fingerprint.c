/* raw_fingerprint.c - polls raw/, since notifications do not reach every kind of shared volume. */
#include "services/pipeline/raw_fingerprint.h"

#include <dirent.h>
#include <sys/stat.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"

static uint64_t mix(uint64_t hash, const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t file_hash(const char *path, const struct stat *about) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *path != '\0'; path++)
        hash = mix(hash, path, 1);
    hash = mix(hash, &about->st_ino, sizeof about->st_ino);
    hash = mix(hash, &about->st_size, sizeof about->st_size);
    hash = mix(hash, &about->st_mtim.tv_sec, sizeof about->st_mtim.tv_sec);
    hash = mix(hash, &about->st_mtim.tv_nsec, sizeof about->st_mtim.tv_nsec);
    return hash != 0 ? hash : 1;
}

/* A sum, since folders list their files in any order. */
static uint64_t folder_hash(const char *folder) {
    uint64_t sum = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[PATH_MAX];
        struct stat about;
        if (entry->d_name[0] != '.' && path_format(path, NULL, "%s/%s", folder, entry->d_name) &&
            stat(path, &about) == 0 && S_ISREG(about.st_mode))
            sum += file_hash(path, &about);
    }
    closedir(dir);
    return sum;
}

uint64_t raw_fingerprint(const char *data) {
    char raw[PATH_MAX], inbox[PATH_MAX];
    if (!path_format(raw, NULL, "%s/" VOLUME_RAW, data) || !path_format(inbox, NULL, "%s/" VOLUME_INBOX, data))
        return 0;
    return folder_hash(raw) + folder_hash(inbox);
}
