/* subprocess.c - starts a program of our own folder, and reads its output and exit status. */
#include "services/common/util/subprocess.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "services/common/util/path_format.h"
#include "services/common/util/unix_time.h"

/* ---- starting ---- */

/* The path of leadforest-<name> in the folder of the running program. */
static bool program_path(char out[PATH_MAX], const char *name, struct error *err) {
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self);
    const char *slash = size > 0 ? memrchr(self, '/', (size_t)size) : NULL;
    if (slash == NULL)
        return error_set(err, "cannot find leadforest-%s: /proc/self/exe is not readable", name);
    return path_format(out, err, "%.*s/leadforest-%s", (int)(slash - self), self, name);
}

bool subprocess_exists(const char *name) {
    char path[PATH_MAX];
    return program_path(path, name, NULL) && access(path, X_OK) == 0;
}

struct start {
    const char *path;
    char *argv[SUBPROCESS_MAX_ARGUMENTS + 1];
    int output;         /* becomes its stdout; -1: ours */
    bool stops_with_us; /* whether it gets SIGTERM when we end */
};

static void set_arguments(struct start *s, const char *const *arguments) {
    s->argv[0] = strrchr(s->path, '/') + 1;
    for (size_t i = 0; arguments != NULL && arguments[i] != NULL; i++) {
        assert(i + 1 < SUBPROCESS_MAX_ARGUMENTS);
        s->argv[i + 1] = (char *)arguments[i];
    }
}

static void reset_signals(void) {
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child, where other threads may have left locks locked: use only system calls. */
static _Noreturn void exec_child(const struct start *s, pid_t parent, int failure) {
    if (s->stops_with_us) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != parent)
            _exit(127);
    }
    if (s->output >= 0)
        dup2(s->output, STDOUT_FILENO);
    reset_signals();
    execv(s->path, s->argv);
    ssize_t told = write(failure, &errno, sizeof errno);
    (void)told;
    _exit(127);
}

/* The pid, or -1 and errno. The pipe closes by itself where exec works, and brings errno where it does not. */
static pid_t start(const struct start *s) {
    int failure[2], problem = 0;
    pid_t parent = getpid();
    if (pipe2(failure, O_CLOEXEC) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0)
        exec_child(s, parent, failure[1]);
    if (child < 0)
        problem = errno;
    close(failure[1]);
    while (child > 0 && read(failure[0], &problem, sizeof problem) < 0 && errno == EINTR)
        continue;
    close(failure[0]);
    if (problem == 0)
        return child;
    if (child > 0)
        waitpid(child, NULL, 0);
    errno = problem;
    return -1;
}

static pid_t start_program(const char *name, const char *const *arguments, int output, bool stops_with_us,
                           struct error *err) {
    char path[PATH_MAX];
    struct start s = {.path = path, .output = output, .stops_with_us = stops_with_us};
    if (!program_path(path, name, err))
        return -1;
    set_arguments(&s, arguments);
    pid_t child = start(&s);
    if (child < 0)
        error_set_errno(err, "start", path);
    return child;
}

/* ---- running one to its end ---- */

static void set_signal(struct error *err, const char *name, int number) {
    error_set(err, "leadforest-%s was ended by signal %d", name, number);
    if (err != NULL)
        err->retryable = number == SIGKILL; /* memory may have run out */
}

bool subprocess_run(const char *name, const char *const *arguments, int *code, struct error *err) {
    int status = 0, nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0) {
        error_set_errno(err, "open", "/dev/null");
        return false;
    }
    pid_t child = start_program(name, arguments, nowhere, true, err);
    close(nowhere);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (child > 0 && !WIFEXITED(status))
        set_signal(err, name, WTERMSIG(status));
    *code = WEXITSTATUS(status);
    return child > 0 && WIFEXITED(status);
}

/* ---- in the background ---- */

static void reset(struct subprocess *child) {
    child->pid = 0;
    child->output = -1;
    child->used = 0;
    child->line_ended = false;
    child->kill_at = 0;
}

static void close_end(int end) {
    if (end >= 0)
        close(end);
}

bool subprocess_start(struct subprocess *child, const char *name, const char *const *arguments, bool capture,
                      struct error *err) {
    int ends[2] = {-1, -1};
    reset(child);
    if (capture && pipe2(ends, O_CLOEXEC) != 0) {
        error_set_errno(err, "start", name);
        return false;
    }
    pid_t pid = start_program(name, arguments, ends[1], false, err);
    close_end(ends[1]);
    if (pid < 0) {
        close_end(ends[0]);
        return false;
    }
    if (capture)
        fcntl(ends[0], F_SETFL, O_NONBLOCK); /* the child's end blocks, as programs expect */
    child->pid = pid;
    child->output = ends[0];
    return true;
}

/* Keep the last line that is not empty. */
static void keep_last_line(struct subprocess *child, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            child->line_ended = true;
            continue;
        }
        if (child->line_ended)
            child->used = 0;
        child->line_ended = false;
        if (child->used + 1 < SUBPROCESS_MAX_LINE)
            child->line[child->used++] = bytes[i];
    }
}

void subprocess_read(struct subprocess *child) {
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
    close_end(child->output);
    child->output = -1;
}

bool subprocess_ended(struct subprocess *child, int *code) {
    int status;
    if (child->pid == 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
        return false;
    subprocess_read(child);
    close_end(child->output); /* a grandchild may keep the other end open */
    child->output = -1;
    child->pid = 0;
    child->line[child->used] = '\0';
    *code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

void subprocess_terminate(struct subprocess *child) {
    if (child->pid <= 0 || child->kill_at > 0)
        return;
    kill(child->pid, SIGTERM);
    child->kill_at = monotonic_seconds() + SUBPROCESS_KILL_SECONDS;
}

void subprocess_kill_if_overdue(const struct subprocess *child) {
    if (child->pid > 0 && child->kill_at > 0 && monotonic_seconds() >= child->kill_at)
        kill(child->pid, SIGKILL);
}
