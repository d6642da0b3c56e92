/*
 * delivery.h - writes lines as deliveries arrive: out of order, some of them twice.
 *
 * Lines wait in a window of places; each new one takes a place by chance and pushes out the line that
 * waited there, so memory is bounded by the window whatever the length of the file.
 */
#ifndef SAMPLE_DELIVERY_H
#define SAMPLE_DELIVERY_H

#include <stdio.h>

#include "services/sample/buffer.h"
#include "services/sample/draw.h"

enum { DELIVERY_WINDOW = 1000 };

struct delivery {
    FILE *file; /* borrowed */
    struct draw draw;
    unsigned twice;           /* per 100,000 lines */
    uint64_t lines, repeated; /* sent so far; of them the second copies */
    bool failed;              /* out of memory */
    struct buffer waiting[DELIVERY_WINDOW];
};

void delivery_begin(struct delivery *delivery, FILE *file, struct draw draw, unsigned twice);
void delivery_send(struct delivery *delivery, const struct buffer *line); /* without its line end */
bool delivery_end(struct delivery *delivery); /* writes what still waits; false where a line was lost */

#endif
