/* report_html.h - processed/report.html: the report for people: one page that needs no scripts or other files. */
#ifndef ETL_REPORT_HTML_H
#define ETL_REPORT_HTML_H

#include <jansson.h>
#include <stdbool.h>

#include "services/common/store/volume.h"
#include "services/common/util/error.h"

/* Write report.json as a page. */
MUST_CHECK bool report_html_write(const json_t *report, const struct volume *volume, const char *name,
                                  struct error *err);

#endif
