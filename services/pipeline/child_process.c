/* child_process.c - starts a program beside our own, takes in its output and its end. */
#include "services/pipeline/child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "services/common/store/atomic_file.h"
#include "services/common/util/unix_time.h"

extern char **environ;

/* The path of leadforest-<name> in the folder of the running program. */
static bool program_path(char out[PATH_MAX], const char *name, struct error *err) {
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n < 0) {
        error_set_errno(err, "read", "/proc/self/exe");
        return false;
    }
    self[n] = '\0';
    *strrchr(self, '/') = '\0'; /* the link is absolute */
    return path_format(out, err, "%s/leadforest-%s", self, name);
}

static int spawn(pid_t *pid, const char *path, const char *const *arguments, int output) {
    char *argv[CHILD_PROCESS_MAX_ARGUMENTS + 1] = {strrchr(path, '/') + 1};
    for (size_t i = 0; arguments != NULL && arguments[i] != NULL && i + 1 < CHILD_PROCESS_MAX_ARGUMENTS; i++)
        argv[i + 1] = (char *)arguments[i];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (output >= 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int problem = posix_spawn(pid, path, &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return problem;
}

bool child_process_start(struct child_process *child, const char *name, const char *const *arguments, bool capture,
                         struct error *err) {
    char path[PATH_MAX];
    int ends[2] = {-1, -1};
    child->pid = 0;
    child->output = -1;
    child->used = 0;
    child->line_ended = false;
    child->kill_at = 0;
    if (!program_path(path, name, err))
        return false;
    int problem = capture && pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0 ? errno : 0;
    if (problem == 0 && capture)
        fcntl(ends[1], F_SETFL, 0); /* the child's end blocks, as programs expect */
    if (problem == 0)
        problem = spawn(&child->pid, path, arguments, ends[1]);
    if (ends[1] >= 0)
        close(ends[1]);
    if (problem == 0) {
        child->output = ends[0];
        return true;
    }
    if (ends[0] >= 0)
        close(ends[0]);
    child->pid = 0;
    errno = problem;
    error_set_errno(err, "start", path);
    return false;
}

/* Keep the last line that is not empty. */
static void keep_last_line(struct child_process *child, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            child->line_ended = true;
            continue;
        }
        if (child->line_ended)
            child->used = 0;
        child->line_ended = false;
        if (child->used + 1 < CHILD_PROCESS_MAX_LINE)
            child->line[child->used++] = bytes[i];
    }
}

void child_process_read(struct child_process *child) {
    char bytes[4096];
    ssize_t n;
    while (child->output >= 0 && (n = read(child->output, bytes, sizeof bytes)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return;
        fwrite(bytes, 1, (size_t)n, stdout);
        fflush(stdout);
        keep_last_line(child, bytes, (size_t)n);
    }
    if (child->output >= 0)
        close(child->output);
    child->output = -1;
}

bool child_process_ended(struct child_process *child, int *code) {
    int status;
    if (child->pid == 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
        return false;
    child_process_read(child);
    if (child->output >= 0)
        close(child->output); /* a grandchild may hold the other end open */
    child->output = -1;
    child->pid = 0;
    child->line[child->used] = '\0';
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

void child_process_result_text(char *out, size_t size, const json_t *answer, const char *name, const char *otherwise) {
    const char *text = json_string_value(json_object_get(answer, name));
    if (text == NULL)
        text = otherwise;
    size_t length = strnlen(text, size);
    if (length == size)
        for (length = size - 1; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
            length--;
    memcpy(out, text, length);
    out[length] = '\0';
}

void child_process_terminate(struct child_process *child) {
    if (child->pid <= 0 || child->kill_at > 0)
        return;
    kill(child->pid, SIGTERM);
    child->kill_at = monotonic_seconds() + CHILD_PROCESS_KILL_SECONDS;
}

void child_process_kill_if_overdue(const struct child_process *child) {
    if (child->pid > 0 && child->kill_at > 0 && monotonic_seconds() >= child->kill_at)
        kill(child->pid, SIGKILL);
}
