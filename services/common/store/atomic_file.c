/* atomic_file.c - whole-file publishing: write beside, fsync, rename, fsync the folder. */
#include "services/common/store/atomic_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder a path is in; "." where it names none. */
static void folder_of(const char *path, char out[PATH_MAX]) {
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    snprintf(out, PATH_MAX, "%.*s", n > 0 ? (int)n : 1, n > 0 ? path : ".");
}

static bool sync_folder(const char *folder, struct error *err) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    int problem = errno;
    if (!done)
        error_set_errno(err, "sync", folder);
    if (fd >= 0)
        close(fd);
    errno = problem;
    return done;
}

bool folder_sync_parent(const char *path, struct error *err) {
    char folder[PATH_MAX];
    folder_of(path, folder);
    return sync_folder(folder, err);
}

/* ---- folders that must be there ---- */

/* Whether a folder that we did not make, or what it stands in, is not ours to sync: no such right, no such disk. */
static bool cannot_be_synced(int problem) {
    return problem == EACCES || problem == EPERM || problem == EINVAL || problem == EROFS;
}

/* The folder at path is there, and so is its name after a power cut.  It may have been made a moment ago by a program
 * that was killed, or that has not come to sync it: that it exists proves nothing. */
static bool ensure_folder(const char *path, bool last_folder, struct error *err) {
    bool made = mkdir(path, 0777) == 0;
    if (!made && errno != EEXIST) {
        error_set_errno(err, "make folder", path);
        return false;
    }
    return (last_folder && !made) || folder_sync_parent(path, err) || (!made && cannot_be_synced(errno));
}

/* How many bytes of path stand for a folder that known runs through: "/a" and "/a/b" of "/a/b/c". */
static size_t common_folders(const char *path, const char *last_folder) {
    size_t i = 0, common = 0;
    for (; path[i] != '\0' && path[i] == last_folder[i]; i++)
        if (path[i] == '/')
            common = i;
    bool ends = (path[i] == '\0' || path[i] == '/') && (last_folder[i] == '\0' || last_folder[i] == '/');
    return ends ? i : common;
}

bool folder_create(const char *path, struct error *err) {
    static _Thread_local char last_folder[PATH_MAX]; /* the last folder made sure of, and so all it stands in */
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part)
        return path_format(part, err, "%s", path);
    memcpy(part, path, length + 1);
    size_t common = common_folders(path, last_folder);
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        char separator = part[i];
        part[i] = '\0';
        if (!ensure_folder(part, i <= common, err))
            return false;
        part[i] = separator;
    }
    if (common < length)
        memcpy(last_folder, path, length + 1);
    return true;
}

bool folder_create_parent(const char *path, struct error *err) {
    char folder[PATH_MAX];
    folder_of(path, folder);
    return folder_create(folder, err);
}

/* ---- files ---- */

bool atomic_file_open(struct atomic_file *p, const char *path, struct error *err) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    p->file = NULL;
    folder_of(path, folder);
    if (!path_format(p->path, err, "%s", path) || !folder_create(folder, err) ||
        !path_format(p->temporary, err, "%s/.tmp-%s-XXXXXX", folder, slash != NULL ? slash + 1 : path))
        return false;
    int fd = mkostemp(p->temporary, O_CLOEXEC);
    if (fd < 0) {
        error_set_errno(err, "write", p->path);
        return false;
    }
    fchmod(fd, 0644);
    p->file = fdopen(fd, "w");
    if (p->file == NULL) {
        error_set_errno(err, "write", p->path);
        close(fd);
        unlink(p->temporary);
        return false;
    }
    return true;
}

bool atomic_file_commit(struct atomic_file *p, struct error *err) {
    bool written = ferror(p->file) == 0 && fflush(p->file) == 0 && fsync(fileno(p->file)) == 0;
    if (!written)
        error_set_errno(err, "write", p->path);
    written = fclose(p->file) == 0 && written;
    p->file = NULL;
    if (written && rename(p->temporary, p->path) != 0) {
        error_set_errno(err, "write", p->path);
        written = false;
    }
    if (!written) {
        unlink(p->temporary);
        return false;
    }
    return folder_sync_parent(p->path, err);
}

void atomic_file_abort(struct atomic_file *p) {
    if (p->file == NULL)
        return;
    fclose(p->file);
    p->file = NULL;
    unlink(p->temporary);
}

bool atomic_file_write(const char *path, const void *bytes, size_t size, struct error *err) {
    struct atomic_file p;
    if (!atomic_file_open(&p, path, err))
        return false;
    fwrite(bytes, 1, size, p.file); /* an error is kept in the stream for the commit */
    return atomic_file_commit(&p, err);
}

bool atomic_file_write_json(const char *path, const json_t *value, struct error *err) {
    struct atomic_file p;
    if (!atomic_file_open(&p, path, err))
        return false;
    errno = ENOMEM;
    if (json_dumpf(value, p.file, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) != 0 || fputc('\n', p.file) == EOF) {
        error_set_errno(err, "write", path); /* half of it would be a good file for the commit */
        atomic_file_abort(&p);
        return false;
    }
    return atomic_file_commit(&p, err);
}

/* ---- folders ---- */

bool atomic_folder_open(struct atomic_folder *p, const char *path, struct error *err) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    folder_of(path, folder);
    if (!path_format(p->path, err, "%s", path) || !folder_create(folder, err) ||
        !path_format(p->temporary, err, "%s/.tmp-%s-XXXXXX", folder, slash != NULL ? slash + 1 : path))
        return false;
    if (mkdtemp(p->temporary) == NULL) {
        error_set_errno(err, "make folder", p->temporary);
        return false;
    }
    chmod(p->temporary, 0755);
    return true;
}

bool atomic_folder_commit(struct atomic_folder *p, struct error *err) {
    if (!sync_folder(p->temporary, err)) {
        atomic_folder_abort(p);
        return false;
    }
    if (rename(p->temporary, p->path) != 0) {
        error_set_errno(err, "publish folder", p->path);
        atomic_folder_abort(p);
        return false;
    }
    return folder_sync_parent(p->path, err);
}

void atomic_folder_abort(struct atomic_folder *p) {
    folder_remove(p->temporary);
}

void folder_remove(const char *path) {
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    rmdir(path);
}

void atomic_folder_remove(const char *path) {
    char temporary[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int folder = slash != NULL ? (int)(slash - path) : 1;
    if (path_format(temporary, NULL, "%.*s/.tmp-%s", folder, slash != NULL ? path : ".",
                    slash != NULL ? slash + 1 : path) &&
        rename(path, temporary) == 0 && folder_sync_parent(temporary, NULL))
        folder_remove(temporary);
}

static void sweep(const char *folder, const char *prefix) {
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[PATH_MAX];
        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
            !path_format(path, NULL, "%s/%s", folder, entry->d_name))
            continue;
        if (unlink(path) != 0)
            folder_remove(path);
    }
    closedir(dir);
}

void atomic_file_sweep_folder(const char *folder) {
    sweep(folder, ".tmp-");
}

void atomic_file_sweep(const char *path) {
    char folder[PATH_MAX], prefix[PATH_MAX];
    const char *slash = strrchr(path, '/');
    folder_of(path, folder);
    if (path_format(prefix, NULL, ".tmp-%s-", slash != NULL ? slash + 1 : path))
        sweep(folder, prefix);
}
