/* publish.c - whole-file publishing: write beside, fsync, rename, fsync the folder. */
#include "services/common/publish.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void file_error_set(struct file_error *err, const char *doing, const char *path) {
    int problem = errno;
    if (err == NULL)
        return;
    snprintf(err->text, sizeof err->text, "%s %s: %s", doing, path, strerror(problem));
    err->try_later = problem == ENOSPC || problem == EDQUOT || problem == EMFILE || problem == ENFILE ||
                     problem == ENOMEM || problem == EIO || problem == EROFS || problem == EAGAIN ||
                     problem == EACCES || problem == EPERM || problem == ENOENT;
}

bool file_error_say(struct file_error *err, const char *format, ...) {
    va_list args;
    va_start(args, format);
    if (err != NULL) {
        vsnprintf(err->text, sizeof err->text, format, args);
        err->try_later = false;
    }
    va_end(args);
    return false;
}

bool publish_path(char out[PATH_MAX], struct file_error *err, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out, PATH_MAX, format, args);
    va_end(args);
    return (n >= 0 && n < PATH_MAX) || file_error_say(err, "a path is longer than %d bytes", PATH_MAX - 1);
}

/* The folder a path is in; "." where it names none. */
static void folder_of(const char *path, char out[PATH_MAX]) {
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    snprintf(out, PATH_MAX, "%.*s", n > 0 ? (int)n : 1, n > 0 ? path : ".");
}

static bool sync_folder(const char *folder, struct file_error *err) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (!done)
        file_error_set(err, "sync", folder);
    if (fd >= 0)
        close(fd);
    return done;
}

static bool sync_folder_of(const char *path, struct file_error *err) {
    char folder[PATH_MAX];
    folder_of(path, folder);
    return sync_folder(folder, err);
}

bool publish_make_folder(const char *path, struct file_error *err) {
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part)
        return publish_path(part, err, "%s", path);
    memcpy(part, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        char kept = part[i];
        part[i] = '\0';
        bool made = mkdir(part, 0777) == 0;
        if (!made && errno != EEXIST) {
            file_error_set(err, "make folder", part);
            return false;
        }
        if (made && !sync_folder_of(part, err))
            return false;
        part[i] = kept;
    }
    return true;
}

/* ---- files ---- */

bool publish_open(struct publication *p, const char *path, struct file_error *err) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    p->file = NULL;
    folder_of(path, folder);
    if (!publish_path(p->path, err, "%s", path) || !publish_make_folder(folder, err) ||
        !publish_path(p->beside, err, "%s/.tmp-%s-XXXXXX", folder, slash != NULL ? slash + 1 : path))
        return false;
    int fd = mkostemp(p->beside, O_CLOEXEC);
    if (fd < 0) {
        file_error_set(err, "write", p->path);
        return false;
    }
    fchmod(fd, 0644);
    p->file = fdopen(fd, "w");
    if (p->file == NULL) {
        file_error_set(err, "write", p->path);
        close(fd);
        unlink(p->beside);
        return false;
    }
    return true;
}

bool publish_commit(struct publication *p, struct file_error *err) {
    bool written = ferror(p->file) == 0 && fflush(p->file) == 0 && fsync(fileno(p->file)) == 0;
    if (!written)
        file_error_set(err, "write", p->path);
    written = fclose(p->file) == 0 && written;
    p->file = NULL;
    if (written && rename(p->beside, p->path) != 0) {
        file_error_set(err, "write", p->path);
        written = false;
    }
    if (!written) {
        unlink(p->beside);
        return false;
    }
    return sync_folder_of(p->path, err);
}

void publish_abort(struct publication *p) {
    if (p->file == NULL)
        return;
    fclose(p->file);
    p->file = NULL;
    unlink(p->beside);
}

bool publish_bytes(const char *path, const void *bytes, size_t size, struct file_error *err) {
    struct publication p;
    if (!publish_open(&p, path, err))
        return false;
    fwrite(bytes, 1, size, p.file); /* an error is kept in the stream for the commit */
    return publish_commit(&p, err);
}

bool publish_json(const char *path, const json_t *value, struct file_error *err) {
    struct publication p;
    if (!publish_open(&p, path, err))
        return false;
    json_dumpf(value, p.file, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    fputc('\n', p.file);
    return publish_commit(&p, err);
}

/* The length of a file up to and with its last line end; -1 and errno where it cannot be read. */
static off_t whole_lines(int fd) {
    char block[4096];
    struct stat about;
    off_t size = fstat(fd, &about) == 0 ? about.st_size : -1;
    while (size > 0) {
        off_t from = size > (off_t)sizeof block ? size - (off_t)sizeof block : 0;
        ssize_t n = pread(fd, block, (size_t)(size - from), from);
        if (n != (ssize_t)(size - from))
            return -1;
        for (; n > 0; n--)
            if (block[n - 1] == '\n')
                return from + n;
        size = from;
    }
    return size;
}

static bool write_all(int fd, const char *at, size_t size) {
    while (size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

static void cut_back(int fd, off_t size) {
    if (ftruncate(fd, size) != 0)
        return; /* the next append will do it */
}

bool publish_append(const char *path, const void *bytes, size_t size, struct file_error *err) {
    char folder[PATH_MAX];
    folder_of(path, folder);
    if (!publish_make_folder(folder, err))
        return false;
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    off_t before = fd >= 0 ? whole_lines(fd) : -1;
    bool done = before >= 0 && ftruncate(fd, before) == 0 && write_all(fd, bytes, size) && fsync(fd) == 0;
    if (!done)
        file_error_set(err, "append to", path);
    if (!done && before >= 0)
        cut_back(fd, before);
    if (fd >= 0)
        close(fd);
    return done && sync_folder(folder, err);
}

/* ---- folders ---- */

bool publish_folder_open(struct folder_publication *p, const char *path, struct file_error *err) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    folder_of(path, folder);
    if (!publish_path(p->path, err, "%s", path) || !publish_make_folder(folder, err) ||
        !publish_path(p->beside, err, "%s/.tmp-%s-XXXXXX", folder, slash != NULL ? slash + 1 : path))
        return false;
    if (mkdtemp(p->beside) == NULL) {
        file_error_set(err, "make folder", p->beside);
        return false;
    }
    chmod(p->beside, 0755);
    return true;
}

bool publish_folder_commit(struct folder_publication *p, struct file_error *err) {
    if (!sync_folder(p->beside, err)) {
        publish_folder_abort(p);
        return false;
    }
    if (rename(p->beside, p->path) != 0) {
        file_error_set(err, "publish folder", p->path);
        publish_folder_abort(p);
        return false;
    }
    return sync_folder_of(p->path, err);
}

void publish_folder_abort(struct folder_publication *p) {
    publish_remove_folder(p->beside);
}

void publish_remove_folder(const char *path) {
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    rmdir(path);
}

static void sweep(const char *folder, const char *prefix) {
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[PATH_MAX];
        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
            !publish_path(path, NULL, "%s/%s", folder, entry->d_name))
            continue;
        if (unlink(path) != 0)
            publish_remove_folder(path);
    }
    closedir(dir);
}

void publish_sweep(const char *folder) {
    sweep(folder, ".tmp-");
}

void publish_sweep_beside(const char *path) {
    char folder[PATH_MAX], prefix[PATH_MAX];
    const char *slash = strrchr(path, '/');
    folder_of(path, folder);
    if (publish_path(prefix, NULL, ".tmp-%s-", slash != NULL ? slash + 1 : path))
        sweep(folder, prefix);
}
