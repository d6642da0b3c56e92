/* report_html.c - the report as HTML. */
#include "services/etl/report_html.h"

#include <stdio.h>

#include "services/common/store/atomic_file.h"
#include "services/common/util/html.h"

static void put_count(FILE *file, const json_t *object, const char *name) {
    html_figure(file, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(object, name)));
}

static void put_summary(FILE *file, const json_t *report) {
    const json_t *purchases = json_object_get(report, "purchases"), *rows = json_object_get(report, "rows");
    fprintf(file,
            "<p>%" JSON_INTEGER_FORMAT " purchases found. The model learns from %" JSON_INTEGER_FORMAT
            " of them (labelled). %" JSON_INTEGER_FORMAT " leads have no purchase yet.\n",
            json_integer_value(json_object_get(purchases, "found")),
            json_integer_value(json_object_get(purchases, "labelled")),
            json_integer_value(json_object_get(rows, "leads")));
}

static void put_checks(FILE *file, const json_t *checks) {
    size_t i;
    json_t *check;
    fputs("<h2>Checks</h2>\n<table><tr><th>Check<th>Result<th>Details\n", file);
    json_array_foreach(checks, i, check) {
        bool passed = json_is_true(json_object_get(check, "passed"));
        const char *severity = json_string_value(json_object_get(check, "severity"));
        fputs("<tr>", file);
        html_cell(file, json_string_value(json_object_get(check, "name")));
        fprintf(file, "<td class=\"%s\">%s", passed ? "good" : severity, passed ? "passed" : severity);
        html_cell(file, json_string_value(json_object_get(check, "text")));
        fputc('\n', file);
    }
    fputs("</table>\n", file);
}

/* Write "3 × reason", one per line; nothing for NULL. */
static void put_reasons(FILE *file, json_t *reasons) {
    const char *reason;
    json_t *times;
    json_object_foreach(reasons, reason, times) {
        fprintf(file, "%" JSON_INTEGER_FORMAT " × ", json_integer_value(times));
        html_text(file, reason);
        fputs("<br>", file);
    }
}

static void put_sources(FILE *file, const json_t *sources) {
    const char *name;
    json_t *source;
    fputs("<h2>Records</h2>\n<p>A record that cannot be used is quarantined: quarantine.ndjson lists it with its "
          "reasons, and leadforest-etl --show prints it.\n<table><tr><th>File<th class=\"n\">Read<th "
          "class=\"n\">Accepted<th class=\"n\">Duplicates"
          "<th class=\"n\">Quarantined<th>Reasons\n",
          file);
    json_object_foreach((json_t *)sources, name, source) {
        fputs("<tr>", file);
        html_cell(file, name);
        put_count(file, source, "read");
        put_count(file, source, "accepted");
        put_count(file, source, "duplicates");
        put_count(file, source, "quarantined");
        fputs("<td>", file);
        put_reasons(file, json_object_get(source, "reasons"));
        put_reasons(file, json_object_get(source, "warnings"));
        if (json_object_get(source, "pending_bytes") != NULL)
            fprintf(file, "not read yet: an incomplete line of %" JSON_INTEGER_FORMAT " bytes",
                    json_integer_value(json_object_get(source, "pending_bytes")));
        fputc('\n', file);
    }
    fputs("</table>\n", file);
}

static void put_purchases(FILE *file, const json_t *purchases) {
    const char *reason;
    json_t *times;
    fputs("<h2>Purchases</h2>\n<p>The model learns from labelled purchases. The others are left out, for the reason "
          "given.\n<table><tr><th>Status<th class=\"n\">Purchases\n<tr><td>labelled",
          file);
    put_count(file, purchases, "labelled");
    json_object_foreach(json_object_get(purchases, "excluded"), reason, times) {
        fputs("\n<tr>", file);
        html_cell(file, reason);
        html_figure(file, "%" JSON_INTEGER_FORMAT, json_integer_value(times));
    }
    fputs("\n<tr><th>found", file);
    put_count(file, purchases, "found");
    fputs("\n</table>\n", file);
}

bool report_html_write(const json_t *report, const struct volume *volume, const char *name, struct error *err) {
    struct atomic_file p;
    if (!atomic_file_open_at(&p, volume, name, err))
        return false;
    html_begin(p.file, "leadforest: data report");
    fputs("<h1>Data report</h1>\n", p.file);
    put_summary(p.file, report);
    put_checks(p.file, json_object_get(report, "checks"));
    put_sources(p.file, json_object_get(report, "sources"));
    put_purchases(p.file, json_object_get(report, "purchases"));
    html_end(p.file);
    return atomic_file_commit(&p, err);
}
