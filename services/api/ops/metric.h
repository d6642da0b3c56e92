/* metric.h - one metric: what it is, and how its samples are written in the text format of Prometheus. */
#ifndef API_METRIC_H
#define API_METRIC_H

#include "services/common/util/strbuf.h"

enum { METRIC_LABELS = 4 };

struct scrape;
struct metric;

/* Writes the metric's samples; none where what it measures does not exist now, such as a model. */
typedef void metric_reader(const struct scrape *scrape, const struct metric *metric, struct strbuf *out);

struct metric {
    const char *name, *type, *help;
    const char *label[METRIC_LABELS]; /* names, ended by NULL */
    metric_reader *read;
};

void metric_write_header(const struct metric *metric, struct strbuf *out);

/* One sample: the values are those of the metric's first labels, in their order, ended by NULL. suffix is "" or, for a
 * histogram, "_bucket", "_sum" or "_count". */
void metric_write_sample(const struct metric *metric, const char *suffix, const char *const *values, double number,
                         struct strbuf *out);

#define METRIC_VALUES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define METRIC_NO_LABELS ((const char *const[]){NULL})

#endif
