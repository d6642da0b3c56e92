/* tape_scan.c - makes a tape in one pass over the bytes; gives up instead of guessing. */
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "libetl/base/array.h"
#include "libetl/base/binary_text.h"
#include "libetl/json/tape.h"

enum {
    MAX_DEPTH = 64,
    MAX_DIGITS = 18, /* any such number fits into 64 bits */
    MAX_NUMBER = 40  /* bytes: longer fractions may overflow, which jansson must check */
};

struct scanner {
    const char *at, *end;
    struct etl_tape *tape;
    bool no_memory;
};

/* ---- many bytes at a time ---- */

#ifdef __SSE2__

/*
 * Skip full blocks up to the first special byte of a string: quote, backslash, control character, or not ASCII (these
 * are negative). *found says whether there was one.
 */
static const char *skip_plain(const char *at, const char *end, bool *found) {
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
    for (; end - at >= 16; at += 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)at);
        __m128i marks = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)),
                                     _mm_cmplt_epi8(block, space));
        int mask = _mm_movemask_epi8(marks);
        *found = mask != 0;
        if (*found)
            return at + __builtin_ctz((unsigned)mask);
    }
    return at;
}
#else

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static uint64_t has_zero(uint64_t word) {
    return (word - EACH(1)) & ~word & EACH(0x80);
}

/*
 * Marks the special bytes of a string: quote, backslash, control character, or not ASCII (marks after the first may be
 * wrong).
 */
static uint64_t marks(uint64_t word) {
    return has_zero(word ^ EACH('"')) | has_zero(word ^ EACH('\\')) | ((word - EACH(0x20)) & ~word & EACH(0x80)) |
           (word & EACH(0x80));
}

static const char *skip_plain(const char *at, const char *end, bool *found) {
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        uint64_t mask = marks(word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        *found = mask != 0;
        if (*found)
            return at + (__builtin_ctzll(mask) >> 3);
#else
        if (mask != 0)
            break;
#endif
    }
    return at;
}
#endif

/* The next byte of a string that is not plain. */
static const char *next_mark(const char *at, const char *end) {
    bool found = false;
    at = skip_plain(at, end, &found);
    while (!found && at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80)
        at++;
    return at;
}

/* ---- strings ---- */

