/* settings.c - reads settings by their table, and writes --help from it. */
#include "services/common/worker/settings.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libforest/forest.h"

/* ---- names ---- */

/* The next of the names in "a|b|c" from *at on; false where there is none. */
static bool next_name(const char **at, const char **name, size_t *length) {
    *name = *at;
    *length = strcspn(*at, "|");
    *at += *length + ((*at)[*length] == '|');
    return *length > 0;
}

static bool list_has(const char *list, const char *name, size_t length) {
    const char *entry;
    size_t n;
    while (next_name(&list, &entry, &n))
        if (n == length && memcmp(entry, name, n) == 0)
            return true;
    return false;
}

/* The current name: the first one. */
static int length_of(const char *names) {
    return (int)strcspn(names, "|");
}

static bool is_current_name(const char *names, const char *name, size_t length) {
    return (size_t)length_of(names) == length && memcmp(names, name, length) == 0;
}

const char *settings_name(const struct setting *row, char out[SETTINGS_NAME]) {
    if (row->flag != NULL)
        snprintf(out, SETTINGS_NAME, "--%.*s", length_of(row->flag), row->flag);
    else
        snprintf(out, SETTINGS_NAME, "%.*s", length_of(row->variable), row->variable);
    return out;
}

static void warn_ignored(const struct program *program, const char *dashes, const char *older, int length,
                         const char *names) {
    fprintf(stderr, "%s: %s%.*s is ignored: %s%.*s, its current name, is given too\n", program->name, dashes, length,
            older, dashes, length_of(names), names);
}

/* ---- one value ---- */

static bool set_integer(const struct setting *row, long long *field, const char *value) {
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    bool good = errno == 0 && end != value && *end == '\0' && (double)number >= row->min && (double)number <= row->max;
    if (good)
        *field = number;
    return good;
}

static bool set_number(const struct setting *row, double *field, const char *value) {
    char *end;
    double number = strtod(value, &end);
    bool good = end != value && *end == '\0' && isfinite(number) && number >= row->min && number <= row->max;
    if (good)
        *field = number;
    return good;
}

static bool set_flag(bool *field, const char *value) {
    bool on = strcmp(value, "1") == 0 || strcmp(value, "true") == 0;
    bool off = strcmp(value, "0") == 0 || strcmp(value, "false") == 0 || value[0] == '\0';
    *field = on;
    return on || off;
}

static bool set_text(const struct setting *row, const char **field, const char *value) {
    double length = (double)strlen(value);
    *field = value;
    return length >= row->min && (row->max <= 0 || length <= row->max);
}

static bool set_value(const struct setting *row, void *into, const char *value) {
    void *field = (char *)into + row->offset;
    switch (row->kind) {
    case SETTING_TEXT:
    case SETTING_SECRET:
        return set_text(row, field, value);
    case SETTING_CHOICE:
        *(const char **)field = value;
        return list_has(row->choices, value, strlen(value));
    case SETTING_INTEGER:
        return set_integer(row, field, value);
    case SETTING_NUMBER:
        return set_number(row, field, value);
    case SETTING_TIME:
        return unix_time_parse(value, field);
    case SETTING_FLAG:
        return set_flag(field, value);
    }
    return false;
}

/* The value of a setting that nobody gives and that has no default: NULL, 0, the present, false. */
static void set_none(const struct setting *row, void *into) {
    void *field = (char *)into + row->offset;
    switch (row->kind) {
    case SETTING_TEXT:
    case SETTING_SECRET:
    case SETTING_CHOICE:
        *(const char **)field = NULL;
        break;
    case SETTING_INTEGER:
        *(long long *)field = 0;
        break;
    case SETTING_NUMBER:
        *(double *)field = 0;
        break;
    case SETTING_TIME:
        *(unix_time *)field = unix_time_now();
        break;
    case SETTING_FLAG:
        *(bool *)field = false;
        break;
    }
}

const char *settings_text(const struct setting *row, const void *settings, char out[SETTINGS_NUMBER]) {
    const void *field = (const char *)settings + row->offset;
    switch (row->kind) {
    case SETTING_TEXT:
    case SETTING_SECRET:
    case SETTING_CHOICE:
        return *(const char *const *)field;
    case SETTING_INTEGER:
        snprintf(out, SETTINGS_NUMBER, "%lld", *(const long long *)field);
        break;
    case SETTING_NUMBER:
        snprintf(out, SETTINGS_NUMBER, "%.17g", *(const double *)field);
        break;
    case SETTING_TIME:
        unix_time_format(*(const unix_time *)field, out);
        break;
    case SETTING_FLAG:
        snprintf(out, SETTINGS_NUMBER, "%d", *(const bool *)field);
        break;
    }
    return out;
}

