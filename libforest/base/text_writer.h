/* text_writer.h - pieces of output on their way to a forest_write, a page at a time. */
#ifndef LF_TEXT_WRITER_H
#define LF_TEXT_WRITER_H

#include "libforest/forest.h"

struct lf_text {
    forest_write *write;
    void *user;
    bool stopped; /* write returned false; nothing more is sent */
    size_t used;
    char page[4096];
};

void lf_text_put(struct lf_text *text, const char *string);
void lf_text_format(struct lf_text *text, const char *format, ...) __attribute__((format(printf, 2, 3))); /* short */

/* Send what is left.  FOREST_CANCELLED when write stopped it. */
enum forest_status lf_text_end(struct lf_text *text, struct forest_error *err);

#endif
