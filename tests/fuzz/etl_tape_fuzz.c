/* etl_tape_fuzz.c - where our JSON scanner succeeds, jansson must give the very same tape. */
#include <stdlib.h>
#include <string.h>

#include "libetl/tape.h"

static void compare_nodes(const struct tape *ours, const struct tape *theirs, size_t i) {
    const struct tape_node *a = &ours->nodes[i], *b = &theirs->nodes[i];
    if (a->kind != b->kind || a->name != b->name || a->after != b->after)
        abort();
    if (a->kind == TAPE_WHOLE && a->whole != b->whole)
        abort();
    if (a->kind == TAPE_TEXT && (a->text.size != b->text.size || memcmp(a->text.at, b->text.at, a->text.size) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct tape ours = {0}, theirs = {0};
    size_t used;
    if (tape_scan(&ours, (struct text){(const char *)data, size}, &used) == TAPE_DONE) {
        if (tape_read(&theirs, (struct text){(const char *)data, used}) != TAPE_DONE || ours.count != theirs.count)
            abort();
        for (size_t i = 0; i < ours.count; i++)
            compare_nodes(&ours, &theirs, i);
    }
    tape_done(&ours);
    tape_done(&theirs);
    return 0;
}
