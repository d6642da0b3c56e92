/* dump.c - trees as text for a person. */
#include "libforest/error.h"
#include "libforest/handle.h"

enum forest_status forest_dump(const struct forest *f, forest_write *write, void *user, struct forest_error *err) {
    (void)f, (void)write, (void)user;
    return lf_fail(err, FOREST_INVALID, "the dump is not there yet");
}
