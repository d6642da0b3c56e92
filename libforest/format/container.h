/* container.h - the outer format of an image: header, section table, checksums. */
#ifndef LF_CONTAINER_H
#define LF_CONTAINER_H

#include "libforest/format/format.h"

/* A section's contents; absent when at is NULL. */
struct lf_section_content {
    const void *at;
    uint64_t length;
};

/* Find the parts of an image, which is aligned to LF_ALIGN.  They are inside of it, do not overlap and are in
 * order; only the table may be missing. */
enum forest_status lf_container_read(const uint8_t *image, size_t size,
                                     struct lf_section_content content[LF_SECTION_COUNT], struct forest_error *err);

/* Whether the checksums of an image whose frame was read match, and putting them in. */
enum forest_status lf_container_check(const uint8_t *image, struct forest_error *err);
void lf_container_seal(uint8_t *image);

#endif
