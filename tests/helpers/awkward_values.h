/*
 * awkward_values.h - 200 values that people, forms and programs write, and how each must be read.
 *
 * A test of every door feeds it all of them and expects what the table in services/common/table/feature_codec.h says.
 * Texts are CSV cells and JSON strings; the others are JSON only.
 */
#ifndef TEST_AWKWARD_VALUES_H
#define TEST_AWKWARD_VALUES_H

#include <float.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum awkward_class { MISSING, VALUE, UNREADABLE, NO_JSON };

struct awkward_value {
    const char *text; /* of a CSV cell or JSON string; NULL: see json */
    const char *json; /* NULL with text NULL: absent */
    enum awkward_class number, category;
    double value; /* as a number */
};

#define NUMBER(text, value)                                                                                            \
    { text, NULL, VALUE, VALUE, value }
#define NO_NUMBER(text)                                                                                                \
    { text, NULL, UNREADABLE, VALUE, 0 }
#define BLANK(text)                                                                                                    \
    { text, NULL, MISSING, VALUE, 0 }
#define BARE(json, value)                                                                                              \
    { NULL, json, VALUE, UNREADABLE, value }
#define OTHER(json)                                                                                                    \
    { NULL, json, UNREADABLE, UNREADABLE, 0 }
#define BROKEN(json)                                                                                                   \
    { NULL, json, NO_JSON, NO_JSON, 0 }