/* What a value of this row may be, for people. */
static void describe_range(const struct setting *row, char *out, size_t size) {
    switch (row->kind) {
    case SETTING_TEXT:
    case SETTING_SECRET:
        snprintf(out, size, "text of %.0f to %.0f bytes", row->min, row->max > 0 ? row->max : 1e6);
        break;
    case SETTING_CHOICE:
        snprintf(out, size, "%s", row->choices);
        break;
    case SETTING_INTEGER:
        snprintf(out, size, "a whole number, %.0f to %.0f", row->min, row->max);
        break;
    case SETTING_NUMBER:
        snprintf(out, size, "a number, %g to %g", row->min, row->max);
        break;
    case SETTING_TIME:
        snprintf(out, size, "a time such as 2026-01-31T10:20:30Z");
        break;
    case SETTING_FLAG:
        snprintf(out, size, "1 or 0");
        break;
    }
}

static enum exit_code reject_value(const struct program *program, const struct setting *row, const char *source,
                                   const char *value) {
    char range[160];
    describe_range(row, range, sizeof range);
    if (row->kind == SETTING_SECRET)
        fprintf(stderr, "%s: %s: must be %s\n", program->name, source, range);
    else
        fprintf(stderr, "%s: %s: \"%.80s\" is not %s\n", program->name, source, value, range);
    return EXIT_USAGE;
}

enum exit_code settings_reject(const struct program *program, const char *format, ...) {
    char text[200];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    fprintf(stderr, "%s: %s (see --help)\n", program->name, text);
    return EXIT_USAGE;
}

/* ---- the three sources ---- */

/* An empty variable is an unset one, as compose files and shells leave them. */
static const char *read_variable(const char *name, size_t length) {
    char variable[80];
    snprintf(variable, sizeof variable, "%.*s", (int)length, name);
    const char *value = getenv(variable);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

/* The value from the environment under the first name that is set; `source` becomes that name. NULL: none is set. */
static const char *find_in_environment(const struct program *program, const struct setting *row, char source[80]) {
    const char *names = row->variable != NULL ? row->variable : "", *name, *found = NULL;
    size_t length;
    while (next_name(&names, &name, &length)) {
        const char *value = read_variable(name, length);
        if (value != NULL && found != NULL && strcmp(value, found) != 0)
            warn_ignored(program, "", name, (int)length, row->variable);
        if (value != NULL && found == NULL) {
            snprintf(source, 80, "%.*s", (int)length, name);
            found = value;
        }
    }
    return found;
}

static enum exit_code read_defaults(const struct program *program, void *into) {
    for (size_t i = 0; i < program->setting_count; i++)
        set_none(&program->settings[i], into);
    for (size_t i = 0; i < program->setting_count; i++) {
        const struct setting *row = &program->settings[i];
        char source[80];
        const char *value = find_in_environment(program, row, source);
        if (value == NULL) {
            value = row->fallback;
            settings_name(row, source);
        }
        if (value != NULL && !set_value(row, into, value))
            return reject_value(program, row, source, value);
    }
    return EXIT_DONE;
}

static const struct setting *find_flag(const struct program *program, const char *name, size_t length) {
    for (size_t i = 0; i < program->setting_count; i++)
        if (program->settings[i].flag != NULL && list_has(program->settings[i].flag, name, length))
            return &program->settings[i];
    return NULL;
}

/* Whether an option is on the command line by its current name. */
static bool is_given(const struct setting *row, int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "--", 2) == 0 && is_current_name(row->flag, argv[i] + 2, strcspn(argv[i] + 2, "=")))
            return true;
    return false;
}

/* The value of the option at *at, which moves over a value that is an argument of its own; NULL: it has none. */
static const char *option_value(const struct setting *row, int argc, char **argv, int *at) {
    const char *option = argv[*at], *equals = strchr(option, '=');
    if (equals != NULL)
        return equals + 1;
    if (row->kind == SETTING_FLAG)
        return "1";
    return *at + 1 < argc ? argv[++*at] : NULL;
}

/* One option of the command line; *at moves over its value where that is an argument of its own. */
static enum exit_code read_option(const struct program *program, void *into, int argc, char **argv, int *at) {
    const char *option = argv[*at];
    size_t length = strcspn(option, "=");
    const struct setting *row = option[1] == '-' ? find_flag(program, option + 2, length - 2) : NULL;
    if (row == NULL)
        return settings_reject(program, "unknown option %.*s", (int)(length < 80 ? length : 80), option);
    const char *value = option_value(row, argc, argv, at);
    if (value == NULL) {
        fprintf(stderr, "%s: %.*s needs a value\n", program->name, (int)length, option);
        return EXIT_USAGE;
    }
    if (!is_current_name(row->flag, option + 2, length - 2) && is_given(row, argc, argv)) {
        warn_ignored(program, "--", option + 2, (int)length - 2, row->flag);
        return EXIT_DONE;
    }
    char label[80];
    snprintf(label, sizeof label, "%.*s", (int)length, option);
    return set_value(row, into, value) ? EXIT_DONE : reject_value(program, row, label, value);
}