/* Four hex digits, or -1. */
static int code_unit(const char *at, const char *end) {
    int value = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = etl_hex_digit(at[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Skip an escape sequence; NULL if it is invalid. */
static const char *skip_escape(const char *at, const char *end) {
    if (end - at < 2)
        return NULL;
    if (at[1] != 'u')
        return at[1] != '\0' && strchr("\"\\/bfnrt", at[1]) != NULL ? at + 2 : NULL;
    int unit = code_unit(at + 2, end);
    if (unit <= 0 || (unit >= 0xdc00 && unit < 0xe000))
        return NULL;
    at += 6;
    if (unit < 0xd800 || unit >= 0xdc00)
        return at;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return NULL;
    int second = code_unit(at + 2, end);
    return second >= 0xdc00 && second < 0xe000 ? at + 6 : NULL;
}

/* Read a string whose quote is at s->at; *plain if it contains no escapes. */
static bool scan_string(struct scanner *s, struct etl_text *out, bool *plain) {
    const char *start = s->at + 1, *at = start;
    bool escaped = false, wide = false;
    for (;;) {
        at = next_mark(at, s->end);
        if (at == s->end || (unsigned char)*at < 0x20)
            return false;
        if (*at == '"')
            break;
        escaped |= *at == '\\';
        wide |= (*at & 0x80) != 0;
        at = *at == '\\' ? skip_escape(at, s->end) : at + 1;
        if (at == NULL)
            return false;
    }
    *out = (struct etl_text){start, (size_t)(at - start)};
    *plain = !escaped;
    s->at = at + 1;
    return !wide || etl_text_is_utf8(*out);
}

/* ---- numbers and words ---- */

static const char *skip_digits(const char *at, const char *end) {
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

static bool scan_number(struct scanner *s, struct etl_tape_node *node) {
    const char *start = s->at, *digits = start + (*start == '-'), *at = skip_digits(digits, s->end);
    if (at == digits || (*digits == '0' && at - digits > 1))
        return false;
    s->at = at;
    if (at < s->end && *at == '.') {
        s->at = skip_digits(at + 1, s->end);
        node->kind = ETL_TAPE_OTHER;
        return s->at > at + 1 && s->at - start <= MAX_NUMBER && !(s->at < s->end && (*s->at == 'e' || *s->at == 'E'));
    }
    if (at - digits > MAX_DIGITS || (at < s->end && (*at == 'e' || *at == 'E')))
        return false;
    int64_t value = 0;
    for (const char *c = digits; c < at; c++)
        value = value * 10 + (*c - '0');
    node->kind = ETL_TAPE_INTEGER;
    node->integer = *start == '-' ? -value : value;
    return true;
}

static bool scan_word(struct scanner *s, struct etl_tape_node *node, const char *word, enum etl_tape_kind kind) {
    size_t size = strlen(word);
    node->kind = (uint8_t)kind;
    if ((size_t)(s->end - s->at) < size || memcmp(s->at, word, size) != 0)
        return false;
    s->at += size;
    return true;
}

/* ---- values ---- */

static void skip_space(struct scanner *s) {
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
        s->at++;
}

static bool take(struct scanner *s, char wanted) {
    skip_space(s);
    bool there = s->at < s->end && *s->at == wanted;
    s->at += there;
    return there;
}

static struct etl_tape_node *add_node(struct scanner *s, enum etl_tape_name name) {
    struct etl_tape *tape = s->tape;
    if (tape->count >= ETL_TAPE_MAX_NODES)
        return NULL;
    if (tape->count == tape->capacity &&
        !etl_array_reserve(&tape->nodes, &tape->capacity, tape->count + 1, sizeof *tape->nodes)) {
        s->no_memory = true;
        return NULL;
    }
    struct etl_tape_node *node = &tape->nodes[tape->count++];
    *node = (struct etl_tape_node){.name = (uint8_t)name, .after = (uint32_t)tape->count};
    return node;
}

static bool scan_value(struct scanner *s, struct etl_tape_node *node, bool keep, int depth);

/* Read a member's value or an item; if it is kept, into a new node. */
static bool scan_child(struct scanner *s, enum etl_tape_name name, bool keep, int depth) {
    struct etl_tape_node ignored, *node = keep ? add_node(s, name) : &ignored;
    return node != NULL && scan_value(s, node, keep, depth);
}

/* If a known name occurs twice in one object, the scanner gives up, and jansson takes the last one. */
static bool scan_member(struct scanner *s, uint64_t seen[2], bool keep, int depth) {
    struct etl_text name;
    bool plain;
    skip_space(s);
    if (s->at == s->end || *s->at != '"' || !scan_string(s, &name, &plain) || !plain || !take(s, ':'))
        return false;
    enum etl_tape_name known = keep ? etl_tape_name_of(name) : ETL_TAPE_unnamed;
    uint64_t bit = UINT64_C(1) << (known & 63);
    if (known != ETL_TAPE_unnamed && (seen[known >> 6] & bit) != 0)
        return false;
    seen[known >> 6] |= bit;
    return scan_child(s, known, known != ETL_TAPE_unnamed, depth);
}

static bool scan_object(struct scanner *s, bool keep, int depth) {
    uint64_t seen[2] = {0, 0};
    s->at++;
    if (take(s, '}'))
        return true;
    do
        if (!scan_member(s, seen, keep, depth + 1))
            return false;
    while (take(s, ','));
    return take(s, '}');
}

static bool scan_array(struct scanner *s, bool keep, int depth) {
    s->at++;
    if (take(s, ']'))
        return true;
    do
        if (!scan_child(s, ETL_TAPE_unnamed, keep, depth + 1))
            return false;
    while (take(s, ','));
    return take(s, ']');
}

static bool scan_nested(struct scanner *s, struct etl_tape_node *node, bool keep, int depth) {
    size_t place = s->tape->count - 1; /* index of the node, because the array may move */
    node->kind = *s->at == '{' ? ETL_TAPE_OBJECT : ETL_TAPE_ARRAY;
    if (depth >= MAX_DEPTH || !(*s->at == '{' ? scan_object : scan_array)(s, keep, depth))
        return false;
    if (keep)
        s->tape->nodes[place].after = (uint32_t)s->tape->count;
    return true;
}

/* A string that is kept must be plain. A string that is not kept, as its first character shows, need not be. */
static bool scan_text(struct scanner *s, struct etl_tape_node *node, bool keep) {
    bool plain;
    struct etl_text text;
    if (!scan_string(s, &text, &plain))
        return false;
    bool kept = keep && ((text.size > 0 && text.at[0] == '\\') || etl_tape_keeps((enum etl_tape_name)node->name, text));
    node->kind = kept ? ETL_TAPE_TEXT : ETL_TAPE_OTHER;
    if (kept)
        node->text = text;
    return plain || !kept;
}

static bool scan_value(struct scanner *s, struct etl_tape_node *node, bool keep, int depth) {
    skip_space(s);
    if (s->at == s->end)
        return false;
    switch (*s->at) {
    case '"':
        return scan_text(s, node, keep);
    case '{':
    case '[':
        return scan_nested(s, node, keep, depth);
    case 't':
        return scan_word(s, node, "true", ETL_TAPE_TRUE);
    case 'f':
        return scan_word(s, node, "false", ETL_TAPE_FALSE);
    case 'n':
        return scan_word(s, node, "null", ETL_TAPE_OTHER);
    default:
        return (*s->at == '-' || (*s->at >= '0' && *s->at <= '9')) && scan_number(s, node);
    }
}

enum etl_tape_result etl_tape_scan(struct etl_tape *tape, struct etl_text text, size_t *used) {
    struct scanner s = {text.at, text.at + text.size, tape, false};
    tape->count = 0;
    bool done = text.size > 0 && text.at[0] == '{' && add_node(&s, ETL_TAPE_unnamed) != NULL &&
                scan_child(&s, ETL_TAPE_unnamed, true, 0);
    *used = (size_t)(s.at - text.at);
    return s.no_memory ? ETL_TAPE_NO_MEMORY : done ? ETL_TAPE_DONE : ETL_TAPE_UNKNOWN;
}
