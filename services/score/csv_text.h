/*
 * csv_text.h - a piece of a CSV line, field by field, safe to open in a spreadsheet.
 *
 * People open the scores in spreadsheets, which would run a form's text that begins like a formula.  So such a field
 * gets an apostrophe in front; our own numbers do not.
 */
#ifndef SCORE_CSV_TEXT_H
#define SCORE_CSV_TEXT_H

#include "services/common/util/strbuf.h"

void csv_text_add(struct strbuf *text, const char *field, bool number); /* and a comma after it */

#endif
