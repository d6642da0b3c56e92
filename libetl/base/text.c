/* text.c - normalises text: UTF-8 or Latin-1 to clean UTF-8, folded spellings, e-mail addresses. */
#include "libetl/base/text.h"

#include <stdint.h>
#include <string.h>

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || (c & 0x80) != 0;
}

bool etl_text_is_word(struct etl_text text, const char *word) {
    size_t i = 0;
    while (i < text.size && word[i] != '\0' && lower(text.at[i]) == lower(word[i]))
        i++;
    return i == text.size && word[i] == '\0';
}

/* Bytes of white space at the start of a text: ASCII, a no-break space, U+2000..U+200B, or a BOM. */
static size_t leading_space(struct etl_text t) {
    const unsigned char *u = (const unsigned char *)t.at;
    if (t.size >= 1 && (u[0] <= ' ' || u[0] == 0x7f))
        return 1;
    if (t.size >= 2 && u[0] == 0xc2 && (u[1] == 0xa0 || u[1] < 0xa0))
        return 2;
    if (t.size >= 3 && u[0] == 0xe2 && u[1] == 0x80 && ((u[2] >= 0x80 && u[2] <= 0x8b) || u[2] == 0xa8 || u[2] == 0xaf))
        return 3;
    return t.size >= 3 && memcmp(t.at, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static size_t trailing_space(struct etl_text t) {
    for (size_t n = 1; n <= 3 && n <= t.size; n++)
        if (leading_space((struct etl_text){t.at + t.size - n, n}) == n)
            return n;
    return 0;
}

struct etl_text etl_text_trim(struct etl_text text) {
    for (size_t n; (n = leading_space(text)) > 0; text.at += n)
        text.size -= n;
    for (size_t n; (n = trailing_space(text)) > 0;)
        text.size -= n;
    return text;
}

/*
 * Bytes of one well-formed character at the start of a text (no surrogates, no overlong form); 0 if there is none.
 */
static size_t character(struct etl_text t) {
    const unsigned char *u = (const unsigned char *)t.at;
    if (t.size == 0)
        return 0;
    if (u[0] < 0x80)
        return 1;
    size_t n = u[0] >= 0xc2 && u[0] < 0xe0 ? 2 : u[0] >= 0xe0 && u[0] < 0xf0 ? 3 : u[0] >= 0xf0 && u[0] < 0xf5 ? 4 : 0;
    if (n == 0 || t.size < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    bool odd = (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] >= 0xa0) || (u[0] == 0xf0 && u[1] < 0x90) ||
               (u[0] == 0xf4 && u[1] >= 0x90);
    return odd ? 0 : n;
}

bool etl_text_is_utf8(struct etl_text text) {
    while (text.size > 0) {
        size_t n = character(text);
        if (n == 0)
            return false;
        text.at += n;
        text.size -= n;
    }
    return true;
}

/* Collects clean text. It continues to count beyond its room, so that the caller knows if the text is too long. */
struct sink {
    char *out;
    size_t room, size;
};

static void put(struct sink *sink, const char *bytes, size_t n) {
    if (sink->size + n < sink->room)
        memcpy(sink->out + sink->size, bytes, n);
    else
        sink->room = sink->size < sink->room ? sink->size + 1 : sink->room; /* full: only count from here on */
    sink->size += n;
}

static size_t finish(struct sink *sink, size_t room) {
    if (sink->size < sink->room && sink->room == room) {
        sink->out[sink->size] = '\0';
        return sink->size;
    }
    if (room > 0)
        sink->out[0] = '\0';
    return room;
}

/* Windows-1252, which most software uses for "Latin-1": its characters 80 to 9f, 0 if undefined. */
static const uint16_t windows_1252[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                          0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                          0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                          0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

/* A byte as UTF-8; an undefined byte becomes a space. */
static struct etl_text decode(char byte, char out[3]) {
    unsigned c = (unsigned char)byte, code = c >= 0x80 && c < 0xa0 ? windows_1252[c - 0x80] : c;
    size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    out[0] = (char)(n == 1 ? (code != 0 ? code : ' ') : n == 2 ? 0xc0 | code >> 6 : 0xe0 | code >> 12);
    out[1] = (char)(n == 3 ? 0x80 | (code >> 6 & 0x3f) : 0x80 | (code & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return (struct etl_text){out, n};
}

size_t etl_text_clean(struct etl_text text, char *out, size_t room) {
    struct sink sink = {out, room, 0};
    bool utf8 = etl_text_is_utf8(text), gap = false;
    char decoded[3];
    text = etl_text_trim(text);
    while (text.size > 0) {
        struct etl_text next = utf8 ? text : decode(text.at[0], decoded);
        size_t space = leading_space(next), n = space > 0 ? space : character(next);
        if (space == 0 && gap && sink.size > 0)
            put(&sink, " ", 1);
        if (space == 0)
            put(&sink, next.at, n);
        gap = space > 0;
        n = utf8 ? n : 1;
        text.at += n;
        text.size -= n;
    }
    return finish(&sink, room);
}

size_t etl_text_dash(const char *at) {
    static const char *const wide[] = {"\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92", "\xe2\x80\x93", "\xe2\x80\x94",
                                       "\xe2\x80\x95", "\xe2\x88\x92", "\xef\xb9\x98", "\xef\xb9\xa3", "\xef\xbc\x8d"};
    if (*at == '-')
        return 1;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(at, wide[i], 3) == 0)
            return 3;
    return 0;
}

/* Unicode dashes, quotation marks and dots: punctuation of three bytes that folding treats as a space. */
static size_t wide_punctuation(const char *at) {
    const unsigned char *u = (const unsigned char *)at;
    bool general = u[0] == 0xe2 && u[1] == 0x80 && u[2] >= 0x90 && u[2] <= 0xa6;
    return general || etl_text_dash(at) == 3 ? 3 : 0;
}

static size_t apostrophe(const char *at) {
    return *at == '\'' ? 1 : strncmp(at, "\xe2\x80\x98", 3) == 0 || strncmp(at, "\xe2\x80\x99", 3) == 0 ? 3 : 0;
}

static size_t fold(struct etl_text text, char *out, size_t room, bool spaces) {
    char clean[512];
    struct sink sink = {out, room, 0};
    size_t size = etl_text_clean(text, clean, sizeof clean);
    bool gap = false;
    if (size == sizeof clean)
        sink.room = 0;
    for (size_t i = 0; i < size && sink.room > 0;) {
        size_t wide = wide_punctuation(&clean[i]), skipped = apostrophe(&clean[i]);
        char c = lower(clean[i]);
        bool plus = c == '+' && i > 0 && clean[i - 1] >= '0' && clean[i - 1] <= '9';
        if (wide == 0 && (is_alnum(c) || plus)) {
            if (gap && spaces && sink.size > 0)
                put(&sink, " ", 1);
            put(&sink, &c, 1);
            gap = false;
        } else if (skipped == 0)
            gap = true;
        i += skipped > 0 ? skipped : wide > 0 ? wide : 1;
    }
    return finish(&sink, room);
}

size_t etl_text_fold(struct etl_text text, char *out, size_t room) {
    return fold(text, out, room, true);
}

size_t etl_text_fold_name(struct etl_text text, char *out, size_t room) {
    return fold(text, out, room, false);
}

size_t etl_text_email(struct etl_text text, char out[ETL_TEXT_EMAIL]) {
    text = etl_text_trim(text);
    size_t at = 0, signs = 0;
    if (text.size < 3 || text.size >= ETL_TEXT_EMAIL)
        return 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= ' ' || c == 0x7f || c == ',' || c == ';' || c == '<' || c == '>' || c == '"')
            return 0;
        if (c == '@') {
            signs++;
            at = i;
        }
        out[i] = lower(text.at[i]);
    }
    out[text.size] = '\0';
    return signs == 1 && at > 0 && at + 1 < text.size ? text.size : 0;
}
