/* crc32c.c - CRC-32C (Castagnoli), eight bytes a step by eight tables (Kounavis and Berry 2005). */
#include "libforest/format/format.h"

#include <string.h>

/* Tables are made for each call: 16 KiB, which costs little compared with reading a model. */
static void make_tables(uint32_t table[8][256]) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0x82f63b78U : crc >> 1;
        table[0][byte] = crc;
    }
    for (int t = 1; t < 8; t++)
        for (uint32_t byte = 0; byte < 256; byte++)
            table[t][byte] = table[t - 1][byte] >> 8 ^ table[0][table[t - 1][byte] & 255];
}

uint32_t lf_crc32c(uint32_t crc, const void *bytes, size_t n) {
    uint32_t table[8][256];
    const uint8_t *at = bytes;
    make_tables(table);
    crc = ~crc;
    for (; n >= 8; n -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        word ^= crc;
        crc = 0;
        for (int t = 0; t < 8; t++)
            crc ^= table[7 - t][word >> 8 * t & 255];
    }
    for (; n > 0; n--, at++)
        crc = crc >> 8 ^ table[0][(crc ^ *at) & 255];
    return ~crc;
}
