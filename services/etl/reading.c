/* reading.c - stretches of a file to threads, batches to the gathering. */
#include "services/etl/reading.h"

#include <pthread.h>
#include <string.h>

enum { STRETCH = 1 << 18, MAPPED_AROUND = 1 << 17, MAX_THREADS = 64 };

/* One source being read. What changes is guarded by `lock`. */
struct job {
    struct reading *reading;
    const struct source *source;
    const struct intake_header *header;
    size_t number, first, stretches; /* first: where the first record may begin */
    struct text joint;               /* of records of an array (intake_json_joint) */
    size_t brace;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    size_t next;     /* stretch that nobody has taken */
    size_t turn;     /* stretch to be gathered next */
    size_t position; /* where its first record begins */
    bool failed;
};

static size_t stretch_end(const struct job *job, size_t stretch) {
    return stretch + 1 < job->stretches ? (stretch + 1) * STRETCH : job->source->bytes.size;
}

/* The first line there, which for JSON opens a brace; NULL where there is none. */
static const char *find_line(const struct job *job, const char *from, const char *end) {
    const char *at = from - 1;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL && ++at < end)
        if (source_is_csv(job->source) || *at == '{')
            return at;
    return NULL;
}

/* The first record of an array that has no line of its own. */
static const char *find_joint(const struct job *job, const char *from, const char *end) {
    if (job->joint.size == 0)
        return NULL;
    const char *at = memmem(from - job->brace, (size_t)(end - from) + job->brace, job->joint.at, job->joint.size);
    return at != NULL ? at + job->brace : NULL;
}

/* Where the first record of a stretch probably begins. */
static size_t guess_start(const struct job *job, size_t stretch) {
    if (stretch == 0)
        return job->first;
    const char *bytes = job->source->bytes.at;
    const char *from = bytes + stretch * STRETCH, *end = bytes + stretch_end(job, stretch);
    const char *at = find_line(job, from, end);
    if (at == NULL)
        at = find_joint(job, from, end);
    return (size_t)((at != NULL ? at : end) - bytes);
}

static bool read_stretch(const struct job *job, size_t from, size_t until, struct batch *batch, size_t *stopped) {
    const struct intake *intake = job->reading->intake;
    const struct source *source = job->source;
    batch_reset(batch);
    if (source_is_csv(source))
        return intake_csv(intake, source->kind, job->header, source->bytes, from, until, batch, stopped);
    return intake_json(intake, source->kind, source->bytes, from, until, batch, stopped);
}

/* With the lock held and the turn come: gather the batch that was read from `from`, or read it anew. */
static bool gather_stretch(struct job *job, size_t stretch, size_t from, size_t stopped, struct batch *batch) {
    size_t until = stretch_end(job, stretch);
    if (job->position >= until && until < job->source->bytes.size)
        return true; /* one record reached over all of it */
    if (from != job->position && !read_stretch(job, job->position, until, batch, &stopped))
        return false;
    if (!gather_batch(job->reading->gather, job->number, batch))
        return false;
    job->position = stopped;
    if (job->reading->progress != NULL)
        progress_update(job->reading->progress, job->reading->done + until);
    return true;
}

static bool do_stretch(struct job *job, size_t stretch, struct batch *batch) {
    size_t from = guess_start(job, stretch), stopped = from;
    bool done = read_stretch(job, from, stretch_end(job, stretch), batch, &stopped);
    pthread_mutex_lock(&job->lock);
    while (job->turn != stretch && !job->failed)
        pthread_cond_wait(&job->moved, &job->lock);
    done = done && !job->failed && gather_stretch(job, stretch, from, stopped, batch);
    job->failed |= !done;
    job->turn++;
    pthread_cond_broadcast(&job->moved);
    pthread_mutex_unlock(&job->lock);
    /* With some of what is before it: looking for a line end there has mapped it once more. */
    source_forget(job->source, stretch > 0 ? stretch * STRETCH - MAPPED_AROUND : 0, stretch_end(job, stretch));
    return done;
}

static bool take_stretch(struct job *job, size_t *stretch) {
    pthread_mutex_lock(&job->lock);
    bool there = job->next < job->stretches && !job->failed;
    *stretch = there ? job->next++ : 0;
    pthread_mutex_unlock(&job->lock);
    return there;
}

static void *work(void *user) {
    struct job *job = user;
    struct batch batch = {0};
    size_t stretch;
    while (take_stretch(job, &stretch) && do_stretch(job, stretch, &batch))
        ;
    batch_done(&batch);
    return NULL;
}

static void run_threads(struct job *job) {
    pthread_t threads[MAX_THREADS];
    size_t wanted = job->reading->threads < MAX_THREADS ? job->reading->threads : MAX_THREADS, started = 0;
    if (wanted > job->stretches)
        wanted = job->stretches;
    while (started + 1 < wanted && pthread_create(&threads[started], NULL, work, job) == 0)
        started++;
    work(job); /* this thread works too, so fewer threads than wanted are no failure */
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

static bool read_header(const struct reading *reading, const struct source *source, struct intake_header *header,
                        size_t *first, struct file_error *err) {
    struct intake_error why;
    *first = intake_start(source->bytes);
    if (!source_is_csv(source) || intake_csv_header(reading->intake, source->kind, source->bytes, header, first, &why))
        return true;
    file_error_say(err, "read %s: %s", source->name, why.text[0] != '\0' ? why.text : "out of memory");
    err->try_later = why.text[0] == '\0';
    return false;
}

bool reading_run(struct reading *reading, const struct source *source, size_t number, struct file_error *err) {
    struct intake_header header = {0};
    struct job job = {.reading = reading, .source = source, .header = &header, .number = number};
    if (!read_header(reading, source, &header, &job.first, err)) {
        intake_header_done(&header);
        return false;
    }
    job.position = job.first;
    job.stretches = source->bytes.size / STRETCH + 1;
    if (!source_is_csv(source))
        job.joint = intake_json_joint(source->bytes, &job.brace);
    pthread_mutex_init(&job.lock, NULL);
    pthread_cond_init(&job.moved, NULL);
    run_threads(&job);
    pthread_cond_destroy(&job.moved);
    pthread_mutex_destroy(&job.lock);
    intake_header_done(&header);
    reading->done += source->bytes.size;
    if (job.failed) {
        file_error_say(err, "read %s: out of memory", source->name);
        err->try_later = true;
    }
    return !job.failed;
}
