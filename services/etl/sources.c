/* sources.c - finds and maps the files of raw/. */
#include "services/etl/sources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libetl/base/array.h"
#include "services/common/store/append_log.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"

enum { MAX_SOURCES = 60000 };

/* Files that belong in raw/ but are not data. */
static bool is_expected(const char *name) {
    return name[0] == '.' || strcmp(name, "truth.json") == 0 || strcmp(name, "pseudonym.key") == 0;
}

/* Whether one of our programs appends lines to it. */
static bool is_appended(const char *folder, const char *name) {
    const char *dot = strrchr(name, '.');
    return strcmp(folder, VOLUME_INBOX) == 0 && dot != NULL && strcmp(dot, ".ndjson") == 0;
}

enum file_type { FILE_OTHER, FILE_CSV, FILE_JSON };

/* What a name ends in; stem is what comes before that. */
static enum file_type split_name(const char *name, char stem[256]) {
    const char *dot = strrchr(name, '.');
    if (dot == NULL)
        return FILE_OTHER;
    snprintf(stem, 256, "%.*s", (int)(dot - name), name);
    if (strcasecmp(dot, ".csv") == 0)
        return FILE_CSV;
    bool json = strcasecmp(dot, ".json") == 0 || strcasecmp(dot, ".ndjson") == 0 || strcasecmp(dot, ".jsonl") == 0;
    return json ? FILE_JSON : FILE_OTHER;
}

static bool is_export(const struct etl_source *source, const char *stem) {
    for (size_t i = 0; i < ETL_SOURCE_EXPORTS && source->format->exports[i] != NULL; i++)
        if (fnmatch(source->format->exports[i], stem, FNM_CASEFOLD) == 0)
            return true;
    return false;
}

/* Whether a name is <source>-<anything>. */
static bool is_delivered(const struct etl_source *source, const char *stem) {
    size_t size = strlen(source->name);
    return strncasecmp(stem, source->name, size) == 0 && stem[size] == '-';
}

/* Whose file of this name in a folder of raw/ is; NULL where it is nobody's. */
static const struct etl_source_format *find_format(const char *folder, const char *name, bool *csv) {
    char stem[256];
    bool inbox = strcmp(folder, VOLUME_INBOX) == 0;
    enum file_type type = split_name(name, stem);
    *csv = type == FILE_CSV;
    if (type == FILE_OTHER || (inbox && *csv))
        return NULL;
    for (size_t i = 0; i < ETL_SOURCE_COUNT; i++)
        if (inbox ? is_delivered(&etl_sources[i], stem) : is_export(&etl_sources[i], stem))
            return etl_sources[i].format;
    return NULL;
}

static bool add_source(struct sources *sources, const char *file, const struct source *found, struct error *err) {
    char path[PATH_MAX];
    if (sources->count >= MAX_SOURCES)
        return error_set(err, "%s: more than %d files", volume_path(found->volume, VOLUME_RAW, path), MAX_SOURCES);
    if (!etl_array_reserve(&sources->items, &sources->capacity, sources->count + 1, sizeof *sources->items))
        return volume_error(found->volume, err, "read", file);
    struct source *source = &sources->items[sources->count];
    *source = *found;
    source->file = strdup(file);
    if (source->file == NULL)
        return volume_error(found->volume, err, "read", file);
    source->name = source->file + strlen(VOLUME_RAW "/");
    sources->count++;
    return true;
}

static bool add_file(struct sources *sources, const struct volume *volume, const char *folder, const char *name,
                     struct error *err) {
    struct source found = {.volume = volume, .appended = is_appended(folder, name)};
    struct stat about;
    char file[VOLUME_NAME];
    snprintf(file, sizeof file, "%s/%s", folder, name);
    if (!volume_stat(volume, file, &about) || !S_ISREG(about.st_mode) || is_expected(name))
        return true;
    found.size = (uint64_t)about.st_size;
    if (etl_text_is_utf8((struct etl_text){name, strlen(name)}))
        found.format = find_format(folder, name, &found.csv);
    if (found.format != NULL)
        return add_source(sources, file, &found, err);
    if (sources->ignored++ == 0)
        snprintf(sources->first_ignored, sizeof sources->first_ignored, "%s", name);
    return true;
}

