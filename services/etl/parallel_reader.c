/* parallel_reader.c - gives chunks of a file to threads and the batches to the collector. */
#include "services/etl/parallel_reader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/base/tasks.h"

enum {
    CHUNK = 1 << 18,
    MAPPED_AROUND = 1 << 17,
    CHUNKS_AHEAD = 2 /* chunks that may wait to be collected, per thread */
};

/* A chunk that was read and waits to be collected. */
struct chunk_read {
    struct etl_record_batch batch;
    size_t from, stopped; /* which part of the file was read */
    bool ready, done;     /* read: it waits to be collected; done: there was enough memory */
};

/* A source while it is read. `lock` protects everything that changes. */
struct job {
    struct parallel_reader *parallel;
    const struct source *source;
    const struct etl_csv_header *header;
    size_t number, first, chunks; /* first: where the first record can begin */
    struct etl_text separator;    /* between records of an array (etl_reader_json_separator) */
    size_t brace;
    struct chunk_read *reads; /* [read_count]: chunk i is in pieces[i % read_count] */
    size_t read_count;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    size_t next;     /* the next chunk to read */
    size_t turn;     /* the next chunk to collect */
    bool collecting; /* a thread is collecting it and owns `position` */
    size_t position; /* where its first record begins */
    bool failed;
};

static size_t chunk_end(const struct job *job, size_t chunk) {
    return chunk + 1 < job->chunks ? (chunk + 1) * CHUNK : job->source->bytes.size;
}

/* The first line there; for JSON the first line that begins with a brace. NULL if there is none. */
static const char *find_line(const struct job *job, const char *from, const char *end) {
    const char *at = from - 1;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL && ++at < end)
        if (job->source->csv || *at == '{')
            return at;
    return NULL;
}

/* The first record of an array whose records do not begin on new lines. */
static const char *find_separator(const struct job *job, const char *from, const char *end) {
    if (job->separator.size == 0)
        return NULL;
    const char *at =
        memmem(from - job->brace, (size_t)(end - from) + job->brace, job->separator.at, job->separator.size);
    return at != NULL ? at + job->brace : NULL;
}

/* Where the first record of a chunk probably begins. */
static size_t guess_start(const struct job *job, size_t chunk) {
    if (chunk == 0)
        return job->first;
    const char *bytes = job->source->bytes.at;
    const char *from = bytes + chunk * CHUNK, *end = bytes + chunk_end(job, chunk);
    const char *at = find_line(job, from, end);
    if (at == NULL)
        at = find_separator(job, from, end);
    return (size_t)((at != NULL ? at : end) - bytes);
}

static bool parse_range(const struct job *job, size_t from, size_t until, struct etl_record_batch *batch,
                        size_t *stopped) {
    const struct etl_reader *reader = job->parallel->reader;
    const struct source *source = job->source;
    etl_record_batch_reset(batch);
    if (source->csv)
        return etl_reader_read_csv(reader, source->format, job->header, source->bytes, from, until, batch, stopped);
    return etl_reader_read_json(reader, source->format, source->bytes, from, until, batch, stopped);
}

/* Read a chunk into its piece, from where its first record seems to begin. */
static void read_chunk(const struct job *job, size_t chunk, struct chunk_read *chunk_read) {
    chunk_read->from = chunk_read->stopped = guess_start(job, chunk);
    chunk_read->done =
        parse_range(job, chunk_read->from, chunk_end(job, chunk), &chunk_read->batch, &chunk_read->stopped);
}

/* Collect the next piece. If its first record began elsewhere, read it again first. */
static bool collect_chunk(struct job *job, size_t chunk, struct chunk_read *chunk_read) {
    size_t until = chunk_end(job, chunk);
    if (job->position >= until && until < job->source->bytes.size)
        return true; /* a single record covers the chunk */
    if (chunk_read->from != job->position &&
        !parse_range(job, job->position, until, &chunk_read->batch, &chunk_read->stopped))
        return false;
    if (!etl_collector_add(job->parallel->collector, job->number, &chunk_read->batch))
        return false;
    job->position = chunk_read->stopped;
    if (job->parallel->progress != NULL)
        progress_update(job->parallel->progress, job->parallel->done + until);
    return true;
}

