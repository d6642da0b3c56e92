/*
 * settings.h - a program's settings: one row each, from which flags, environment and --help follow.
 *
 * A program describes a struct of its own with a table of rows and calls settings_read once, at start; afterwards the
 * struct is only read. An option beats the environment, the environment beats the default. Several rows may fill one
 * field: the last one that is given wins. Strings point into argv, the environment or the table.
 */
#ifndef COMMON_SETTINGS_H
#define COMMON_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "services/common/util/unix_time.h"
#include "services/common/worker/exit_codes.h"

enum setting_kind {
    SETTING_TEXT,    /* const char *; min and max are its length in bytes (max 0: no limit) */
    SETTING_SECRET,  /* const char *; from the environment only, never printed; NULL where unset */
    SETTING_CHOICE,  /* const char *; one of `choices` */
    SETTING_INTEGER, /* long long between min and max */
    SETTING_NUMBER,  /* double between min and max */
    SETTING_TIME,    /* moment; ISO 8601, UTC */
    SETTING_FLAG     /* bool; a flag without a value, or 1/0 in the environment */
};

struct setting {
    const char *flag;     /* "trees" for --trees; NULL: from the environment only. See below for "trees|old-name" */
    const char *variable; /* "TRAIN_TREES"; NULL: from the command line only */
    enum setting_kind kind;
    size_t offset; /* of its field in the program's struct */
    const char
        *fallback; /* the default as a person would write it; NULL: none (text NULL, number 0, time the present) */
    double min, max;
    const char *choices; /* "live|test" */
    const char *help;
    bool not_an_input; /* outputs do not depend on it: how many threads, how much to keep */
};
/*
 * A setting that was renamed lists its older names behind the current one: "trees|old-name", "TRAIN_TREES|OLD_NAME".
 * They still work and are left out of --help; docs/renamed.md lists them. Where both are given, the current name wins
 * and a line on stderr says which one was ignored.
 */

/* What every worker has; a program's struct begins with it and its table with SETTINGS_COMMON. */
struct settings_common {
    const char *data;   /* the shared volume */
    const char *config; /* NULL: the built-in configuration */
};
#define SETTINGS_COMMON(type, member)                                                                                  \
    {"data",                                                                                                           \
     "DATA_DIR",                                                                                                       \
     SETTING_TEXT,                                                                                                     \
     offsetof(type, member.data),                                                                                      \
     "./data",                                                                                                         \
     1,                                                                                                                \
     4000,                                                                                                             \
     NULL,                                                                                                             \
     "folder of the volume that all programs share",                                                                   \
     true},                                                                                                            \
    {                                                                                                                  \
        "config", "LEADFOREST_CONFIG", SETTING_TEXT, offsetof(type, member.config), NULL, 1, 4000, NULL,               \
            "configuration file (packages, prices, features); default: the built-in one",                              \
            true /* its content is one */                                                                              \
    }

/* THREADS is for all programs of a container; own, such as "ETL_THREADS", is for one of them and wins. */
#define SETTINGS_THREADS(type, member, own)                                                                            \
    {NULL,                                                                                                             \
     "THREADS",                                                                                                        \
     SETTING_INTEGER,                                                                                                  \
     offsetof(type, member),                                                                                           \
     "0",                                                                                                              \
     0,                                                                                                                \
     1024,                                                                                                             \
     NULL,                                                                                                             \
     "threads of every program; 0: one for each processor that the machine or its quota allows",                       \
     true},                                                                                                            \
    {                                                                                                                  \
        "threads", own, SETTING_INTEGER, offsetof(type, member), NULL, 0, 1024, NULL,                                  \
            "threads of this program; wins over THREADS; the outputs do not depend on it", true                        \
    }

#define SETTINGS_NOW(type, member)                                                                                     \
    {                                                                                                                  \
        "now", "LEADFOREST_NOW", SETTING_TIME, offsetof(type, member), NULL, 0, 0, NULL,                               \
            "run as if it were this time (ISO 8601, UTC), for tests; default: the clock", true                         \
    }

/* A program as --help describes it. */
struct program {
    const char *name;     /* "leadforest-etl" */
    const char *summary;  /* one line */
    const char *usage;    /* after the name: "[options] [promote N|rollback|list]" */
    const char *notes;    /* lines below the options, or NULL */
    const char *examples; /* lines below those: commands that work as they stand, or NULL */
    const struct setting *settings;
    size_t setting_count;
    size_t max_args; /* arguments that are not options; 0: none allowed */
};

enum { SETTINGS_MAX_ARGS = 8 };
struct args {
    size_t count;
    const char *arg[SETTINGS_MAX_ARGS];
};

/*
 * Fill *into from the defaults, the environment and the command line.  args may be NULL where
 * max_args is 0.  --help (-h) and --version (-V) are answered on stdout and *finished is set: the caller
 * returns EXIT_DONE.  On a wrong setting one line on stderr says which; the answer is EXIT_USAGE.
 */
enum exit_code settings_read(const struct program *program, void *into, struct args *args, int argc, char **argv,
                             bool *finished);

/* For arguments that make no sense: one line on stderr, which points to --help.  Returns EXIT_USAGE. */
enum exit_code settings_reject(const struct program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A setting's name of today and its value as text: "--trees", "200". NULL: the value is a text that nobody gave. */
enum { SETTINGS_NAME = 80, SETTINGS_NUMBER = 32 };
const char *settings_name(const struct setting *row, char out[SETTINGS_NAME]);
const char *settings_text(const struct setting *row, const void *settings, char out[SETTINGS_NUMBER]);

/* A thread count as asked for (0: what the machine and the cgroup's CPU quota allow), 1 .. 1024. */
unsigned settings_threads(long long asked);

#endif
