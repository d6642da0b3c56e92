/* record_sink_fixture.h - an intake on a scratch folder, and what it left in the inbox. */
#ifndef TEST_RECORD_SINK_FIXTURE_H
#define TEST_RECORD_SINK_FIXTURE_H

#include "services/common/store/append_log.h"
#include "services/common/store/files.h"
#include "services/sync/record_sink.h"
#include "tests/helpers/scratch.h"
#include "tests/helpers/volume.h"

static struct record_sink sink;
static struct error err;
static const struct volume *volume;

static const unix_time NOON = 1780315200; /* 2026-06-01T12:00:00Z */
#define INBOX_FILE "raw/inbox/test-unit-2026-06-01.ndjson"

static inline bool intake_again(unix_time at) {
    record_sink_done(&sink);
    if (volume == NULL)
        volume = open_volume(scratch);
    sink = (struct record_sink){.volume = volume, .inbox = "test-unit", .at = at};
    return cursor_open(&sink.cursor, volume, "raw/.sync-test.json", "unit", 1024, &err);
}

/* As if this program had never run here. */
static inline int intake_fresh(void **state) {
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s/raw'", scratch);
    return system(command) != 0 || !intake_again(NOON);
}

static inline int intake_end(void **state) {
    (void)state;
    record_sink_done(&sink);
    return 0;
}

/* The lines of the inbox that have this text. */
static inline size_t inbox_count(const char *text) {
    size_t size, count = 0;
    char *all = files_read_at(volume, INBOX_FILE, 1 << 24, &size, &err);
    char *rest = all;
    for (char *line; all != NULL && (line = strsep(&rest, "\n")) != NULL;)
        count += line[0] != '\0' && strstr(line, text) != NULL;
    free(all);
    return count;
}

#endif
