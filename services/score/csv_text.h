/*
 * csv_text.h - a piece of a CSV line, field by field, safe to open in a spreadsheet.
 *
 * Scores are for people.  A form's text that begins as a formula would run in their spreadsheet, so such a
 * field gets an apostrophe in front (numbers of ours are left alone).
 */
#ifndef SCORE_CSV_TEXT_H
#define SCORE_CSV_TEXT_H

#include "services/common/util/strbuf.h"

void csv_text_add(struct strbuf *text, const char *field, bool number); /* and a comma after it */

#endif
