/* reading.c - stretches of a file to threads, batches to the gathering. */
#include "services/etl/reading.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/parallel.h"

enum { STRETCH = 1 << 18, MAPPED_AROUND = 1 << 17, AHEAD = 2 /* stretches that wait to be gathered, a thread */ };

/* A stretch on its way from being read to being gathered. */
struct piece {
    struct batch batch;
    size_t from, stopped; /* what of the file was read */
    bool read, done;      /* read: it waits to be gathered; done: memory sufficed */
};

/* One source being read. What changes is guarded by `lock`. */
struct job {
    struct reading *reading;
    const struct source *source;
    const struct intake_header *header;
    size_t number, first, stretches; /* first: where the first record may begin */
    struct text joint;               /* of records of an array (intake_json_joint) */
    size_t brace;
    struct piece *pieces; /* [piece_count]: stretch i is in pieces[i % piece_count] */
    size_t piece_count;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    size_t next;     /* stretch that nobody has taken */
    size_t turn;     /* stretch to be gathered next */
    bool gathering;  /* somebody gathers it: position is theirs */
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

/* Read a stretch into its piece, wherever its first record seems to begin. */
static void read_piece(const struct job *job, size_t stretch, struct piece *piece) {
    piece->from = piece->stopped = guess_start(job, stretch);
    piece->done = read_stretch(job, piece->from, stretch_end(job, stretch), &piece->batch, &piece->stopped);
}

/* Gather the piece whose turn it is, or read it anew where its first record began elsewhere. */
static bool gather_piece(struct job *job, size_t stretch, struct piece *piece) {
    size_t until = stretch_end(job, stretch);
    if (job->position >= until && until < job->source->bytes.size)
        return true; /* one record reached over all of it */
    if (piece->from != job->position && !read_stretch(job, job->position, until, &piece->batch, &piece->stopped))
        return false;
    if (!gather_batch(job->reading->gather, job->number, &piece->batch))
        return false;
    job->position = piece->stopped;
    if (job->reading->progress != NULL)
        progress_update(job->reading->progress, job->reading->done + until);
    return true;
}

/* With the lock held, which is given back meanwhile. */
static void take_turn(struct job *job) {
    size_t stretch = job->turn;
    struct piece *piece = &job->pieces[stretch % job->piece_count];
    job->gathering = true;
    pthread_mutex_unlock(&job->lock);
    bool done = piece->done && gather_piece(job, stretch, piece);
    /* With some of what is before it: looking for a line end there has mapped it once more. */
    source_forget(job->source, stretch > 0 ? stretch * STRETCH - MAPPED_AROUND : 0, stretch_end(job, stretch));
    pthread_mutex_lock(&job->lock);
    job->gathering = piece->read = false;
    job->failed |= !done;
    job->turn++;
    pthread_cond_broadcast(&job->moved);
}

/* The same. */
static void read_next(struct job *job) {
    size_t stretch = job->next++;
    struct piece *piece = &job->pieces[stretch % job->piece_count];
    pthread_mutex_unlock(&job->lock);
    read_piece(job, stretch, piece);
    pthread_mutex_lock(&job->lock);
    piece->read = true;
    pthread_cond_broadcast(&job->moved);
}

/* One of the threads: gather what has its turn, else read ahead, else wait for another to do either. */
static void work(void *user, size_t number) {
    struct job *job = user;
    (void)number;
    pthread_mutex_lock(&job->lock);
    while (job->turn < job->stretches && !job->failed)
        if (!job->gathering && job->pieces[job->turn % job->piece_count].read)
            take_turn(job);
        else if (job->next < job->stretches && job->next < job->turn + job->piece_count)
            read_next(job);
        else
            pthread_cond_wait(&job->moved, &job->lock);
    pthread_mutex_unlock(&job->lock);
}

static void run_threads(struct job *job) {
    size_t threads = job->reading->threads < job->stretches ? job->reading->threads : job->stretches;
    job->piece_count = threads > 1 ? threads * AHEAD : 1;
    job->pieces = calloc(job->piece_count, sizeof *job->pieces);
    job->failed = job->pieces == NULL;
    pthread_mutex_init(&job->lock, NULL);
    pthread_cond_init(&job->moved, NULL);
    parallel_run((unsigned)threads, threads, work, job);
    pthread_cond_destroy(&job->moved);
    pthread_mutex_destroy(&job->lock);
    for (size_t i = 0; job->pieces != NULL && i < job->piece_count; i++)
        batch_done(&job->pieces[i].batch);
    free(job->pieces);
}

/* As some spreadsheets and Windows' shells write; its offsets would be no places in what we read. */
static bool is_utf16(struct text bytes) {
    return bytes.size >= 2 && (memcmp(bytes.at, "\xff\xfe", 2) == 0 || memcmp(bytes.at, "\xfe\xff", 2) == 0);
}

static bool read_header(const struct reading *reading, const struct source *source, struct intake_header *header,
                        size_t *first, struct file_error *err) {
    struct intake_error why;
    *first = intake_start(source->bytes);
    if (is_utf16(source->bytes))
        return file_error_say(err, "read %s: written in UTF-16; save it as UTF-8", source->name);
    if (!source_is_csv(source) || intake_csv_header(reading->intake, source->kind, source->bytes, header, first, &why))
        return true;
    file_error_say(err, "read %s: %s", source->name, why.text[0] != '\0' ? why.text : "out of memory");
    err->try_later = why.text[0] == '\0';
    return false;
}

bool reading_run(struct reading *reading, const struct source *source, size_t number, struct file_error *err) {
    struct intake_header header = {0};
    struct job job = {.reading = reading, .source = source, .header = &header, .number = number};
    if (!read_header(reading, source, &header, &job.first, err))
        return false;
    job.position = job.first;
    job.stretches = source->bytes.size / STRETCH + 1;
    if (!source_is_csv(source))
        job.joint = intake_json_joint(source->bytes, &job.brace);
    run_threads(&job);
    reading->done += source->bytes.size;
    if (job.failed) {
        file_error_say(err, "read %s: out of memory", source->name);
        err->try_later = true;
    }
    return !job.failed;
}
