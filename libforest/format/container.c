/* container.c - the outer format of an image: header, section table, checksums. */
#include "libforest/format/container.h"

#include "libforest/base/forest_error.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "models are used as they lie in memory: little-endian");
_Static_assert(sizeof(struct lf_header) == 64 && sizeof(struct lf_section) == 32, "the layout of files");

const char lf_section_tag[LF_SECTION_COUNT][5] = {"INFO", "KIND", "NAME", "CUTS", "TREE", "NODE", "SETS",
                                                  "BITS", "LEAF", "COVR", "IMPO", "TABL", "GOLD"};

static const struct lf_section *section_table(const uint8_t *image) {
    return (const struct lf_section *)(const void *)(image + sizeof(struct lf_header));
}

static enum forest_status check_header(const uint8_t *image, size_t size, struct forest_error *err) {
    const struct lf_header *header = (const struct lf_header *)(const void *)image;
    if (size < sizeof *header || memcmp(header->magic, LF_MAGIC, sizeof header->magic) != 0)
        return lf_fail(err, FOREST_CORRUPT, "not a model file");
    if (header->endian != LF_ENDIAN)
        return lf_fail(err, FOREST_CORRUPT, "a model of the other byte order");
    if (header->major != LF_MAJOR)
        return lf_fail(err, FOREST_FORMAT, "model format %u, this library reads %d", header->major, LF_MAJOR);
    if (header->size != size)
        return lf_fail(err, FOREST_CORRUPT, "damaged model: it has %zu bytes, but its header says %llu", size,
                       (unsigned long long)header->size);
    if (header->sections > LF_MAX_SECTIONS || size < sizeof *header + header->sections * sizeof(struct lf_section))
        return lf_fail(err, FOREST_CORRUPT, "damaged model: its section table does not fit");
    return FOREST_OK;
}

static enum forest_status keep_section(const uint8_t *image, const struct lf_section *section,
                                       struct lf_section_content content[LF_SECTION_COUNT], struct forest_error *err) {
    for (int p = 0; p < LF_SECTION_COUNT; p++)
        if (memcmp(section->tag, lf_section_tag[p], sizeof section->tag) == 0) {
            if (content[p].at != NULL)
                return lf_fail(err, FOREST_CORRUPT, "damaged model: duplicate section");
            content[p] = (struct lf_section_content){image + section->offset, section->length};
            return FOREST_OK;
        }
    if (section->flags & LF_CRITICAL)
        return lf_fail(err, FOREST_CORRUPT, "the model needs a newer library: section %.4s", section->tag);
    return FOREST_OK;
}

/* Sections follow one another with less than LF_ALIGN zeros in between and fill the image. */
static enum forest_status find_sections(const uint8_t *image, size_t size,
                                        struct lf_section_content content[LF_SECTION_COUNT], struct forest_error *err) {
    const struct lf_section *section = section_table(image);
    uint32_t sections = ((const struct lf_header *)(const void *)image)->sections;
    uint64_t end = sizeof(struct lf_header) + sections * sizeof *section;
    for (uint32_t i = 0; i < sections; i++) {
        if (section[i].offset != lf_aligned(end) || section[i].offset > size ||
            section[i].length > size - section[i].offset)
            return lf_fail(err, FOREST_CORRUPT, "damaged model: a section is outside of its range");
        for (; end < section[i].offset; end++)
            if (image[end] != 0)
                return lf_fail(err, FOREST_CORRUPT, "damaged model: the space between sections is not empty");
        end = section[i].offset + section[i].length;
        enum forest_status status = keep_section(image, &section[i], content, err);
        if (status != FOREST_OK)
            return status;
    }
    if (end != size)
        return lf_fail(err, FOREST_CORRUPT, "damaged model: bytes after the last section");
    return FOREST_OK;
}

enum forest_status lf_container_read(const uint8_t *image, size_t size,
                                     struct lf_section_content content[LF_SECTION_COUNT], struct forest_error *err) {
    memset(content, 0, LF_SECTION_COUNT * sizeof *content);
    enum forest_status status = check_header(image, size, err);
    if (status == FOREST_OK)
        status = find_sections(image, size, content, err);
    for (int p = 0; status == FOREST_OK && p < LF_SECTION_COUNT; p++)
        if (content[p].at == NULL && p != LF_TABL)
            return lf_fail(err, FOREST_CORRUPT, "damaged model: section %s is missing", lf_section_tag[p]);
    return status;
}

/* Of the header, with 0 where this goes, and the section table. */
static uint32_t header_crc(const uint8_t *image) {
    struct lf_header header;
    memcpy(&header, image, sizeof header);
    header.crc = 0;
    return lf_crc32c(lf_crc32c(0, &header, sizeof header), section_table(image),
                     header.sections * sizeof(struct lf_section));
}

enum forest_status lf_container_check(const uint8_t *image, struct forest_error *err) {
    const struct lf_header *header = (const struct lf_header *)(const void *)image;
    const struct lf_section *section = section_table(image);
    if (header->crc != header_crc(image))
        return lf_fail(err, FOREST_CORRUPT, "damaged model: the header's checksum does not match");
    for (uint32_t i = 0; i < header->sections; i++)
        if (lf_crc32c(0, image + section[i].offset, section[i].length) != section[i].crc)
            return lf_fail(err, FOREST_CORRUPT, "damaged model: the checksum of %.4s does not match", section[i].tag);
    return FOREST_OK;
}

void lf_container_seal(uint8_t *image) {
    struct lf_header *header = (struct lf_header *)(void *)image;
    struct lf_section *section = (struct lf_section *)(header + 1);
    for (uint32_t i = 0; i < header->sections; i++)
        section[i].crc = lf_crc32c(0, image + section[i].offset, section[i].length);
    header->crc = header_crc(image);
}
