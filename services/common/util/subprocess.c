/* subprocess.c - finds a program by where we are, and runs it. */
#include "services/common/util/subprocess.h"

#include "services/common/store/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static bool find(char out[PATH_MAX], const char *name, struct error *err) {
    char own[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", own, sizeof own);
    const char *slash = size > 0 ? memrchr(own, '/', (size_t)size) : NULL;
    if (slash == NULL)
        return error_set(err, "cannot tell where leadforest-%s is", name);
    return path_format(out, err, "%.*s/leadforest-%s", (int)(slash - own), own, name);
}

bool subprocess_exists(const char *name) {
    char path[PATH_MAX];
    return find(path, name, NULL) && access(path, X_OK) == 0;
}

/* In the child. */
static void exec_child(const char *path, const char *const *arguments) {
    char *argv[SUBPROCESS_MAX_ARGUMENTS + 1] = {strrchr(path, '/') + 1};
    sigset_t none;
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    for (size_t i = 0; arguments[i] != NULL && i + 1 < SUBPROCESS_MAX_ARGUMENTS; i++)
        argv[i + 1] = (char *)arguments[i];
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(nowhere, STDOUT_FILENO);
    execv(path, argv);
    _exit(127);
}

bool subprocess_run(const char *name, const char *const *arguments, int *code, struct error *err) {
    char path[PATH_MAX];
    int status = 0;
    if (!find(path, name, err))
        return false;
    pid_t child = fork();
    if (child == 0)
        exec_child(path, arguments);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (child < 0 || !WIFEXITED(status)) {
        error_set(err, "leadforest-%s did not end by itself (wait status %d)", name, status);
        err->retryable = child < 0 || WTERMSIG(status) == SIGKILL; /* memory may have run out */
        return false;
    }
    *code = WEXITSTATUS(status);
    return true;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *place) {
    (void)about, (void)kind, (void)place;
    return remove(path);
}

void subprocess_remove_folder(const char *folder) {
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
