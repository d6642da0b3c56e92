/*
 * template.h - JSON texts with gaps: 'id':'$charge','amount':$amount.
 *
 * A template is written with ' where JSON has ", and $name (small letters and _) for a field's text, which is inserted
 * as it is.  A text field is 'quoted' in the template; a number, reference or piece of JSON is not.
 */
#ifndef SAMPLE_TEMPLATE_H
#define SAMPLE_TEMPLATE_H

#include "services/common/util/strbuf.h"

enum { TEMPLATE_SLOTS = 256, TEMPLATE_ROOM = 32000 };

/* Named texts for the gaps, by the hash of the name; setting a name again replaces its text. Start with {0}. */
struct fields {
    const char *name[TEMPLATE_SLOTS];  /* borrowed: string literals; NULL where the slot is free */
    const char *value[TEMPLATE_SLOTS]; /* in room, or borrowed */
    size_t used;
    char capacity[TEMPLATE_ROOM];
};

void fields_clear(struct fields *fields);
void fields_borrow(struct fields *fields, const char *name, const char *value); /* value outlives the rendering */
void fields_set(struct fields *fields, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));
const char *fields_get(const struct fields *fields, const char *name); /* must exist */

/* Append the template with its gaps filled. */
void template_render(struct strbuf *out, const char *template, const struct fields *fields);

#endif