static const struct awkward_value awkward_values[] = {
    /* nothing */
    {NULL, NULL, MISSING, MISSING, 0},
    {NULL, "null", MISSING, MISSING, 0},
    {"", NULL, MISSING, MISSING, 0},
    BLANK(" "),
    BLANK("   "),
    BLANK("\t"),
    BLANK("\n"),
    BLANK("\xc2\xa0"),
    /* text that is one number */
    NUMBER("0", 0),
    NUMBER("-0", 0),
    NUMBER("+0", 0),
    NUMBER("00", 0),
    NUMBER("0.0", 0),
    NUMBER("-0.0", 0),
    NUMBER("007", 7),
    NUMBER("42", 42),
    NUMBER("+42", 42),
    NUMBER("-42", -42),
    NUMBER("41.5", 41.5),
    NUMBER(".5", 0.5),
    NUMBER("-.5", -0.5),
    NUMBER("+.5", 0.5),
    NUMBER("5.", 5),
    NUMBER("1e5", 1e5),
    NUMBER("1E5", 1e5),
    NUMBER("1e+5", 1e5),
    NUMBER("1e-5", 1e-5),
    NUMBER("1e05", 1e5),
    NUMBER("2.5e3", 2500),
    NUMBER("0.1", 0.1),
    NUMBER("16777217", 16777217),
    NUMBER("2147483648", 2147483648.0),
    NUMBER("9223372036854775808", 9223372036854775808.0),
    NUMBER("123456789012345678901234567890", 123456789012345678901234567890.0),
    NUMBER("0.1000000000000000055511151231257827021181583404541015625", 0.1),
    NUMBER("1e38", 1e38),
    NUMBER("1e39", FLT_MAX),
    NUMBER("-1e39", -FLT_MAX),
    NUMBER("1e300", FLT_MAX),
    NUMBER("1e-46", 0),
    NUMBER("1e-300", 0),
    NUMBER("1e-999", 0),
    NUMBER("1,234", 1234),
    NUMBER("1,234,567.89", 1234567.89),
    NUMBER("-1,234", -1234),
    NUMBER("1,2", 12),
    NUMBER(",5", 5),
    NUMBER("5,", 5),
    NUMBER("1,,000", 1000),
    NUMBER(" 42", 42),
    NUMBER("42 ", 42),
    NUMBER("  42  ", 42),
    NUMBER("\t42", 42),
    NUMBER("42\n", 42),
    NUMBER("\xc2\xa0"
           "42",
           42),
    NUMBER("\xef\xbb\xbf"
           "42",
           42), /* a byte order mark */
    /* text that is not a number */
    NO_NUMBER("abc"),
    NO_NUMBER("Dental"),
    NO_NUMBER("nan"),
    NO_NUMBER("NaN"),
    NO_NUMBER("NAN"),
    NO_NUMBER("-nan"),
    NO_NUMBER("nan(1)"),
    NO_NUMBER("inf"),
    NO_NUMBER("INF"),
    NO_NUMBER("-inf"),
    NO_NUMBER("+inf"),
    NO_NUMBER("Infinity"),
    NO_NUMBER("-Infinity"),
    NO_NUMBER("1e999"),
    NO_NUMBER("-1e999"),
    NO_NUMBER("1e309"),
    NO_NUMBER("1,0e309"),
    NO_NUMBER("0x10"),
    NO_NUMBER("0x1p3"),
    NO_NUMBER("0b1"),
    NO_NUMBER("1f"),
    NO_NUMBER("10L"),
    NO_NUMBER("1e"),
    NO_NUMBER("1e+"),
    NO_NUMBER("e5"),
    NO_NUMBER("E"),
    NO_NUMBER("."),
    NO_NUMBER(","),
    NO_NUMBER(",,"),
    NO_NUMBER("+"),
    NO_NUMBER("-"),
    NO_NUMBER("--5"),
    NO_NUMBER("+-5"),
    NO_NUMBER("5-"),
    NO_NUMBER("5+"),
    NO_NUMBER("- 5"),
    NO_NUMBER("1.2.3"),
    NO_NUMBER("1..2"),
    NO_NUMBER("1 2"),
    NO_NUMBER("1 234"),
    NO_NUMBER("1\xc2\xa0"
              "234"),
    NO_NUMBER("1'234"),
    NO_NUMBER("1_234"),
    NO_NUMBER("1;234"),
    NO_NUMBER("1/2"),
    NO_NUMBER("1:30"),
    NO_NUMBER("5%"),
    NO_NUMBER("$5"),
    NO_NUMBER("5 EUR"),
    NO_NUMBER("\xe2\x82\xac"
              "5"),
    NO_NUMBER("42 years"),
    NO_NUMBER("about 42"),
    NO_NUMBER("42?"),
    NO_NUMBER("<42"),
    NO_NUMBER("10-25"),
    NO_NUMBER("10\xe2\x80\x93"
              "25"),
    NO_NUMBER("251+"),
    NO_NUMBER("2026-01-31"),
    NO_NUMBER("31.01.2026"),
    NO_NUMBER("192.168.0.1"),
    NO_NUMBER("+49 30 123456"),
    NO_NUMBER("\xe2\x88\x92"
              "5"),                        /* a minus sign */
    NO_NUMBER("\xef\xbc\x94\xef\xbc\x92"), /* 42 in full width */
    NO_NUMBER("\xd9\xa4\xd9\xa2"),         /* 42 in Arabic-Indic digits */
    NO_NUMBER("\xc2\xbd"),                 /* a half */
    NO_NUMBER("x\xc2\xb2"),
    NO_NUMBER("\xe2\x88\x9e"), /* infinity */
    NO_NUMBER("\xf0\x9f\x98\x80"),
    NO_NUMBER("4\xe2\x80\x8b"
              "2"), /* a space of no width */
    NO_NUMBER("null"),
    NO_NUMBER("NULL"),
    NO_NUMBER("None"),
    NO_NUMBER("undefined"),
    NO_NUMBER("N/A"),
    NO_NUMBER("n/a"),
    NO_NUMBER("NA"),
    NO_NUMBER("#REF!"),
    NO_NUMBER("true"),
    NO_NUMBER("false"),
    NO_NUMBER("yes"),
    NO_NUMBER("one"),
    NO_NUMBER("IV"),
    NO_NUMBER("=1+1"),
    NO_NUMBER("=42"),
    NO_NUMBER("@42"),
    NO_NUMBER("'42"),
    NO_NUMBER("\"42\""),
    NO_NUMBER("(42)"),
    NO_NUMBER("[42]"),
    NO_NUMBER("{}"),
    NO_NUMBER("{\"age\":42}"),
    NO_NUMBER("\\u0034"),
    NO_NUMBER("a,b"),
    NO_NUMBER("a\"b"),
    NO_NUMBER("a\nb"),
    NO_NUMBER("4\r\n2"),
    NO_NUMBER("../42"),
    NO_NUMBER("%d"),
    NO_NUMBER("<script>42</script>"),
    NO_NUMBER("'; DROP TABLE leads; --"),
    /* numbers of JSON */
    BARE("0", 0),
    BARE("-0", 0),
    BARE("-0.0", 0),
    BARE("7", 7),
    BARE("-7", -7),
    BARE("41.5", 41.5),
    BARE("1e5", 1e5),
    BARE("1E+5", 1e5),
    BARE("0.1", 0.1),
    BARE("16777217", 16777217),
    BARE("9223372036854775807", 9223372036854775807.0),
    BARE("-9223372036854775808", -9223372036854775808.0),
    BARE("1e39", FLT_MAX),
    BARE("-1e39", -FLT_MAX),
    BARE("1.7976931348623157e308", FLT_MAX),
    BARE("5e-324", 0),
    BARE("1e-999", 0),
    /* other JSON */
    OTHER("true"),
    OTHER("false"),
    OTHER("[]"),
    OTHER("{}"),
    OTHER("[42]"),
    OTHER("[\"Dental\"]"),
    OTHER("[[42]]"),
    OTHER("[null]"),
    OTHER("{\"value\":42}"),
    OTHER("{\"$numberDouble\":\"42\"}"),
    /* not JSON */
    BROKEN("NaN"),
    BROKEN("-NaN"),
    BROKEN("Infinity"),
    BROKEN("-Infinity"),
    BROKEN("1e999"),
    BROKEN("-1e999"),
    BROKEN("0x10"),
    BROKEN("007"),
    BROKEN("+5"),
    BROKEN(".5"),
    BROKEN("5."),
    BROKEN("1,234"),
    BROKEN("1_000"),
    BROKEN("'42'"),
    BROKEN("undefined"),
    BROKEN("None"),
    BROKEN("\"42"),
};
enum { AWKWARD_VALUES = sizeof awkward_values / sizeof *awkward_values };

/* Its JSON, to be freed; "" if it is absent. */
static inline char *awkward_json(const struct awkward_value *value) {
    json_t *text = value->text != NULL ? json_string(value->text) : NULL;
    char *json = text != NULL ? json_dumps(text, JSON_ENCODE_ANY) : strdup(value->json != NULL ? value->json : "");
    json_decref(text);
    return json;
}

/* A member of an object, to be freed; "" if it is absent. */
static inline char *awkward_member(const char *name, const struct awkward_value *value) {
    char *json = awkward_json(value), *member = NULL;
    if (*json == '\0')
        return json;
    int size = asprintf(&member, "\"%s\":%s", name, json);
    free(json);
    return size >= 0 ? member : NULL;
}

static inline bool awkward_is_cell(const struct awkward_value *value) {
    return value->text != NULL;
}

#endif
