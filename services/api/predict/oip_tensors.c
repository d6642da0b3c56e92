/* oip_tensors.c - tensors of the Open Inference Protocol, as JSON or as bytes. */
#include "services/api/predict/oip_tensors.h"

#include <endian.h>
#include <math.h>
#include <string.h>

/* ---- inputs ---- */

static json_t *take_text(struct oip_tensor_bytes *bytes) {
    uint32_t size;
    if (bytes->size < sizeof size)
        return NULL;
    memcpy(&size, bytes->at, sizeof size);
    size = le32toh(size);
    if (size > bytes->size - sizeof size)
        return NULL;
    const char *at = bytes->at + sizeof size;
    json_t *text = memchr(at, '\0', size) == NULL ? json_stringn(at, size) : NULL; /* NULL if it is not UTF-8 */
    bytes->at += sizeof size + size;
    bytes->size -= sizeof size + size;
    return text;
}

static json_t *take_number(struct oip_tensor_bytes *bytes, size_t width) {
    uint64_t bits = 0;
    float narrow;
    double number;
    if (bytes->size < width)
        return NULL;
    memcpy(&bits, bytes->at, width);
    bits = le64toh(bits);
    if (width == sizeof narrow) {
        uint32_t half = (uint32_t)bits;
        memcpy(&narrow, &half, sizeof narrow);
        number = (double)narrow;
    } else {
        memcpy(&number, &bits, sizeof number);
    }
    bytes->at += width;
    bytes->size -= width;
    return json_real(number); /* NULL if it is not a number */
}

static json_t *take_all(const char *type, struct oip_tensor_bytes bytes) {
    size_t width = strcmp(type, "FP32") == 0 ? 4 : strcmp(type, "FP64") == 0 ? 8 : 0;
    if (width == 0 && strcmp(type, "BYTES") != 0)
        return NULL;
    json_t *data = json_array();
    while (bytes.size > 0)
        if (json_array_append_new(data, width > 0 ? take_number(&bytes, width) : take_text(&bytes)) != 0) {
            json_decref(data);
            return NULL;
        }
    return data;
}

json_t *oip_tensor_input(const json_t *input, struct oip_tensor_bytes *bytes) {
    const json_t *size = json_object_get(json_object_get(input, "parameters"), "binary_data_size");
    const char *type = json_string_value(json_object_get(input, "datatype"));
    if (size == NULL)
        return json_incref(json_object_get(input, "data"));
    double n = json_number_value(size);
    if (!(n >= 0 && n <= (double)bytes->size) || type == NULL)
        return NULL;
    struct oip_tensor_bytes own_bytes = {bytes->at, (size_t)n};
    bytes->at += own_bytes.size;
    bytes->size -= own_bytes.size;
    return take_all(type, own_bytes);
}

/* ---- outputs ---- */

static void separate(struct oip_tensor_output *output) {
    if (!output->binary && output->data.size > 0)
        strbuf_puts(&output->data, ",");
}

void oip_tensor_add_text(struct oip_tensor_output *output, const char *text) {
    uint32_t size = htole32((uint32_t)strlen(text));
    separate(output);
    if (output->binary) {
        strbuf_append(&output->data, &size, sizeof size);
        strbuf_puts(&output->data, text);
    } else {
        strbuf_json_string(&output->data, text, strlen(text));
    }
}

void oip_tensor_add_probability(struct oip_tensor_output *output, double probability) {
    double rounded = round(probability * 10000) / 10000;
    uint64_t bits;
    memcpy(&bits, &rounded, sizeof bits);
    bits = htole64(bits);
    separate(output);
    if (output->binary)
        strbuf_append(&output->data, &bits, sizeof bits);
    else
        strbuf_probability(&output->data, probability);
}

void oip_tensor_write(const struct oip_tensor_output *output, size_t rows, struct strbuf *out) {
    strbuf_printf(out, "{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":[%zu,%zu],", output->name, output->type, rows,
                  output->columns);
    if (output->binary) {
        strbuf_printf(out, "\"parameters\":{\"binary_data_size\":%zu}}", output->data.size);
    } else {
        strbuf_puts(out, "\"data\":[");
        strbuf_append(out, output->data.at, output->data.size);
        strbuf_puts(out, "]}");
    }
    out->failed |= output->data.failed;
}
