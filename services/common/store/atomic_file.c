/* atomic_file.c - publishes files: write a temporary file, fsync, rename, fsync the folder. */
#include "services/common/store/atomic_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder of a file; "." if its name contains none. */
static void folder_of(const char *name, char out[PATH_MAX]) {
    const char *slash = strrchr(name, '/');
    size_t n = slash == NULL ? 0 : slash == name ? 1 : (size_t)(slash - name);
    snprintf(out, PATH_MAX, "%.*s", n > 0 ? (int)n : 1, n > 0 ? name : ".");
}

static const char *last_part(const char *name) {
    const char *slash = strrchr(name, '/');
    return slash != NULL ? slash + 1 : name;
}

static bool sync_folder(const struct volume *volume, const char *folder, struct error *err) {
    int fd = volume_open_file(volume, folder, O_RDONLY | O_DIRECTORY);
    bool done = fd >= 0 && fsync(fd) == 0;
    int problem = errno;
    if (!done)
        volume_error(volume, err, "sync", folder);
    if (fd >= 0)
        close(fd);
    errno = problem;
    return done;
}

bool folder_sync_parent_at(const struct volume *volume, const char *name, struct error *err) {
    char folder[PATH_MAX];
    folder_of(name, folder);
    return sync_folder(volume, folder, err);
}

/* ---- creating folders ---- */

/* Whether a folder that we did not make, or its parent, cannot be synced: no permission, or not supported by the disk.
 */
static bool cannot_be_synced(int problem) {
    return problem == EACCES || problem == EPERM || problem == EINVAL || problem == EROFS;
}

/* The folder of this name is there, and so is its name after a power cut.  It may have been made a moment ago by a
 * program that was killed, or that has not come to sync it: that it exists proves nothing. */
static bool ensure_folder(const struct volume *volume, const char *name, bool last_folder, struct error *err) {
    bool made = mkdirat(volume->fd, name, 0777) == 0;
    if (!made && errno != EEXIST)
        return volume_error(volume, err, "make folder", name);
    return (last_folder && !made) || folder_sync_parent_at(volume, name, err) || (!made && cannot_be_synced(errno));
}

/* How many bytes of name are a parent of last_folder: "/a" and "/a/b" of "/a/b/c". */
static size_t common_folders(const char *name, const char *last_folder) {
    size_t i = 0, common = 0;
    for (; name[i] != '\0' && name[i] == last_folder[i]; i++)
        if (name[i] == '/')
            common = i;
    bool ends = (name[i] == '\0' || name[i] == '/') && (last_folder[i] == '\0' || last_folder[i] == '/');
    return ends ? i : common;
}

/* The last folder that was synced, and so are all its parents. */
struct known_folder {
    dev_t device;
    ino_t inode;
    char name[PATH_MAX];
};

/* How many bytes of name are folders that were synced before; all of it counts as synced from now on. */
static size_t forget_all_but(struct known_folder *known, const struct volume *volume, const char *name) {
    bool same = known->device == volume->device && known->inode == volume->inode;
    size_t common = same ? common_folders(name, known->name) : 0;
    known->device = volume->device;
    known->inode = volume->inode;
    known->name[common] = '\0';
    return common;
}

bool folder_create_at(const struct volume *volume, const char *name, struct error *err) {
    static _Thread_local struct known_folder known;
    char part[PATH_MAX];
    size_t length = strlen(name);
    if (length == 0 || length >= sizeof part)
        return path_format(part, err, "%s", name);
    memcpy(part, name, length + 1);
    size_t common = forget_all_but(&known, volume, name);
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        char separator = part[i];
        part[i] = '\0';
        if (!ensure_folder(volume, part, i <= common, err))
            return false;
        part[i] = separator;
    }
    memcpy(known.name, name, length + 1);
    return true;
}

bool folder_create_parent_at(const struct volume *volume, const char *name, struct error *err) {
    char folder[PATH_MAX];
    folder_of(name, folder);
    return folder_create_at(volume, folder, err);
}

bool folder_create_volume(struct volume *volume, struct error *err) {
    return volume_is_at_its_path(volume) || (folder_create(volume->path, err) && volume_follow(volume, err));
}

/* ---- unused names ---- */

/* ".tmp-<name>-XXXXXX" in the same folder, with six random letters. */
static bool temporary_name(char out[PATH_MAX], const char *name, struct error *err) {
    static const char letters[] = "0123456789abcdefghijklmnopqrstuv";
    char folder[PATH_MAX], suffix[7] = "";
    unsigned char random[6];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
        error_set_errno(err, "make a temporary name for", name);
        return false;
    }
    for (size_t i = 0; i < sizeof random; i++)
        suffix[i] = letters[random[i] % 32];
    folder_of(name, folder);
    return strchr(name, '/') != NULL ? path_format(out, err, "%s/.tmp-%s-%s", folder, last_part(name), suffix)
                                     : path_format(out, err, ".tmp-%s-%s", name, suffix);
}

enum { ATTEMPTS = 100 };

/* Create a new file with such a name, open for writing; -1 and err on failure. */
static int create_temporary(const struct volume *volume, const char *name, char out[PATH_MAX], struct error *err) {
    for (int i = 0; i < ATTEMPTS; i++) {
        if (!temporary_name(out, name, err))
            return -1;
        int fd = openat(volume->fd, out, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0)
            return fd;
        if (errno != EEXIST)
            break;
    }
    volume_error(volume, err, "write", name);
    return -1;
}

