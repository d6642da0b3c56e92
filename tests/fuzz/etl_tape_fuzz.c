/* etl_tape_fuzz.c - where our JSON scanner succeeds, jansson must give the very same tape. */
#include <stdlib.h>
#include <string.h>

#include "libetl/json/tape.h"

static void compare_nodes(const struct etl_tape *ours, const struct etl_tape *theirs, size_t i) {
    const struct etl_tape_node *a = &ours->nodes[i], *b = &theirs->nodes[i];
    if (a->kind != b->kind || a->name != b->name || a->after != b->after)
        abort();
    if (a->kind == ETL_TAPE_INTEGER && a->integer != b->integer)
        abort();
    if (a->kind == ETL_TAPE_TEXT && (a->text.size != b->text.size || memcmp(a->text.at, b->text.at, a->text.size) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct etl_tape ours = {0}, theirs = {0};
    size_t used;
    if (etl_tape_scan(&ours, (struct etl_text){(const char *)data, size}, &used) == ETL_TAPE_DONE) {
        if (etl_tape_read(&theirs, (struct etl_text){(const char *)data, used}) != ETL_TAPE_DONE ||
            ours.count != theirs.count)
            abort();
        for (size_t i = 0; i < ours.count; i++)
            compare_nodes(&ours, &theirs, i);
    }
    etl_tape_done(&ours);
    etl_tape_done(&theirs);
    return 0;
}