static enum exit_code read_arg(const struct program *program, struct args *args, const char *arg) {
    if (args == NULL || args->count >= program->max_args || args->count >= SETTINGS_MAX_ARGS)
        return settings_reject(program, "unexpected \"%.80s\"", arg);
    args->arg[args->count++] = arg;
    return EXIT_DONE;
}

/* ---- --help ---- */

/* How a value is written: "" where an option alone is enough. */
static const char *placeholder(const struct setting *row) {
    switch (row->kind) {
    case SETTING_TEXT:
    case SETTING_SECRET:
        return " TEXT";
    case SETTING_CHOICE:
        return " ";
    case SETTING_INTEGER:
    case SETTING_NUMBER:
        return " N";
    case SETTING_TIME:
        return " TIME";
    case SETTING_FLAG:
        return row->fallback != NULL && row->fallback[0] == '1' ? "=1|0" : "";
    }
    return "";
}

enum { HELP_INDENT = 33, HELP_WIDTH = 67 }; /* columns in front of a setting's help, and of the help itself */

/* In lines of HELP_WIDTH; the cursor is at the indent of the first one. */
static void print_wrapped(const char *text) {
    while (strlen(text) > HELP_WIDTH) {
        size_t length = HELP_WIDTH;
        while (length > 0 && text[length] != ' ')
            length--;
        if (length == 0)
            break;
        printf("%.*s\n%*s", (int)length, text, HELP_INDENT, "");
        text += length + 1;
    }
    printf("%s\n", text);
}

static void print_row(const struct setting *row) {
    char name[SETTINGS_NAME], left[200];
    snprintf(left, sizeof left, "%s%s%s", settings_name(row, name), row->flag != NULL ? placeholder(row) : "",
             row->flag != NULL && row->kind == SETTING_CHOICE ? row->choices : "");
    if (strlen(left) > HELP_INDENT - 3)
        printf("  %s\n%*s", left, HELP_INDENT, "");
    else
        printf("  %-*s", HELP_INDENT - 2, left);
    print_wrapped(row->help);
    if (row->flag != NULL && row->variable != NULL)
        printf("  %-30s env %.*s%s%s\n", "", length_of(row->variable), row->variable,
               row->fallback != NULL ? ", default " : "", row->fallback != NULL ? row->fallback : "");
    else if (row->fallback != NULL)
        printf("  %-30s default %s\n", "", row->fallback);
}

static void print_help(const struct program *program) {
    printf("%s - %s\n\nusage: %s %s\n\n", program->name, program->summary, program->name, program->usage);
    printf("An option wins over its environment variable (env). A name in capitals has no option.\n\n");
    for (size_t i = 0; i < program->setting_count; i++)
        print_row(&program->settings[i]);
    printf("  %-30s print this text\n  %-30s print the program's version\n", "--help, -h", "--version, -V");
    if (program->notes != NULL)
        printf("\n%s\n", program->notes);
    if (program->examples != NULL)
        printf("\nExamples:\n%s\n", program->examples);
}

static bool is_option(const char *arg, const char *name, const char *letter) {
    return strcmp(arg, name) == 0 || strcmp(arg, letter) == 0;
}

/* Print what --help or --version requests, wherever it is on the command line; false if neither is. */
static bool print_about(const struct program *program, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        bool help = is_option(argv[i], "--help", "-h"), version = is_option(argv[i], "--version", "-V");
        if (help)
            print_help(program);
        else if (version)
            printf("%s %s\n", program->name, FOREST_VERSION);
        if (help || version)
            return true;
    }
    return false;
}

enum exit_code settings_read(const struct program *program, void *into, struct args *args, int argc, char **argv,
                             bool *finished) {
    if (args != NULL)
        args->count = 0;
    *finished = print_about(program, argc, argv);
    if (*finished)
        return EXIT_DONE;
    enum exit_code code = read_defaults(program, into);
    for (int i = 1; i < argc && code == EXIT_DONE; i++)
        code = argv[i][0] == '-' ? read_option(program, into, argc, argv, &i) : read_arg(program, args, argv[i]);
    return code;
}

/* ---- threads ---- */

/* The cgroup's CPU quota in cores, rounded up; a large number if there is none. */
static unsigned quota_cores(void) {
    long long quota = 0, period = 0;
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    bool limited = file != NULL && fscanf(file, "%lld %lld", &quota, &period) == 2 && quota > 0 && period > 0;
    if (file != NULL)
        fclose(file);
    long long cores = limited ? (quota + period - 1) / period : 1024;
    return cores < 1024 ? (unsigned)cores : 1024;
}

unsigned settings_threads(long long requested) {
    if (requested > 0)
        return requested < 1024 ? (unsigned)requested : 1024;
    cpu_set_t set;
    unsigned cores = sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
    unsigned quota = quota_cores();
    return cores < quota ? cores : quota;
}
