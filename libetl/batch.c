/* batch.c - the memory of batches. */
#include "libetl/batch.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/array.h"

enum { BLOCK = 32 << 10 };

struct text_block {
    struct text_block *next;
    size_t used, size;
    char bytes[];
};

static void free_blocks(struct text_block *block) {
    while (block != NULL) {
        struct text_block *next = block->next;
        free(block);
        block = next;
    }
}

void batch_reset(struct batch *batch) {
    free_blocks(batch->kept);
    batch->kept = NULL;
    batch->evidence.count = batch->submissions.count = batch->submissions.written_count = 0;
    batch->refusal_count = 0;
    batch->read = batch->wasted = 0;
}

void batch_done(struct batch *batch) {
    free_blocks(batch->kept);
    free(batch->evidence.items);
    free(batch->submissions.items);
    free(batch->submissions.written);
    free(batch->refusals);
    free(batch->names);
    free(batch->values);
    tape_done(&batch->tape);
    csv_fields_done(&batch->fields);
    *batch = (struct batch){0};
}

bool batch_refuse(struct batch *batch, struct text file, const char *at, const char *end, enum refusal why) {
    size_t length = (size_t)(end - at);
    if (!array_reserve(&batch->refusals, &batch->refusal_capacity, batch->refusal_count + 1, sizeof *batch->refusals))
        return false;
    batch->refusals[batch->refusal_count++] =
        (struct intake_refusal){(uint64_t)(at - file.at), length < UINT32_MAX ? (uint32_t)length : UINT32_MAX, why};
    return true;
}

const char *batch_keep(struct batch *batch, struct text text) {
    struct text_block *block = batch->kept;
    if (block == NULL || block->size - block->used < text.size) {
        size_t size = text.size > BLOCK ? text.size : BLOCK;
        block = malloc(sizeof *block + size);
        if (block == NULL)
            return NULL;
        *block = (struct text_block){batch->kept, 0, size};
        batch->kept = block;
    }
    char *copy = block->bytes + block->used;
    if (text.size > 0)
        memcpy(copy, text.at, text.size);
    block->used += text.size;
    return copy;
}

bool batch_keep_submission(struct batch *batch, size_t features) {
    struct submission *s = &batch->submissions.items[batch->submissions.count - 1];
    struct text *written = batch->submissions.written + s->features;
    s->id.at = batch_keep(batch, s->id);
    s->address.at = batch_keep(batch, s->address);
    bool done = s->id.at != NULL && s->address.at != NULL;
    for (size_t i = 0; done && i < features; i++) {
        written[i].at = batch_keep(batch, written[i]);
        done = written[i].at != NULL;
    }
    return done;
}
