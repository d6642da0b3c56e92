/*
 * writer.c - writes the image of a forest.
 *
 * Only cuts that some node uses are written, and bins renumbered to them.
 */
#include "libforest/format/writer.h"

#include "libforest/base/forest_error.h"
#include "libforest/base/keyed_rng.h"
#include "libforest/format/container.h"
#include "libforest/format/forest_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct file_layout {
    const struct lf_model *model;
    const struct lf_matrix *matrix;
    uint32_t trees, depth;
    uint64_t nodes, sets, shares, words, cuts, names;
    uint16_t **used; /* [features], numeric: [codes - 1] by cut below which bin: 1 + how many used ones before, or 0 */
    size_t combinations; /* 0: no table */
    uint64_t offset[LF_SECTION_COUNT], length[LF_SECTION_COUNT], size;
};

static void layout_done(struct file_layout *layout) {
    for (uint32_t f = 0; layout->used != NULL && f < layout->matrix->features; f++)
        free(layout->used[f]);
    free(layout->used);
}

/* ---- what is in use -------------------------------------------------------------------------- */

static bool is_numeric_test(struct lf_node node) {
    return !lf_is_leaf(node) && !(node.test & LF_LEVEL_SET);
}

static void mark_cuts(struct file_layout *layout, const struct lf_tree *tree) {
    for (uint32_t i = 0; i < tree->nodes; i++)
        if (is_numeric_test(tree->node[i]))
            /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): a feature that is tested has cuts */
            layout->used[lf_feature(tree->node[i])][tree->node[i].bin] = 1;
}

/* Number the used cuts of each feature from 1. */
static void number_cuts(struct file_layout *layout) {
    for (uint32_t f = 0; f < layout->matrix->features; f++) {
        uint16_t number = 0;
        for (uint32_t cut = 1; layout->used[f] != NULL && cut + 1 < layout->matrix->column[f].codes; cut++)
            layout->used[f][cut] = layout->used[f][cut] ? ++number : 0;
        layout->cuts += number;
    }
}

static bool layout_cuts(struct file_layout *layout) {
    layout->used = calloc(layout->matrix->features, sizeof *layout->used);
    if (layout->used == NULL)
        return false;
    for (uint32_t f = 0; f < layout->matrix->features; f++)
        if (layout->matrix->column[f].numeric) {
            layout->used[f] = calloc(layout->matrix->column[f].codes, sizeof *layout->used[f]);
            if (layout->used[f] == NULL)
                return false;
        }
    for (uint32_t t = 0; t < layout->trees; t++)
        mark_cuts(layout, &layout->model->tree[t]);
    number_cuts(layout);
    return true;
}

static uint32_t set_words(const struct file_layout *layout, const uint32_t *set) {
    return (layout->matrix->column[set[0]].codes + 31) / 32;
}

static void layout_trees(struct file_layout *layout) {
    for (uint32_t t = 0; t < layout->trees; t++) {
        const struct lf_tree *tree = &layout->model->tree[t];
        layout->nodes += tree->nodes;
        layout->sets += tree->sets.count;
        layout->shares += tree->shares;
        layout->depth = tree->depth > layout->depth ? tree->depth : layout->depth;
        for (uint32_t set = 0; set < tree->sets.count; set++)
            layout->words += set_words(layout, lf_intern_at(&tree->sets, set));
    }
}

/* ---- where things go ------------------------------------------------------------------------- */

static uint64_t name_bytes(const struct forest_schema *schema) {
    uint64_t bytes = 0;
    for (size_t k = 0; k < schema->classes; k++)
        bytes += strlen(schema->class_name[k]) + 1;
    for (size_t f = 0; f < schema->features; f++) {
        bytes += strlen(schema->feature[f].name) + 1;
        for (size_t l = 0; l < schema->feature[f].levels; l++)
            bytes += strlen(schema->feature[f].level[l]) + 1;
    }
    return bytes;
}

/* The same count as lf_schema_domain, which works on names that a plan need not look at. */
static size_t table_rows(const struct lf_matrix *matrix) {
    size_t rows = 1, limit = LF_TABLE_BYTES / sizeof(uint32_t) / matrix->classes;
    for (uint32_t f = 0; f < matrix->features; f++) {
        if (matrix->column[f].numeric || rows > limit / matrix->column[f].codes)
            return 0;
        rows *= matrix->column[f].codes;
    }
    return rows;
}

static uint32_t sections(const struct file_layout *layout) {
    return LF_SECTION_COUNT - (layout->combinations == 0);
}

