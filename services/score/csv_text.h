/*
 * csv_text.h - a piece of a CSV line, field by field, safe to open in a spreadsheet.
 *
 * Scores are for people.  A form's text that begins as a formula would run in their spreadsheet, so such a
 * field gets an apostrophe in front (numbers of ours are left alone).
 */
#ifndef SCORE_CSV_TEXT_H
#define SCORE_CSV_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct csv_text {
    char *bytes; /* ends with a zero byte once something was added */
    size_t used, capacity;
};

void csv_text_clear(struct csv_text *text);
bool csv_text_add(struct csv_text *text, const char *field, bool number); /* and a comma after it */
void csv_text_done(struct csv_text *text);                                /* fine on zeroes */

#endif
