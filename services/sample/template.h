/*
 * template.h - JSON texts with gaps: 'id':'$charge','amount':$amount.
 *
 * A template is written with ' where JSON has ", and $name (small letters and _) where a field's text goes,
 * as it is.  A field of text is 'quoted' in the template, a number, reference or piece of JSON stands bare.
 */
#ifndef SAMPLE_TEMPLATE_H
#define SAMPLE_TEMPLATE_H

#include "services/sample/buffer.h"

enum { TEMPLATE_FIELDS = 80, TEMPLATE_ROOM = 16000 };

/* Named texts for the gaps; setting a name again replaces its text. Start with {0}. */
struct fields {
    size_t count, used;
    const char *name[TEMPLATE_FIELDS];  /* borrowed: string literals */
    const char *value[TEMPLATE_FIELDS]; /* in room, or borrowed */
    char room[TEMPLATE_ROOM];
};

void fields_clear(struct fields *fields);
void fields_borrow(struct fields *fields, const char *name, const char *value); /* value outlives the rendering */
void fields_set(struct fields *fields, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
const char *fields_get(const struct fields *fields, const char *name); /* must be there */

/* Append the template with its gaps filled. */
void template_render(struct buffer *out, const char *template, const struct fields *fields);

#endif
