/* shuffle_buffer.c - the shuffling window that lines of a file go through. */
#include "services/sample/shuffle_buffer.h"

#include "services/common/store/atomic_file.h"

#include <string.h>

void shuffle_buffer_begin(struct shuffle_buffer *shuffle, FILE *file, struct rng rng, unsigned twice) {
    memset(shuffle, 0, sizeof *shuffle);
    shuffle->file = file;
    shuffle->rng = rng;
    shuffle->twice = twice;
}

static void write_out(struct shuffle_buffer *shuffle, struct strbuf *line) {
    if (line->size == 0)
        return;
    fwrite(line->at, 1, line->size, shuffle->file); /* an error stays in the stream for atomic_file_commit */
    fputc('\n', shuffle->file);
}

static void place(struct shuffle_buffer *shuffle, const struct strbuf *line) {
    struct strbuf *slot = &shuffle->waiting[rng_below(&shuffle->rng, SHUFFLE_BUFFER_WINDOW)];
    write_out(shuffle, slot);
    strbuf_clear(slot);
    strbuf_append(slot, strbuf_text(line), line->size);
    shuffle->lines++;
    shuffle->failed = shuffle->failed || slot->failed || line->failed;
}

void shuffle_buffer_send(struct shuffle_buffer *shuffle, const struct strbuf *line) {
    place(shuffle, line);
    if (rng_chance(&shuffle->rng, shuffle->twice)) {
        place(shuffle, line);
        shuffle->repeated++;
    }
}

bool shuffle_buffer_end(struct shuffle_buffer *shuffle) {
    for (size_t i = 0; i < SHUFFLE_BUFFER_WINDOW; i++) {
        write_out(shuffle, &shuffle->waiting[i]);
        strbuf_done(&shuffle->waiting[i]);
    }
    return !shuffle->failed;
}