static void place_sections(struct file_layout *layout) {
    uint64_t features = layout->matrix->features, classes = layout->matrix->classes;
    uint64_t *length = layout->length;
    length[LF_INFO] = sizeof(struct lf_format_info);
    length[LF_KIND] = features * sizeof(struct lf_format_feature);
    length[LF_NAME] = name_bytes(layout->matrix->schema);
    length[LF_CUTS] = layout->cuts * sizeof(float);
    length[LF_TREE] = (layout->trees + (uint64_t)1) * sizeof(struct lf_format_tree);
    length[LF_NODE] = layout->nodes * sizeof(struct lf_node);
    length[LF_SETS] = layout->sets * sizeof(uint32_t);
    length[LF_BITS] = layout->words * sizeof(uint32_t);
    length[LF_LEAFS] = layout->shares * classes * sizeof(uint16_t);
    length[LF_COVR] = (layout->nodes + layout->trees) / 2 * sizeof(uint32_t);
    length[LF_IMPO] = 2 * features * sizeof(double);
    length[LF_TABL] = layout->combinations * classes * sizeof(uint32_t);
    length[LF_GOLD] = sizeof(struct lf_format_gold) +
                      lf_golden_rows(layout->matrix->features) * (features + classes) * sizeof(uint32_t);
    layout->size = sizeof(struct lf_header) + sections(layout) * sizeof(struct lf_section);
    for (int p = 0; p < LF_SECTION_COUNT; p++)
        if (p != LF_TABL || layout->combinations > 0) {
            layout->offset[p] = lf_aligned(layout->size);
            layout->size = layout->offset[p] + length[p];
        }
}

static bool make_layout(struct file_layout *layout, const struct lf_model *model, uint32_t trees) {
    *layout = (struct file_layout){.model = model, .matrix = model->matrix, .trees = trees};
    layout->combinations = table_rows(model->matrix);
    layout_trees(layout);
    if (!layout_cuts(layout))
        return false;
    place_sections(layout);
    return true;
}

uint64_t lf_model_size(const struct lf_model *model, uint32_t trees) {
    struct file_layout layout;
    uint64_t size = make_layout(&layout, model, trees) ? layout.size : 0;
    layout_done(&layout);
    return size;
}

/* ---- filling --------------------------------------------------------------------------------- */

static void *section_at(const struct file_layout *layout, uint8_t *image, enum lf_section_id id) {
    return image + layout->offset[id];
}

static void fill_names(const struct file_layout *layout, char *text) {
    const struct forest_schema *schema = layout->matrix->schema;
    for (size_t k = 0; k < schema->classes; k++)
        text = stpcpy(text, schema->class_name[k]) + 1;
    for (size_t f = 0; f < schema->features; f++) {
        text = stpcpy(text, schema->feature[f].name) + 1;
        for (size_t l = 0; l < schema->feature[f].levels; l++)
            text = stpcpy(text, schema->feature[f].level[l]) + 1;
    }
}

static void fill_features(const struct file_layout *layout, struct lf_format_feature *kind, float *cuts) {
    for (uint32_t f = 0; f < layout->matrix->features; f++) {
        const struct lf_column *column = &layout->matrix->column[f];
        kind[f].kind = column->numeric ? FOREST_NUMERIC : FOREST_CATEGORICAL;
        kind[f].levels = column->numeric ? 0 : column->codes - 2;
        for (uint32_t cut = 1; column->numeric && cut + 1 < column->codes; cut++)
            if (layout->used[f][cut] != 0) {
                *cuts++ = column->cut[cut - 1];
                kind[f].cuts++;
            }
    }
}

/* Bins are numbered anew, by the cuts in use. */
static struct lf_node written_node(const struct file_layout *layout, struct lf_node node) {
    if (is_numeric_test(node) && node.bin > 0)
        node.bin = layout->used[lf_feature(node)][node.bin];
    return node;
}

static void fill_trees(const struct file_layout *layout, uint8_t *image) {
    struct lf_format_tree *entry = section_at(layout, image, LF_TREE);
    struct lf_node *node = section_at(layout, image, LF_NODE);
    uint32_t *set = section_at(layout, image, LF_SETS), *bits = section_at(layout, image, LF_BITS);
    uint32_t *cover = section_at(layout, image, LF_COVR), word = 0;
    for (uint32_t t = 0; t < layout->trees; t++) {
        const struct lf_tree *tree = &layout->model->tree[t];
        entry[t + 1] = (struct lf_format_tree){entry[t].node + tree->nodes, entry[t].set + tree->sets.count,
                                               entry[t].share + tree->shares};
        for (uint32_t i = 0; i < tree->nodes; i++)
            *node++ = written_node(layout, tree->node[i]);
        for (uint32_t i = 0; i < tree->sets.count; i++) {
            const uint32_t *record = lf_intern_at(&tree->sets, i);
            *set++ = word;
            memcpy(bits + word, record + 1, set_words(layout, record) * sizeof *bits);
            word += set_words(layout, record);
        }
        memcpy(cover, tree->cover, tree->leaves * sizeof *cover);
        cover += tree->leaves;
    }
}

/* Classes as the schema numbers them. */
static void fill_shares(const struct file_layout *layout, uint16_t *share) {
    uint32_t classes = layout->matrix->classes;
    for (uint32_t t = 0; t < layout->trees; t++) {
        const struct lf_tree *tree = &layout->model->tree[t];
        const uint16_t *from = tree->share;
        for (uint32_t i = 0; i < tree->shares; i++, share += classes, from += classes)
            for (uint32_t k = 0; k < classes; k++)
                share[layout->matrix->class_by_name[k]] = from[k];
    }
}

