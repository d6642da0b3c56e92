/* html.h - pieces of a page: escaped text, the style, a table cell. */
#ifndef COMMON_HTML_H
#define COMMON_HTML_H

#include <stdio.h>

/* The page until its content, and its end. It needs nothing from elsewhere. */
void html_begin(FILE *out, const char *title);
void html_end(FILE *out);

/* Text, so that it is read as text in an element or in a quoted attribute. NULL writes nothing. */
void html_text(FILE *out, const char *text);

/* <td>text</td> and <th>text</th>; figures and their heads are set flush right. */
void html_head_cell(FILE *out, const char *text);
void html_figure_head(FILE *out, const char *text);
void html_cell(FILE *out, const char *text);
void html_figure(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The colour of a class as a CSS class, "c0" to "c7". */
int html_colour(size_t class_number);

#endif
