/* client_ip.c - the address of the client behind trusted proxies. */
#include "services/api/http/client_ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An address as 16 bytes; *width is the number of bits of its own notation. */
static bool parse(const char *text, size_t size, unsigned char out[16], unsigned *width) {
    char copy[REQUEST_PEER];
    if (size >= sizeof copy)
        return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    memset(out, 0, 10);
    out[10] = out[11] = 0xff;
    *width = 32;
    if (inet_pton(AF_INET, copy, out + 12) == 1)
        return true;
    *width = 128;
    return inet_pton(AF_INET6, copy, out) == 1;
}

static bool read_range(struct trusted_proxies *proxies, const char *text, size_t size) {
    const char *slash = memchr(text, '/', size);
    size_t address = slash != NULL ? (size_t)(slash - text) : size;
    unsigned width;
    if (proxies->count == CLIENT_IP_MAX_PROXIES || !parse(text, address, proxies->range[proxies->count].bytes, &width))
        return false;
    char *end = NULL;
    unsigned long bits = slash != NULL ? strtoul(slash + 1, &end, 10) : width;
    if (bits > width || (slash != NULL && (end != text + size || end == slash + 1)))
        return false;
    proxies->range[proxies->count++].bits = (unsigned)bits + 128 - width;
    return true;
}

bool client_ip_parse_proxies(struct trusted_proxies *proxies, const char *setting) {
    proxies->count = 0;
    for (const char *at = setting != NULL ? setting : ""; *at != '\0';) {
        size_t size = strcspn(at, ",");
        if (!read_range(proxies, at, size))
            return false;
        at += size + (at[size] == ',');
    }
    return true;
}

static bool same_prefix(const unsigned char *a, const unsigned char *b, unsigned bits) {
    unsigned rest = bits % 8;
    return memcmp(a, b, bits / 8) == 0 && (rest == 0 || (unsigned)(a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0);
}

/* One element of X-Forwarded-For. Some proxies add the port: 1.2.3.4:5, [2001:db8::1]:5. */
static bool parse_forwarded(const char *text, size_t size, unsigned char out[16]) {
    unsigned width;
    const char *end = memchr(text, *text == '[' ? ']' : ':', size);
    if (parse(text, size, out, &width))
        return true;
    if (end == NULL)
        return false;
    if (*text == '[')
        text++;
    return parse(text, (size_t)(end - text), out, &width);
}

static bool is_trusted(const struct trusted_proxies *proxies, const unsigned char bytes[16]) {
    for (size_t i = 0; i < proxies->count; i++)
        if (same_prefix(bytes, proxies->range[i].bytes, proxies->range[i].bits))
            return true;
    return false;
}

static void name(unsigned char bytes[16], char out[REQUEST_PEER]) {
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    bool four = memcmp(bytes, mapped, sizeof mapped) == 0;
    if (!four)
        memset(bytes + 8, 0, 8);
    inet_ntop(four ? AF_INET : AF_INET6, four ? bytes + 12 : bytes, out, REQUEST_PEER);
}

/* The last entry of a list that is not a trusted proxy. An entry that is not an address ("unknown") is used as a name.
 */
static bool find_client(const struct trusted_proxies *proxies, const char *list, char out[REQUEST_PEER]) {
    unsigned char bytes[16];
    for (size_t end = strlen(list); end > 0;) {
        size_t start = end;
        while (start > 0 && list[start - 1] != ',')
            start--;
        const char *at = list + start + strspn(list + start, " \t");
        size_t size = strcspn(at, " \t,");
        bool address = parse_forwarded(at, size, bytes);
        if (size > 0 && !(address && is_trusted(proxies, bytes))) {
            if (address)
                name(bytes, out);
            else
                snprintf(out, REQUEST_PEER, "%.*s", (int)size, at);
            return true;
        }
        end = start > 0 ? start - 1 : 0;
    }
    return false;
}

bool client_ip_of_request(const struct trusted_proxies *proxies, const struct request *request,
                          char out[REQUEST_PEER]) {
    unsigned char peer[16];
    unsigned width;
    if (!parse(request->peer, strlen(request->peer), peer, &width) || !is_trusted(proxies, peer))
        return false;
    for (size_t i = request->forwarded_count; i-- > 0;)
        if (find_client(proxies, request->forwarded[i], out))
            return true;
    return false;
}
