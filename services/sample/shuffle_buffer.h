/*
 * shuffle_buffer.h - writes lines as deliveries arrive: out of order, some of them twice.
 *
 * Lines wait in a window of slots. Each new line takes a random slot and pushes out the line in it, so the window
 * limits the memory, whatever the length of the file.
 */
#ifndef SAMPLE_SHUFFLE_BUFFER_H
#define SAMPLE_SHUFFLE_BUFFER_H

#include <stdio.h>

#include "services/common/util/strbuf.h"
#include "services/sample/rng_stream.h"

enum { SHUFFLE_BUFFER_WINDOW = 1000 };

struct shuffle_buffer {
    FILE *file; /* borrowed */
    struct rng rng;
    unsigned twice;           /* per 100,000 lines */
    uint64_t lines, repeated; /* sent so far; of them the second copies */
    bool failed;              /* out of memory */
    struct strbuf waiting[SHUFFLE_BUFFER_WINDOW];
};

void shuffle_buffer_begin(struct shuffle_buffer *shuffle, FILE *file, struct rng rng, unsigned twice);
void shuffle_buffer_send(struct shuffle_buffer *shuffle, const struct strbuf *line); /* without its line end */
bool shuffle_buffer_end(struct shuffle_buffer *shuffle); /* writes the waiting lines; false if a line was lost */

#endif
