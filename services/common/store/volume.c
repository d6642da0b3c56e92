/* volume.c - a descriptor of the data folder, and files by their names in it. */
#include "services/common/store/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

const struct volume volume_none = {.fd = AT_FDCWD, .path = ""};

bool volume_open(struct volume *volume, const char *path, struct error *err) {
    struct stat about;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &about) != 0) {
        error_set_errno(err, "open", path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    *volume = (struct volume){fd, path, about.st_dev, about.st_ino};
    return true;
}

void volume_close(struct volume *volume) {
    if (volume->path != NULL && volume->fd >= 0)
        close(volume->fd);
    *volume = (struct volume){.fd = -1};
}

bool volume_is_at_its_path(const struct volume *volume) {
    struct stat about;
    return stat(volume->path, &about) == 0 && about.st_dev == volume->device && about.st_ino == volume->inode;
}

bool volume_follow(struct volume *volume, struct error *err) {
    const char *path = volume->path;
    if (volume_is_at_its_path(volume))
        return true;
    volume_close(volume);
    volume->path = path;
    return volume_open(volume, path, err);
}

int volume_open_file(const struct volume *volume, const char *name, int flags) {
    return openat(volume->fd, name, flags | O_CLOEXEC, 0644);
}

FILE *volume_open_stream(const struct volume *volume, const char *name) {
    int fd = volume_open_file(volume, name, O_RDONLY);
    FILE *stream = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (fd >= 0 && stream == NULL)
        close(fd);
    return stream;
}

DIR *volume_open_folder(const struct volume *volume, const char *name) {
    int fd = volume_open_file(volume, name, O_RDONLY | O_DIRECTORY);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (fd >= 0 && folder == NULL)
        close(fd);
    return folder;
}

bool volume_link(const struct volume *volume, const char *name, const char *second_name) {
    return linkat(volume->fd, name, volume->fd, second_name, 0) == 0;
}

bool volume_stat(const struct volume *volume, const char *name, struct stat *about) {
    return fstatat(volume->fd, name, about, 0) == 0;
}

const char *volume_join(const char *folder, const char *file, char out[VOLUME_NAME]) {
    if (snprintf(out, VOLUME_NAME, "%s/%s", folder, file) >= VOLUME_NAME)
        out[0] = '\0';
    return out;
}

const char *volume_path(const struct volume *volume, const char *name, char out[PATH_MAX]) {
    int n = volume->path[0] == '\0' ? snprintf(out, PATH_MAX, "%s", name)
                                    : snprintf(out, PATH_MAX, "%s/%s", volume->path, name);
    (void)n;
    return out;
}

bool volume_error(const struct volume *volume, struct error *err, const char *doing, const char *name) {
    char path[PATH_MAX];
    int problem = errno;
    volume_path(volume, name, path);
    errno = problem;
    error_set_errno(err, doing, path);
    errno = problem;
    return false;
}

bool volume_reject(const struct volume *volume, struct error *err, const char *name, const char *format, ...) {
    char path[PATH_MAX], reason[400];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return error_set(err, "read %s: %s", volume_path(volume, name, path), reason);
}
