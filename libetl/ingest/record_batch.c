/* record_batch.c - manages the memory of batches. */
#include "libetl/ingest/record_batch.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"

enum { BLOCK = 32 << 10 };

struct etl_text_block {
    struct etl_text_block *next;
    size_t used, size;
    char bytes[];
};

static void free_blocks(struct etl_text_block *block) {
    while (block != NULL) {
        struct etl_text_block *next = block->next;
        free(block);
        block = next;
    }
}

void etl_record_batch_reset(struct etl_record_batch *batch) {
    free_blocks(batch->kept);
    batch->kept = NULL;
    batch->facts.count = batch->submissions.count = batch->submissions.written_count = 0;
    batch->reject_count = 0;
    batch->read = batch->wasted = 0;
}

void etl_record_batch_done(struct etl_record_batch *batch) {
    free_blocks(batch->kept);
    free(batch->facts.items);
    free(batch->submissions.items);
    free(batch->submissions.written);
    free(batch->rejects);
    free(batch->names);
    free(batch->values);
    etl_tape_done(&batch->tape);
    etl_csv_fields_done(&batch->fields);
    *batch = (struct etl_record_batch){0};
}

bool etl_record_batch_reject(struct etl_record_batch *batch, struct etl_text file, const char *at, const char *end,
                             enum etl_reject_reason reason) {
    size_t length = (size_t)(end - at);
    if (!etl_array_reserve(&batch->rejects, &batch->reject_capacity, batch->reject_count + 1, sizeof *batch->rejects))
        return false;
    batch->rejects[batch->reject_count++] =
        (struct etl_reject){(uint64_t)(at - file.at), length < UINT32_MAX ? (uint32_t)length : UINT32_MAX, reason};
    return true;
}

const char *etl_record_batch_keep(struct etl_record_batch *batch, struct etl_text text) {
    struct etl_text_block *block = batch->kept;
    if (block == NULL || block->size - block->used < text.size) {
        size_t size = text.size > BLOCK ? text.size : BLOCK;
        block = malloc(sizeof *block + size);
        if (block == NULL)
            return NULL;
        *block = (struct etl_text_block){batch->kept, 0, size};
        batch->kept = block;
    }
    char *copy = block->bytes + block->used;
    if (text.size > 0)
        memcpy(copy, text.at, text.size);
    block->used += text.size;
    return copy;
}

bool etl_record_batch_keep_submission(struct etl_record_batch *batch, size_t features) {
    struct etl_submission *s = &batch->submissions.items[batch->submissions.count - 1];
    struct etl_text *written = batch->submissions.written + s->features;
    s->id.at = etl_record_batch_keep(batch, s->id);
    s->address.at = etl_record_batch_keep(batch, s->address);
    bool done = s->id.at != NULL && s->address.at != NULL;
    for (size_t i = 0; done && i < features; i++) {
        written[i].at = etl_record_batch_keep(batch, written[i]);
        done = written[i].at != NULL;
    }
    return done;
}
