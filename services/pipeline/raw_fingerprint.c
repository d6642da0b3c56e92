/* raw_fingerprint.c - polls raw/, since notifications do not reach every kind of shared volume. */
#include "services/pipeline/raw_fingerprint.h"

#include "services/common/store/paths.h"
#include "services/common/store/volume.h"

static uint64_t mix(uint64_t hash, const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t file_hash(const char *name, const struct stat *about) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name != '\0'; name++)
        hash = mix(hash, name, 1);
    hash = mix(hash, &about->st_ino, sizeof about->st_ino);
    hash = mix(hash, &about->st_size, sizeof about->st_size);
    hash = mix(hash, &about->st_mtim.tv_sec, sizeof about->st_mtim.tv_sec);
    hash = mix(hash, &about->st_mtim.tv_nsec, sizeof about->st_mtim.tv_nsec);
    return hash != 0 ? hash : 1;
}

/* A sum, since folders list their files in any order. */
static uint64_t folder_hash(const struct volume *volume, const char *folder) {
    uint64_t sum = 0;
    DIR *dir = volume_open_folder(volume, folder);
    if (dir == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char name[VOLUME_NAME];
        struct stat about;
        if (entry->d_name[0] != '.' && volume_stat(volume, volume_join(folder, entry->d_name, name), &about) &&
            S_ISREG(about.st_mode))
            sum += file_hash(name, &about);
    }
    closedir(dir);
    return sum;
}

/* The volume is opened each time: it may have been mounted again. */
uint64_t raw_fingerprint(const char *data) {
    struct volume volume;
    if (!volume_open(&volume, data, NULL))
        return 0;
    uint64_t sum = folder_hash(&volume, VOLUME_RAW) + folder_hash(&volume, VOLUME_INBOX);
    volume_close(&volume);
    return sum;
}
