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
    int problem = errno;
    if (!done)
        file_error_set(err, "sync", folder);
    if (fd >= 0)
        close(fd);
    errno = problem;
    return done;
}

bool publish_sync_folder_of(const char *path, struct file_error *err) {
    char folder[PATH_MAX];
    folder_of(path, folder);
    return sync_folder(folder, err);
}

/* ---- folders that must be there ---- */

/* Whether a folder that we did not make, or what it stands in, is not ours to sync: no such right, no such disk. */
static bool is_not_ours(int problem) {
    return problem == EACCES || problem == EPERM || problem == EINVAL || problem == EROFS;
}

/* The folder at path is there, and so is its name after a power cut.  It may have been made a moment ago by a program
 * that was killed, or that has not come to sync it: that it exists proves nothing. */
static bool ensure_folder(const char *path, bool known, struct file_error *err) {
    bool made = mkdir(path, 0777) == 0;
    if (!made && errno != EEXIST) {
        file_error_set(err, "make folder", path);
        return false;
    }
    return (known && !made) || publish_sync_folder_of(path, err) || (!made && is_not_ours(errno));
}

/* How many bytes of path stand for a folder that known runs through: "/a" and "/a/b" of "/a/b/c". */
static size_t common_folders(const char *path, const char *known) {
    size_t i = 0, common = 0;
    for (; path[i] != '\0' && path[i] == known[i]; i++)
        if (path[i] == '/')
            common = i;
    bool ends = (path[i] == '\0' || path[i] == '/') && (known[i] == '\0' || known[i] == '/');
    return ends ? i : common;
}

bool publish_make_folder(const char *path, struct file_error *err) {
    static _Thread_local char known[PATH_MAX]; /* the last folder made sure of, and so all it stands in */
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part)
        return publish_path(part, err, "%s", path);
    memcpy(part, path, length + 1);
    size_t common = common_folders(path, known);
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        char kept = part[i];
        part[i] = '\0';
        if (!ensure_folder(part, i <= common, err))
            return false;
        part[i] = kept;
    }
    if (common < length)
        memcpy(known, path, length + 1);
    return true;
}

bool publish_make_folder_of(const char *path, struct file_error *err) {
    char folder[PATH_MAX];
    folder_of(path, folder);
    return publish_make_folder(folder, err);
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
    return publish_sync_folder_of(p->path, err);
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
    errno = ENOMEM;
    if (json_dumpf(value, p.file, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) != 0 || fputc('\n', p.file) == EOF) {
        file_error_set(err, "write", path); /* half of it would be a good file for the commit */
        publish_abort(&p);
        return false;
    }
    return publish_commit(&p, err);
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
    return publish_sync_folder_of(p->path, err);
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

void publish_discard_folder(const char *path) {
    char aside[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int folder = slash != NULL ? (int)(slash - path) : 1;
    if (publish_path(aside, NULL, "%.*s/.tmp-%s", folder, slash != NULL ? path : ".",
                     slash != NULL ? slash + 1 : path) &&
        rename(path, aside) == 0 && publish_sync_folder_of(aside, NULL))
        publish_remove_folder(aside);
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