/* Called with the lock held; releases it while it works. */
static void collect_next(struct job *job) {
    size_t chunk = job->turn;
    struct chunk_read *chunk_read = &job->reads[chunk % job->read_count];
    job->collecting = true;
    pthread_mutex_unlock(&job->lock);
    bool done = chunk_read->done && collect_chunk(job, chunk, chunk_read);
    /* Also forget a part before it, which the search for a line end has mapped again. */
    source_forget(job->source, chunk > 0 ? chunk * CHUNK - MAPPED_AROUND : 0, chunk_end(job, chunk));
    pthread_mutex_lock(&job->lock);
    job->collecting = chunk_read->ready = false;
    job->failed |= !done;
    job->turn++;
    pthread_cond_broadcast(&job->moved);
}

/* Called with the lock held; releases it while it works. */
static void read_ahead(struct job *job) {
    size_t chunk = job->next++;
    struct chunk_read *chunk_read = &job->reads[chunk % job->read_count];
    pthread_mutex_unlock(&job->lock);
    read_chunk(job, chunk, chunk_read);
    pthread_mutex_lock(&job->lock);
    chunk_read->ready = true;
    pthread_cond_broadcast(&job->moved);
}

/* A thread: collect the next piece if possible, otherwise read ahead, otherwise wait for another thread. */
static void run_thread(void *user, size_t number) {
    struct job *job = user;
    (void)number;
    pthread_mutex_lock(&job->lock);
    while (job->turn < job->chunks && !job->failed)
        if (!job->collecting && job->reads[job->turn % job->read_count].ready)
            collect_next(job);
        else if (job->next < job->chunks && job->next < job->turn + job->read_count)
            read_ahead(job);
        else
            pthread_cond_wait(&job->moved, &job->lock);
    pthread_mutex_unlock(&job->lock);
}

static void run_threads(struct job *job) {
    size_t threads = job->parallel->threads < job->chunks ? job->parallel->threads : job->chunks;
    job->read_count = threads > 1 ? threads * CHUNKS_AHEAD : 1;
    job->reads = calloc(job->read_count, sizeof *job->reads);
    job->failed = job->reads == NULL;
    pthread_mutex_init(&job->lock, NULL);
    pthread_cond_init(&job->moved, NULL);
    etl_tasks_run((unsigned)threads, threads, run_thread, job);
    pthread_cond_destroy(&job->moved);
    pthread_mutex_destroy(&job->lock);
    for (size_t i = 0; job->reads != NULL && i < job->read_count; i++)
        etl_record_batch_done(&job->reads[i].batch);
    free(job->reads);
}

/* Some spreadsheets and Windows shells write UTF-16. Offsets in converted text would not be offsets in the file. */
static bool is_utf16(struct etl_text bytes) {
    return bytes.size >= 2 && (memcmp(bytes.at, "\xff\xfe", 2) == 0 || memcmp(bytes.at, "\xfe\xff", 2) == 0);
}

static bool read_header(const struct parallel_reader *parallel, const struct source *source,
                        struct etl_csv_header *header, size_t *first, struct error *err) {
    struct etl_reader_error reason;
    *first = etl_reader_start(source->bytes);
    if (is_utf16(source->bytes))
        return error_set(err, "read %s: written in UTF-16; save it as UTF-8", source->name);
    if (!source->csv || etl_reader_csv_header(parallel->reader, source->format, source->bytes, header, first, &reason))
        return true;
    error_set(err, "read %s: %s", source->name, reason.text[0] != '\0' ? reason.text : "out of memory");
    err->retryable = reason.text[0] == '\0';
    return false;
}

bool parallel_reader_run(struct parallel_reader *parallel, const struct source *source, size_t number,
                         struct error *err) {
    struct etl_csv_header header = {0};
    struct job job = {.parallel = parallel, .source = source, .header = &header, .number = number};
    if (!read_header(parallel, source, &header, &job.first, err))
        return false;
    job.position = job.first;
    job.chunks = source->bytes.size / CHUNK + 1;
    if (!source->csv)
        job.separator = etl_reader_json_separator(source->bytes, &job.brace);
    run_threads(&job);
    parallel->done += source->bytes.size;
    if (job.failed) {
        error_set(err, "read %s: out of memory", source->name);
        err->retryable = true;
    }
    return !job.failed;
}
