/* file.c - models on disk. */
#include "libforest/format/forest_impl.h"

#include "libforest/base/forest_error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum forest_status io_error(const char *what, const char *path, struct forest_error *err) {
    char reason[64];
    return lf_fail(err, FOREST_IO, "%s %.100s: %s", what, path, strerror_r(errno, reason, sizeof reason));
}

static bool write_all(int file, const uint8_t *bytes, size_t n) {
    while (n > 0) {
        ssize_t written = write(file, bytes, n);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            bytes += written;
            n -= (size_t)written;
        }
    }
    return true;
}

enum forest_status forest_save(const struct forest *f, const char *path, struct forest_error *err) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0)
        return io_error("create", path, err);
    bool written = write_all(file, f->image, f->size) && fsync(file) == 0;
    enum forest_status status = written ? FOREST_OK : io_error("write", path, err);
    if (close(file) != 0 && status == FOREST_OK)
        status = io_error("close", path, err);
    return status;
}

/* Map a regular file; its contents are not checked here. */
static enum forest_status map(int file, const char *path, const void **image, size_t *size, struct forest_error *err) {
    struct stat about;
    if (fstat(file, &about) != 0)
        return io_error("read", path, err);
    if (!S_ISREG(about.st_mode))
        return lf_fail(err, FOREST_IO, "read %.100s: not a file", path);
    if (about.st_size < (off_t)sizeof(struct lf_header))
        return lf_fail(err, FOREST_CORRUPT, "not a model file");
    *size = (size_t)about.st_size;
    *image = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, file, 0);
    return *image == MAP_FAILED ? io_error("map", path, err) : FOREST_OK;
}

enum forest_status forest_load(struct forest **out, const char *path, struct forest_error *err) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return io_error("open", path, err);
    const void *image = NULL;
    size_t size = 0;
    enum forest_status status = map(file, path, &image, &size, err);
    close(file);
    if (status != FOREST_OK)
        return status;
    status = lf_forest_open(out, image, size, LF_MAPPED, err);
    if (status != FOREST_OK)
        munmap((void *)(uintptr_t)image, size);
    return status;
}

const void *forest_image(const struct forest *f, size_t *size) {
    *size = f->size;
    return f->image;
}
