/*
 * model.c - laying out the image of a forest.
 *
 * Only cuts that some node uses are written, and bins renumbered to them.
 */
#include "libforest/model.h"

#include "libforest/error.h"
#include "libforest/frame.h"
#include "libforest/handle.h"
#include "libforest/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct plan {
    const struct lf_model *model;
    const struct lf_matrix *matrix;
    uint32_t trees, depth;
    uint64_t nodes, sets, shares, words, cuts, names;
    uint16_t **used; /* [features], numeric: [codes - 1] by cut below which bin: 1 + how many used ones before, or 0 */
    size_t combinations; /* 0: no table */
    uint64_t offset[LF_PARTS], length[LF_PARTS], size;
};

static void plan_done(struct plan *plan) {
    for (uint32_t f = 0; plan->used != NULL && f < plan->matrix->features; f++)
        free(plan->used[f]);
    free(plan->used);
}

/* ---- what is in use -------------------------------------------------------------------------- */

static bool is_numeric_test(struct lf_node node) {
    return !lf_is_leaf(node) && !(node.test & LF_LEVEL_SET);
}

static void mark_cuts(struct plan *plan, const struct lf_tree *tree) {
    for (uint32_t i = 0; i < tree->nodes; i++)
        if (is_numeric_test(tree->node[i]))
            /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): a feature that is tested has cuts */
            plan->used[lf_feature(tree->node[i])][tree->node[i].bin] = 1;
}

/* Number the used cuts of each feature from 1. */
static void number_cuts(struct plan *plan) {
    for (uint32_t f = 0; f < plan->matrix->features; f++) {
        uint16_t number = 0;
        for (uint32_t cut = 1; plan->used[f] != NULL && cut + 1 < plan->matrix->column[f].codes; cut++)
            plan->used[f][cut] = plan->used[f][cut] ? ++number : 0;
        plan->cuts += number;
    }
}

static bool plan_cuts(struct plan *plan) {
    plan->used = calloc(plan->matrix->features, sizeof *plan->used);
    if (plan->used == NULL)
        return false;
    for (uint32_t f = 0; f < plan->matrix->features; f++)
        if (plan->matrix->column[f].numeric) {
            plan->used[f] = calloc(plan->matrix->column[f].codes, sizeof *plan->used[f]);
            if (plan->used[f] == NULL)
                return false;
        }
    for (uint32_t t = 0; t < plan->trees; t++)
        mark_cuts(plan, &plan->model->tree[t]);
    number_cuts(plan);
    return true;
}

static uint32_t set_words(const struct plan *plan, const uint32_t *set) {
    return (plan->matrix->column[set[0]].codes + 31) / 32;
}

