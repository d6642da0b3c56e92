/*
 * protobuf.h - writes the parts of protocol buffers that ONNX files need.
 *
 * Messages are written in place into one buffer: a nested message begins with room for its length, which
 * is filled in when it ends, always in five bytes (readers accept that).  Running out of memory is
 * remembered and makes everything after it do nothing.
 */
#ifndef LF_PROTOBUF_H
#define LF_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lf_protobuf {
    uint8_t *bytes; /* the caller frees it */
    size_t size, capacity;
    bool failed; /* memory ran out, or the size exceeds 2 GiB, the limit of readers */
};

void lf_pb_int(struct lf_protobuf *pb, uint32_t field, int64_t value);
void lf_pb_string(struct lf_protobuf *pb, uint32_t field, const char *value);

/* A nested message, or a packed list: what is written up to the end belongs to it. */
size_t lf_pb_begin(struct lf_protobuf *pb, uint32_t field);
void lf_pb_end(struct lf_protobuf *pb, size_t begin);

/* Elements of packed lists. */
void lf_pb_packed_int(struct lf_protobuf *pb, int64_t value);
void lf_pb_packed_bytes(struct lf_protobuf *pb, const void *bytes, size_t n); /* floats and the like, as they lie */

#endif