static bool find_in(struct sources *sources, const struct volume *volume, const char *folder, struct error *err) {
    DIR *dir = volume_open_folder(volume, folder);
    if (dir == NULL)
        return errno == ENOENT || volume_error(volume, err, "read", folder);
    bool done = true;
    for (struct dirent *entry; done && (entry = readdir(dir)) != NULL;)
        done = add_file(sources, volume, folder, entry->d_name, err);
    closedir(dir);
    return done;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct source *)a)->name, ((const struct source *)b)->name);
}

bool sources_find(struct sources *sources, const struct volume *volume, struct error *err) {
    *sources = (struct sources){0};
    bool done = find_in(sources, volume, VOLUME_RAW, err) && find_in(sources, volume, VOLUME_INBOX, err);
    if (sources->count > 0)
        qsort(sources->items, sources->count, sizeof *sources->items, by_name);
    return done;
}

void sources_done(struct sources *sources) {
    for (size_t i = 0; i < sources->count; i++)
        free(sources->items[i].file);
    free(sources->items);
    *sources = (struct sources){0};
}

uint64_t sources_size(const struct sources *sources) {
    uint64_t size = 0;
    for (size_t i = 0; i < sources->count; i++)
        size += sources->items[i].size;
    return size;
}

bool source_is_of_payments(const struct source *source) {
    return source->format->kind == ETL_SOURCE_OF_PAYMENTS;
}

/* How many bytes of an open file must be read; negative with errno on failure. */
static off_t readable(struct source *source, int fd) {
    struct stat about;
    off_t size = fstat(fd, &about) == 0 ? about.st_size : -1;
    off_t whole_size = size > 0 && source->appended ? append_log_whole_size(fd) : size;
    source->pending = whole_size >= 0 && whole_size < size ? (uint64_t)(size - whole_size) : 0;
    return whole_size;
}

/* The mapped bytes, and whether their file has become shorter. */
static struct etl_text mapped;
static volatile sig_atomic_t shrunk;

/* If a file became shorter, reading behind its new end raises this signal. */
static void put_zeros(int number, siginfo_t *info, void *context) {
    (void)context;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *at = (char *)((uintptr_t)info->si_addr / page * page);
    bool appended = at >= mapped.at && at < mapped.at + mapped.size;
    size_t rest = appended ? (size_t)(mapped.at + mapped.size - at) : 0;
    if (appended && mmap(at, rest, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED)
        shrunk = 1;
    else
        signal(number, SIG_DFL); /* which raises the signal again */
}

static void expect_shrinking(const struct source *source) {
    struct sigaction action = {.sa_sigaction = put_zeros, .sa_flags = SA_SIGINFO};
    mapped = source->bytes;
    shrunk = 0;
    sigaction(SIGBUS, &action, NULL);
}

bool source_open(struct source *source, struct error *err) {
    int fd = volume_open_file(source->volume, source->file, O_RDONLY);
    off_t size = fd >= 0 ? readable(source, fd) : -1;
    bool done = size >= 0;
    source->bytes = (struct etl_text){"", 0};
    if (size > 0) {
        void *bytes = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
        done = bytes != MAP_FAILED;
        if (done)
            source->bytes = (struct etl_text){bytes, (size_t)size};
    }
    if (!done)
        volume_error(source->volume, err, "read", source->file);
    if (fd >= 0)
        close(fd);
    expect_shrinking(source);
    return done;
}

void source_forget(const struct source *source, size_t from, size_t end) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), first = from / page * page;
    if (end > first && end <= source->bytes.size)
        madvise((void *)(source->bytes.at + first), end - first, MADV_DONTNEED);
}

bool source_close(struct source *source, struct error *err) {
    char path[PATH_MAX];
    if (source->bytes.size > 0)
        munmap((void *)source->bytes.at, source->bytes.size);
    mapped = source->bytes = (struct etl_text){"", 0};
    if (!shrunk)
        return true;
    shrunk = 0;
    error_set(err, "%s became shorter while it was read; try again later",
              volume_path(source->volume, source->file, path));
    err->retryable = true;
    return false;
}
