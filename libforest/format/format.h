/*
 * format.h - the bytes of a model, the same in memory and in a file.
 *
 *   header    64 bytes, struct lf_header
 *   sections  struct lf_section each, in the order of their offsets
 *   contents  each at a multiple of 64, zeros in between, and nothing after the last
 *
 * All is little-endian and naturally aligned, so that a mapped file is used as it lies.  A reader
 * skips sections that it does not know unless they are marked critical.
 *
 *   INFO  struct lf_format_info
 *   KIND  struct lf_format_feature [features]
 *   NAME  names, each ended by 0: of the classes, then of each feature followed by its levels
 *   CUTS  float: cuts of all numeric features, one feature after the other (bins.h)
 *   TREE  struct lf_format_tree [trees + 1], the last one marking the ends
 *   NODE  struct lf_node: trees one after the other (node.h)
 *   SETS  u32: for each level set of each tree, where in BITS it begins
 *   BITS  u32: level sets, (levels + 2 + 31) / 32 words each
 *   LEAF  u16 [rows][classes]: class shares that sum to LF_ONE (leaf.h), of one tree after the other
 *   COVR  u32: for each leaf in the order of NODE, rows of the training data that reached it
 *   IMPO  double [2][features]: impurity and permutation importances
 *   TABL  u32 [combinations of levels][classes]: sums of shares over trees; only where it is small
 *   GOLD  struct lf_format_gold: rows and the sums that they give
 */
#ifndef LF_FORMAT_H
#define LF_FORMAT_H

#include "libforest/forest.h"
#include "libforest/tree/node.h"

enum { LF_MAJOR = 2, LF_MINOR = 0, LF_ALIGN = 64, LF_MAX_SECTIONS = 64, LF_ENDIAN = 0x01020304, LF_CRITICAL = 1 };
enum { LF_TABLE_BYTES = 1 << 20 };

/* As in PNG: shows at once that a file was sent as text or cut to seven bits. */
#define LF_MAGIC "\x89LFM\r\n\x1a\n"

struct lf_header {
    char magic[8];
    uint16_t major, minor;
    uint32_t endian;
    uint64_t size;
    uint32_t sections;
    uint32_t crc; /* CRC-32C of header, with 0 here, and section table */
    uint8_t zero[32];
};

struct lf_section {
    char tag[4];
    uint32_t crc; /* CRC-32C of the contents */
    uint64_t offset, length;
    uint32_t flags;
    uint32_t zero;
};

struct lf_format_info {
    uint32_t trees, features, classes, depth;
    uint32_t mtry, min_leaf, zero[2];
    uint64_t nodes, rows, cells, seed;
    double smoothing, temperature;
    struct forest_metrics oob;
};

struct lf_format_feature {
    uint32_t kind, levels, cuts, zero;
};

struct lf_format_tree {
    uint64_t node, set, share; /* first of each in NODE, SETS and LEAF */
};

struct lf_format_gold {
    uint32_t rows, zero;
    /* float row[rows][features], then uint32_t sum[rows][classes] */
};

/* What a section may be found by. */
enum lf_section_id {
    LF_INFO,
    LF_KIND,
    LF_NAME,
    LF_CUTS,
    LF_TREE,
    LF_NODE,
    LF_SETS,
    LF_BITS,
    LF_LEAFS,
    LF_COVR,
    LF_IMPO,
    LF_TABL,
    LF_GOLD,
    LF_SECTION_COUNT
};
extern const char lf_section_tag[LF_SECTION_COUNT][5];

static inline uint64_t lf_aligned(uint64_t offset) {
    return (offset + LF_ALIGN - 1) / LF_ALIGN * LF_ALIGN;
}

uint32_t lf_crc32c(uint32_t crc, const void *bytes, size_t n); /* start with 0 */

/* How many golden rows a model of so many features carries: fewer where rows are long. */
static inline uint32_t lf_golden_rows(uint32_t features) {
    return features > 512 ? 4 : 32;
}

#endif