static bool make_temporary_folder(const struct volume *volume, const char *name, char out[PATH_MAX],
                                  struct error *err) {
    for (int i = 0; i < ATTEMPTS; i++) {
        if (!temporary_name(out, name, err))
            return false;
        if (mkdirat(volume->fd, out, 0700) == 0)
            return fchmodat(volume->fd, out, 0755, 0) == 0 || volume_error(volume, err, "make folder", out);
        if (errno != EEXIST)
            break;
    }
    return volume_error(volume, err, "make folder", out);
}

/* ---- files ---- */

bool atomic_file_open_at(struct atomic_file *p, const struct volume *volume, const char *name, struct error *err) {
    *p = (struct atomic_file){.volume = *volume};
    if (!path_format(p->name, err, "%s", name) || !folder_create_parent_at(volume, name, err))
        return false;
    int fd = create_temporary(volume, name, p->temporary, err);
    if (fd < 0)
        return false;
    fchmod(fd, 0644);
    p->file = fdopen(fd, "w");
    if (p->file != NULL)
        return true;
    volume_error(volume, err, "write", name);
    close(fd);
    unlinkat(volume->fd, p->temporary, 0);
    return false;
}

bool atomic_file_commit(struct atomic_file *p, struct error *err) {
    bool written = ferror(p->file) == 0 && fflush(p->file) == 0 && fsync(fileno(p->file)) == 0;
    if (!written)
        volume_error(&p->volume, err, "write", p->name);
    written = fclose(p->file) == 0 && written;
    p->file = NULL;
    if (written && renameat(p->volume.fd, p->temporary, p->volume.fd, p->name) != 0)
        written = volume_error(&p->volume, err, "write", p->name);
    if (!written) {
        unlinkat(p->volume.fd, p->temporary, 0);
        return false;
    }
    return folder_sync_parent_at(&p->volume, p->name, err);
}

void atomic_file_abort(struct atomic_file *p) {
    if (p->file == NULL)
        return;
    fclose(p->file);
    p->file = NULL;
    unlinkat(p->volume.fd, p->temporary, 0);
}

bool atomic_file_write_at(const struct volume *volume, const char *name, const void *bytes, size_t size,
                          struct error *err) {
    struct atomic_file p;
    if (!atomic_file_open_at(&p, volume, name, err))
        return false;
    fwrite(bytes, 1, size, p.file); /* the stream keeps an error for the commit */
    return atomic_file_commit(&p, err);
}

bool atomic_file_write_json_at(const struct volume *volume, const char *name, const json_t *value, struct error *err) {
    struct atomic_file p;
    if (!atomic_file_open_at(&p, volume, name, err))
        return false;
    errno = ENOMEM;
    if (json_dumpf(value, p.file, JSON_INDENT(2) | JSON_REAL_PRECISION(10)) != 0 || fputc('\n', p.file) == EOF) {
        volume_error(volume, err, "write", name); /* otherwise the commit would publish an incomplete file */
        atomic_file_abort(&p);
        return false;
    }
    return atomic_file_commit(&p, err);
}

/* ---- folders ---- */

bool atomic_folder_open_at(struct atomic_folder *p, const struct volume *volume, const char *name, struct error *err) {
    *p = (struct atomic_folder){.volume = *volume};
    return path_format(p->name, err, "%s", name) && folder_create_parent_at(volume, name, err) &&
           make_temporary_folder(volume, name, p->temporary, err);
}

bool atomic_folder_commit(struct atomic_folder *p, struct error *err) {
    if (!sync_folder(&p->volume, p->temporary, err)) {
        atomic_folder_abort(p);
        return false;
    }
    if (renameat(p->volume.fd, p->temporary, p->volume.fd, p->name) != 0) {
        volume_error(&p->volume, err, "publish folder", p->name);
        atomic_folder_abort(p);
        return false;
    }
    return folder_sync_parent_at(&p->volume, p->name, err);
}

void atomic_folder_abort(struct atomic_folder *p) {
    folder_remove_at(&p->volume, p->temporary);
}

void folder_remove_at(const struct volume *volume, const char *name) {
    DIR *folder = volume_open_folder(volume, name);
    if (folder == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    unlinkat(volume->fd, name, AT_REMOVEDIR);
}

void atomic_folder_remove_at(const struct volume *volume, const char *name) {
    char folder[PATH_MAX], temporary[PATH_MAX];
    folder_of(name, folder);
    if (path_format(temporary, NULL, "%s/.tmp-%s", folder, last_part(name)) &&
        renameat(volume->fd, name, volume->fd, temporary) == 0 && folder_sync_parent_at(volume, temporary, NULL))
        folder_remove_at(volume, temporary);
}

static void sweep(const struct volume *volume, const char *folder, const char *prefix) {
    DIR *dir = volume_open_folder(volume, folder);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char name[PATH_MAX];
        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
            !path_format(name, NULL, "%s/%s", folder, entry->d_name))
            continue;
        if (unlinkat(dirfd(dir), entry->d_name, 0) != 0)
            folder_remove_at(volume, name);
    }
    closedir(dir);
}

void atomic_file_sweep_folder_at(const struct volume *volume, const char *folder) {
    sweep(volume, folder, ".tmp-");
}

void atomic_file_sweep_at(const struct volume *volume, const char *name) {
    char folder[PATH_MAX], prefix[PATH_MAX];
    folder_of(name, folder);
    if (path_format(prefix, NULL, ".tmp-%s-", last_part(name)))
        sweep(volume, folder, prefix);
}

/* ---- by path ---- */

bool atomic_file_write(const char *path, const void *bytes, size_t size, struct error *err) {
    return atomic_file_write_at(&volume_none, path, bytes, size, err);
}
bool atomic_file_write_json(const char *path, const json_t *value, struct error *err) {
    return atomic_file_write_json_at(&volume_none, path, value, err);
}
bool folder_create(const char *path, struct error *err) {
    return folder_create_at(&volume_none, path, err);
}