static void fill_container(const struct file_layout *layout, uint8_t *image) {
    struct lf_header *header = (struct lf_header *)image;
    struct lf_section *section = (struct lf_section *)(header + 1);
    *header = (struct lf_header){
        .major = LF_MAJOR, .minor = LF_MINOR, .endian = LF_ENDIAN, .size = layout->size, .sections = sections(layout)};
    memcpy(header->magic, LF_MAGIC, sizeof header->magic);
    for (int p = 0; p < LF_SECTION_COUNT; p++)
        if (layout->offset[p] != 0) {
            *section =
                (struct lf_section){.offset = layout->offset[p], .length = layout->length[p], .flags = LF_CRITICAL};
            memcpy(section->tag, lf_section_tag[p], sizeof section->tag);
            section++;
        }
    struct lf_format_info *info = section_at(layout, image, LF_INFO);
    *info = layout->model->info;
    info->depth = layout->depth;
    info->nodes = layout->nodes;
}

/* ---- answers kept in the image --------------------------------------------------------------- */

static void fill_table(const struct file_layout *layout, const struct forest *f, uint32_t *table) {
    uint16_t code[1 + FOREST_MAX_FEATURES] = {0};
    for (size_t row = 0; row < layout->combinations; row++) {
        size_t rest = row;
        for (uint32_t i = f->features; i-- > 0; rest /= layout->matrix->column[i].codes)
            code[1 + i] = (uint16_t)(rest % layout->matrix->column[i].codes);
        lf_forest_sums(f, code, table + row * f->classes);
    }
}

/* Random, so that no row of the training data is revealed: any level, missing or unseen; or a number near a cut. */
static float golden_value(const struct forest *f, uint32_t feature, const float *cut, struct lf_rng *rng) {
    const struct lf_format_feature *kind = &f->kind[feature];
    uint64_t draw = lf_rng_below(rng, kind->kind == FOREST_NUMERIC ? 2 * (uint64_t)kind->cuts + 2 : kind->levels + 2);
    if (kind->kind == FOREST_CATEGORICAL)
        return draw < kind->levels ? (float)draw : draw == kind->levels ? NAN : FOREST_UNSEEN;
    if (draw >= 2 * (uint64_t)kind->cuts)
        return draw % 2 ? NAN : 0;
    return draw % 2 ? cut[draw / 2] : nextafterf(cut[draw / 2], INFINITY);
}

static void fill_gold(const struct forest *f, struct lf_format_gold *gold) {
    gold->rows = lf_golden_rows(f->features);
    float *row = (float *)(gold + 1);
    uint32_t *sum = (uint32_t *)(void *)(row + (size_t)gold->rows * f->features);
    uint16_t code[1 + FOREST_MAX_FEATURES];
    struct lf_rng rng = lf_rng_start(lf_key(f->info->seed, 0, LF_GOLDEN_ROWS));
    for (uint32_t i = 0; i < gold->rows; i++, row += f->features, sum += f->classes) {
        const float *cut = f->cut;
        for (uint32_t feature = 0; feature < f->features; cut += f->kind[feature++].cuts)
            row[feature] = golden_value(f, feature, cut, &rng);
        lf_forest_encode(f, row, code);
        lf_forest_sums(f, code, sum);
    }
}

/* Fill the sections with predictions, computed by the forest of the other sections. */
static enum forest_status fill_answers(const struct file_layout *layout, uint8_t *image, struct forest_error *err) {
    struct forest f;
    enum forest_status status = lf_forest_read(&f, image, layout->size, err);
    if (status != FOREST_OK)
        return status;
    if (layout->combinations > 0)
        fill_table(layout, &f, section_at(layout, image, LF_TABL));
    fill_gold(&f, section_at(layout, image, LF_GOLD));
    lf_forest_done(&f);
    return FOREST_OK;
}

static enum forest_status fill(const struct file_layout *layout, uint8_t *image, struct forest_error *err) {
    memset(image, 0, layout->size);
    fill_container(layout, image);
    fill_names(layout, section_at(layout, image, LF_NAME));
    fill_features(layout, section_at(layout, image, LF_KIND), section_at(layout, image, LF_CUTS));
    fill_trees(layout, image);
    fill_shares(layout, section_at(layout, image, LF_LEAFS));
    memcpy(section_at(layout, image, LF_IMPO), layout->model->importance, layout->length[LF_IMPO]);
    enum forest_status status = fill_answers(layout, image, err);
    if (status == FOREST_OK)
        lf_container_seal(image);
    return status;
}

enum forest_status lf_model_forest(struct forest **out, const struct lf_model *model, struct forest_error *err) {
    struct file_layout layout;
    bool planned = make_layout(&layout, model, model->info.trees);
    uint8_t *image = planned ? aligned_alloc(LF_ALIGN, lf_aligned(layout.size)) : NULL;
    enum forest_status status = image != NULL ? fill(&layout, image, err) : lf_no_memory(err);
    if (status == FOREST_OK)
        status = lf_forest_open(out, image, layout.size, LF_OWNED, err);
    layout_done(&layout);
    if (status != FOREST_OK)
        free(image);
    return status;
}
