/* html.c - writes pieces of a page that reads well in light and dark, on a screen and on paper. */
#include "services/common/util/html.h"

#include <stdarg.h>

enum { COLOURS = 8 };

static const char style[] =
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1c2430;--faint:#5d6a7a;--line:#d5dbe3;--panel:#f5f7fa}"
    "@media(prefers-color-scheme:dark){:root{--paper:#12161c;--ink:#e6ebf2;--faint:#98a5b5;--line:#313a46;"
    "--panel:#1a2028}}"
    "body{margin:0 auto;max-width:62rem;padding:2rem 1.25rem 4rem;background:var(--paper);color:var(--ink);"
    "font:16px/1.5 system-ui,sans-serif}"
    "h1{font-size:1.7rem;margin:0}h2{font-size:1.15rem;margin:2.4rem 0 .6rem}p{margin:.5rem 0;max-width:46rem}"
    ".faint,figcaption,th{color:var(--faint);font-weight:400}"
    "table{border-collapse:collapse;font-size:.92rem}th,td{padding:.3rem .8rem .3rem 0;text-align:left;"
    "border-bottom:1px solid var(--line)}.n{text-align:right;font-variant-numeric:tabular-nums;padding-left:.8rem}"
    "figure{margin:0;overflow-x:auto}figcaption{font-size:.9rem;max-width:46rem;margin-top:.4rem}"
    ".pair{display:flex;flex-wrap:wrap;gap:1rem 3.5rem}.pair figcaption{max-width:22rem}"
    "svg{display:block;font:12px system-ui,sans-serif;fill:var(--ink);max-width:100%;height:auto}"
    "svg .axis{stroke:var(--faint);stroke-dasharray:3 4;fill:none}svg .soft{fill:var(--faint)}svg "
    ".mark{stroke:var(--ink);stroke-width:2;"
    "fill:none}svg .panel{fill:var(--panel)}"
    ".c0{--c:#3b7dd8}.c1{--c:#e08a1e}.c2{--c:#1fa187}.c3{--c:#b0519c}.c4{--c:#d0574a}.c5{--c:#7a8b28}.c6{--c:#6d6ad0}"
    ".c7{--c:#8a7358}.fill{fill:var(--c)}.swatch{display:inline-block;width:.8em;height:.8em;background:var(--c);"
    "margin:0 .35em 0 .9em}"
    "code{font-size:.85em;overflow-wrap:anywhere}.wide{overflow-x:auto}"
    ".heat{background:color-mix(in srgb,var(--c) var(--s),transparent);padding-right:.8rem}"
    ".tiles{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0}.tiles div{flex:1 1 9rem;background:var(--panel);"
    "border-radius:.5rem;padding:.7rem 1rem}.tiles b{display:block;font-size:1.5rem;font-weight:600;"
    "font-variant-numeric:tabular-nums}.tiles small{color:var(--faint)}"
    ".verdict{border-left:3px solid #1fa187;padding-left:.8rem}"
    ".good{color:light-dark(#0a6b2d,#6fce8f)}.warning{color:light-dark(#8a5a00,#e5b567)}"
    ".error{color:light-dark(#b00020,#ff7b8a)}";

void html_text(FILE *out, const char *text) {
    for (; text != NULL && *text != '\0'; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
}

void html_begin(FILE *out, const char *title) {
    fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width\"><title>",
          out);
    html_text(out, title);
    fprintf(out, "</title><style>%s</style></head><body>\n", style);
}

void html_end(FILE *out) {
    fputs("</body></html>\n", out);
}

void html_head_cell(FILE *out, const char *text) {
    fputs("<th>", out);
    html_text(out, text);
    fputs("</th>", out);
}

void html_figure_head(FILE *out, const char *text) {
    fputs("<th class=\"n\">", out);
    html_text(out, text);
    fputs("</th>", out);
}

void html_cell(FILE *out, const char *text) {
    fputs("<td>", out);
    html_text(out, text);
    fputs("</td>", out);
}

void html_figure(FILE *out, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("<td class=\"n\">", out);
    vfprintf(out, format, args);
    fputs("</td>", out);
    va_end(args);
}

int html_colour(size_t class_number) {
    return (int)(class_number % COLOURS);
}