static void plan_trees(struct plan *plan) {
    for (uint32_t t = 0; t < plan->trees; t++) {
        const struct lf_tree *tree = &plan->model->tree[t];
        plan->nodes += tree->nodes;
        plan->sets += tree->sets.count;
        plan->shares += tree->shares;
        plan->depth = tree->depth > plan->depth ? tree->depth : plan->depth;
        for (uint32_t set = 0; set < tree->sets.count; set++)
            plan->words += set_words(plan, lf_pool_at(&tree->sets, set));
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

static uint32_t sections(const struct plan *plan) {
    return LF_PARTS - (plan->combinations == 0);
}

static void place_parts(struct plan *plan) {
    uint64_t features = plan->matrix->features, classes = plan->matrix->classes;
    uint64_t *length = plan->length;
    length[LF_INFO] = sizeof(struct lf_image_info);
    length[LF_KIND] = features * sizeof(struct lf_image_feature);
    length[LF_NAME] = name_bytes(plan->matrix->schema);
    length[LF_CUTS] = plan->cuts * sizeof(float);
    length[LF_TREE] = (plan->trees + (uint64_t)1) * sizeof(struct lf_image_tree);
    length[LF_NODE] = plan->nodes * sizeof(struct lf_node);
    length[LF_SETS] = plan->sets * sizeof(uint32_t);
    length[LF_BITS] = plan->words * sizeof(uint32_t);
    length[LF_LEAFS] = plan->shares * classes * sizeof(uint16_t);
    length[LF_COVR] = (plan->nodes + plan->trees) / 2 * sizeof(uint32_t);
    length[LF_IMPO] = 2 * features * sizeof(double);
    length[LF_TABL] = plan->combinations * classes * sizeof(uint32_t);
    length[LF_GOLD] =
        sizeof(struct lf_image_gold) + lf_golden_rows(plan->matrix->features) * (features + classes) * sizeof(uint32_t);
    plan->size = sizeof(struct lf_header) + sections(plan) * sizeof(struct lf_section);
    for (int p = 0; p < LF_PARTS; p++)
        if (p != LF_TABL || plan->combinations > 0) {
            plan->offset[p] = lf_aligned(plan->size);
            plan->size = plan->offset[p] + length[p];
        }
}

static bool make_plan(struct plan *plan, const struct lf_model *model, uint32_t trees) {
    *plan = (struct plan){.model = model, .matrix = model->matrix, .trees = trees};
    plan->combinations = table_rows(model->matrix);
    plan_trees(plan);
    if (!plan_cuts(plan))
        return false;
    place_parts(plan);
    return true;
}

uint64_t lf_model_size(const struct lf_model *model, uint32_t trees) {
    struct plan plan;
    uint64_t size = make_plan(&plan, model, trees) ? plan.size : 0;
    plan_done(&plan);
    return size;
}

/* ---- filling --------------------------------------------------------------------------------- */

static void *part_of(const struct plan *plan, uint8_t *image, enum lf_part part) {
    return image + plan->offset[part];
}

static void fill_names(const struct plan *plan, char *text) {
    const struct forest_schema *schema = plan->matrix->schema;
    for (size_t k = 0; k < schema->classes; k++)
        text = stpcpy(text, schema->class_name[k]) + 1;
    for (size_t f = 0; f < schema->features; f++) {
        text = stpcpy(text, schema->feature[f].name) + 1;
        for (size_t l = 0; l < schema->feature[f].levels; l++)
            text = stpcpy(text, schema->feature[f].level[l]) + 1;
    }
}

static void fill_features(const struct plan *plan, struct lf_image_feature *kind, float *cuts) {
    for (uint32_t f = 0; f < plan->matrix->features; f++) {
        const struct lf_column *column = &plan->matrix->column[f];
        kind[f].kind = column->numeric ? FOREST_NUMERIC : FOREST_CATEGORICAL;
        kind[f].levels = column->numeric ? 0 : column->codes - 2;
        for (uint32_t cut = 1; column->numeric && cut + 1 < column->codes; cut++)
            if (plan->used[f][cut] != 0) {
                *cuts++ = column->cut[cut - 1];
                kind[f].cuts++;
            }
    }
}

/* Bins are numbered anew, by the cuts in use. */
static struct lf_node written_node(const struct plan *plan, struct lf_node node) {
    if (is_numeric_test(node) && node.bin > 0)
        node.bin = plan->used[lf_feature(node)][node.bin];
    return node;
}

static void fill_trees(const struct plan *plan, uint8_t *image) {
    struct lf_image_tree *entry = part_of(plan, image, LF_TREE);
    struct lf_node *node = part_of(plan, image, LF_NODE);
    uint32_t *set = part_of(plan, image, LF_SETS), *bits = part_of(plan, image, LF_BITS);
    uint32_t *cover = part_of(plan, image, LF_COVR), word = 0;
    for (uint32_t t = 0; t < plan->trees; t++) {
        const struct lf_tree *tree = &plan->model->tree[t];
        entry[t + 1] = (struct lf_image_tree){entry[t].node + tree->nodes, entry[t].set + tree->sets.count,
                                              entry[t].share + tree->shares};
        for (uint32_t i = 0; i < tree->nodes; i++)
            *node++ = written_node(plan, tree->node[i]);
        for (uint32_t i = 0; i < tree->sets.count; i++) {
            const uint32_t *record = lf_pool_at(&tree->sets, i);
            *set++ = word;
            memcpy(bits + word, record + 1, set_words(plan, record) * sizeof *bits);
            word += set_words(plan, record);
        }
        memcpy(cover, tree->cover, tree->leaves * sizeof *cover);
        cover += tree->leaves;
    }
}

/* Classes as the schema numbers them. */
static void fill_shares(const struct plan *plan, uint16_t *share) {
    uint32_t classes = plan->matrix->classes;
    for (uint32_t t = 0; t < plan->trees; t++) {
        const struct lf_tree *tree = &plan->model->tree[t];
        const uint16_t *from = tree->share;
        for (uint32_t i = 0; i < tree->shares; i++, share += classes, from += classes)
            for (uint32_t k = 0; k < classes; k++)
                share[plan->matrix->class_by_name[k]] = from[k];
    }
}

static void fill_frame(const struct plan *plan, uint8_t *image) {
    struct lf_header *header = (struct lf_header *)image;
    struct lf_section *section = (struct lf_section *)(header + 1);
    *header = (struct lf_header){
        .major = LF_MAJOR, .minor = LF_MINOR, .endian = LF_ENDIAN, .size = plan->size, .sections = sections(plan)};
    memcpy(header->magic, LF_MAGIC, sizeof header->magic);
    for (int p = 0; p < LF_PARTS; p++)
        if (plan->offset[p] != 0) {
            *section = (struct lf_section){.offset = plan->offset[p], .length = plan->length[p], .flags = LF_CRITICAL};
            memcpy(section->tag, lf_part_tag[p], sizeof section->tag);
            section++;
        }
    struct lf_image_info *info = part_of(plan, image, LF_INFO);
    *info = plan->model->info;
    info->depth = plan->depth;
    info->nodes = plan->nodes;
}

/* ---- answers kept in the image --------------------------------------------------------------- */

static void fill_table(const struct plan *plan, const struct forest *f, uint32_t *table) {
    uint16_t code[1 + FOREST_MAX_FEATURES] = {0};
    for (size_t row = 0; row < plan->combinations; row++) {
        size_t rest = row;
        for (uint32_t i = f->features; i-- > 0; rest /= plan->matrix->column[i].codes)
            code[1 + i] = (uint16_t)(rest % plan->matrix->column[i].codes);
        lf_forest_sums(f, code, table + row * f->classes);
    }
}

/* Made up, so that no row of the training data is given away: any level, missing or unseen; near a cut. */
static float golden_value(const struct forest *f, uint32_t feature, const float *cut, struct lf_rng *rng) {
    const struct lf_image_feature *kind = &f->kind[feature];
    uint64_t draw = lf_rng_below(rng, kind->kind == FOREST_NUMERIC ? 2 * (uint64_t)kind->cuts + 2 : kind->levels + 2);
    if (kind->kind == FOREST_CATEGORICAL)
        return draw < kind->levels ? (float)draw : draw == kind->levels ? NAN : FOREST_UNSEEN;
    if (draw >= 2 * (uint64_t)kind->cuts)
        return draw % 2 ? NAN : 0;
    return draw % 2 ? cut[draw / 2] : nextafterf(cut[draw / 2], INFINITY);
}

static void fill_gold(const struct forest *f, struct lf_image_gold *gold) {
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

/* The parts that hold answers are made by asking the forest that the other parts are. */
static enum forest_status fill_answers(const struct plan *plan, uint8_t *image, struct forest_error *err) {
    struct forest f;
    enum forest_status status = lf_forest_read(&f, image, plan->size, err);
    if (status != FOREST_OK)
        return status;
    if (plan->combinations > 0)
        fill_table(plan, &f, part_of(plan, image, LF_TABL));
    fill_gold(&f, part_of(plan, image, LF_GOLD));
    lf_forest_done(&f);
    return FOREST_OK;
}

static enum forest_status fill(const struct plan *plan, uint8_t *image, struct forest_error *err) {
    memset(image, 0, plan->size);
    fill_frame(plan, image);
    fill_names(plan, part_of(plan, image, LF_NAME));
    fill_features(plan, part_of(plan, image, LF_KIND), part_of(plan, image, LF_CUTS));
    fill_trees(plan, image);
    fill_shares(plan, part_of(plan, image, LF_LEAFS));
    memcpy(part_of(plan, image, LF_IMPO), plan->model->importance, plan->length[LF_IMPO]);
    enum forest_status status = fill_answers(plan, image, err);
    if (status == FOREST_OK)
        lf_frame_seal(image);
    return status;
}

enum forest_status lf_model_forest(struct forest **out, const struct lf_model *model, struct forest_error *err) {
    struct plan plan;
    bool planned = make_plan(&plan, model, model->info.trees);
    uint8_t *image = planned ? aligned_alloc(LF_ALIGN, lf_aligned(plan.size)) : NULL;
    enum forest_status status = image != NULL ? fill(&plan, image, err) : lf_no_memory(err);
    if (status == FOREST_OK)
        status = lf_forest_open(out, image, plan.size, LF_OWNED, err);
    plan_done(&plan);
    if (status != FOREST_OK)
        free(image);
    return status;
}
