/* protobuf.c - writes the parts of protocol buffers that ONNX files need. */
#include "libforest/export/protobuf.h"

#include <stdlib.h>
#include <string.h>

enum { VARINT = 0, BYTES = 2, LENGTH_ROOM = 5 };

static bool reserve(struct lf_protobuf *pb, size_t more) {
    if (!pb->failed && more > pb->capacity - pb->size) {
        size_t capacity = pb->capacity + pb->capacity / 2 + more + 256;
        uint8_t *bytes = capacity < INT32_MAX ? realloc(pb->bytes, capacity) : NULL;
        pb->failed = bytes == NULL;
        pb->bytes = bytes ? bytes : pb->bytes;
        pb->capacity = bytes ? capacity : pb->capacity;
    }
    return !pb->failed;
}

void lf_pb_packed_bytes(struct lf_protobuf *pb, const void *bytes, size_t n) {
    if (n == 0 || !reserve(pb, n))
        return;
    memcpy(pb->bytes + pb->size, bytes, n);
    pb->size += n;
}

static void put_varint(struct lf_protobuf *pb, uint64_t value) {
    uint8_t bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    lf_pb_packed_bytes(pb, bytes, n);
}

void lf_pb_packed_int(struct lf_protobuf *pb, int64_t value) {
    put_varint(pb, (uint64_t)value);
}

void lf_pb_int(struct lf_protobuf *pb, uint32_t field, int64_t value) {
    put_varint(pb, field << 3 | VARINT);
    put_varint(pb, (uint64_t)value);
}

void lf_pb_string(struct lf_protobuf *pb, uint32_t field, const char *value) {
    put_varint(pb, field << 3 | BYTES);
    put_varint(pb, strlen(value));
    lf_pb_packed_bytes(pb, value, strlen(value));
}

size_t lf_pb_begin(struct lf_protobuf *pb, uint32_t field) {
    static const uint8_t room[LENGTH_ROOM];
    put_varint(pb, field << 3 | BYTES);
    lf_pb_packed_bytes(pb, room, sizeof room);
    return pb->size;
}

void lf_pb_end(struct lf_protobuf *pb, size_t begin) {
    if (pb->failed)
        return;
    size_t length = pb->size - begin;
    for (int i = 0; i < LENGTH_ROOM; i++, length >>= 7)
        pb->bytes[begin - LENGTH_ROOM + (size_t)i] = (uint8_t)((length & 0x7f) | (i + 1 < LENGTH_ROOM ? 0x80 : 0));
}
