/*
 * reader.c - makes a forest of bytes.  A model file is hostile input: every offset, count and number is
 * checked before it is used, in one pass, without recursion, and with memory bounded by the file's size.
 */
#include "libforest/format/forest_impl.h"

#include "libforest/base/calibrate.h"
#include "libforest/base/forest_error.h"
#include "libforest/data/forest_schema.h"
#include "libforest/format/container.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

_Static_assert(sizeof(struct lf_format_info) == 120 && sizeof(struct lf_node) == 8, "the layout of files");

struct model_reader {
    struct forest *f;
    struct lf_section_content content[LF_SECTION_COUNT];
    struct forest_error *err;
};

static enum forest_status corrupt(struct model_reader *r, const char *what) {
    return lf_fail(r->err, FOREST_CORRUPT, "damaged model: %s", what);
}

/* ---- contents -------------------------------------------------------------------------------- */

/* The number of elements in a section, or a length that no section has where its size is not a multiple of theirs. */
static uint64_t elements(const struct model_reader *r, enum lf_section_id p, size_t size) {
    return size > 0 && r->content[p].length % size == 0 ? r->content[p].length / size : UINT64_MAX;
}

static bool all_finite(const double *number, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(number[i]))
            return false;
    return true;
}

static bool metrics_are_finite(const struct forest_metrics *m) {
    return isfinite(m->accuracy) && isfinite(m->log_loss) && isfinite(m->brier) && isfinite(m->ece);
}

static enum forest_status read_info(struct model_reader *r) {
    struct forest *f = r->f;
    f->info = r->content[LF_INFO].at;
    if (elements(r, LF_INFO, sizeof *f->info) != 1)
        return corrupt(r, "INFO has a wrong length");
    f->trees = f->info->trees;
    f->features = f->info->features;
    f->classes = f->info->classes;
    f->share_scale = (double)f->trees * (double)LF_ONE;
    if (f->trees < 1 || f->trees > FOREST_MAX_TREES || f->features < 1 || f->features > FOREST_MAX_FEATURES ||
        f->classes < 2 || f->classes > FOREST_MAX_CLASSES)
        return corrupt(r, "a number of trees, features or classes is out of range");
    if (!(f->info->temperature >= LF_MIN_TEMPERATURE && f->info->temperature <= LF_MAX_TEMPERATURE) ||
        !isfinite(f->info->smoothing) || !metrics_are_finite(&f->info->oob))
        return corrupt(r, "a number of INFO is out of range");
    f->importance = r->content[LF_IMPO].at;
    if (elements(r, LF_IMPO, sizeof(double)) != 2 * (uint64_t)f->features ||
        !all_finite(f->importance, 2 * f->features))
        return corrupt(r, "importances are not two finite numbers a feature");
    return FOREST_OK;
}

static enum forest_status read_kinds(struct model_reader *r, uint64_t *names) {
    struct forest *f = r->f;
    f->kind = r->content[LF_KIND].at;
    f->cut = r->content[LF_CUTS].at;
    if (elements(r, LF_KIND, sizeof *f->kind) != f->features)
        return corrupt(r, "KIND has a wrong length");
    uint64_t cuts = 0;
    *names = f->classes + (uint64_t)f->features;
    for (uint32_t i = 0; i < f->features; i++) {
        const struct lf_format_feature *kind = &f->kind[i];
        bool numeric = kind->kind == FOREST_NUMERIC;
        if (kind->kind > FOREST_NUMERIC || (numeric ? kind->levels != 0 : kind->levels < 1 || kind->cuts != 0) ||
            kind->levels > FOREST_MAX_LEVELS || kind->cuts > LF_MAX_CUTS)
            return corrupt(r, "the kind of a feature is out of range");
        cuts += kind->cuts;
        *names += kind->levels;
    }
    if (elements(r, LF_CUTS, sizeof(float)) != cuts)
        return corrupt(r, "CUTS has a wrong length");
    for (uint64_t i = 0, first = 0, feature = 0; i < cuts; i++) {
        while (i == first + f->kind[feature].cuts) /* the feature of this cut; those without are skipped */
            first += f->kind[feature++].cuts;
        if (isnan(f->cut[i]) || (i > first && !(f->cut[i - 1] < f->cut[i])))
            return corrupt(r, "cuts do not ascend");
    }
    return FOREST_OK;
}

/* The next name, or NULL where none ends before the end. */
static const char *next_name(const char **at, const char *end) {
    const char *name = *at, *stop = memchr(name, 0, (size_t)(end - name));
    if (stop == NULL)
        return NULL;
    *at = stop + 1;
    return name;
}

static enum forest_status read_names(struct model_reader *r, uint64_t names) {
    struct forest *f = r->f;
    const char *at = r->content[LF_NAME].at, *end = at + r->content[LF_NAME].length;
    if (names > r->content[LF_NAME].length)
        return corrupt(r, "NAME is too short");
    size_t features_size = f->features * sizeof(struct forest_feature);
    f->schema = malloc(sizeof *f->schema + features_size + names * sizeof(char *));
    if (f->schema == NULL)
        return lf_no_memory(r->err);
    struct forest_feature *feature = (struct forest_feature *)(f->schema + 1);
    const char **name = (const char **)(feature + f->features);
    f->names = at;
    *f->schema = (struct forest_schema){f->features, feature, f->classes, name};
    bool complete = true;
    for (uint32_t k = 0; k < f->classes; k++)
        complete = complete && (*name++ = next_name(&at, end)) != NULL;
    for (uint32_t i = 0; i < f->features; i++) {
        feature[i] = (struct forest_feature){NULL, (enum forest_kind)f->kind[i].kind, f->kind[i].levels, NULL};
        complete = complete && (feature[i].name = next_name(&at, end)) != NULL;
        feature[i].level = feature[i].levels ? name : NULL;
        for (uint32_t l = 0; l < f->kind[i].levels; l++)
            complete = complete && (*name++ = next_name(&at, end)) != NULL;
    }
    if (!complete || at != end)
        return corrupt(r, "NAME does not have the expected names");
    struct forest_error why;
    enum forest_status status = lf_schema_check(f->schema, &why);
    if (status == FOREST_INVALID)
        return lf_fail(r->err, FOREST_CORRUPT, "damaged model: %s", why.text);
    return status == FOREST_OK ? status : lf_no_memory(r->err);
}

/* ---- trees ----------------------------------------------------------------------------------- */

struct tree_extent {
    uint64_t nodes, sets, shares;
    const uint32_t *set;
};

static bool inner_is_valid(const struct forest *f, const struct tree_extent *tree, struct lf_node node) {
    uint32_t feature = lf_feature(node), flags = node.test & ~(uint32_t)LF_FEATURE;
    if (feature >= f->features)
        return false;
    const struct lf_format_feature *kind = &f->kind[feature];
    if (kind->kind == FOREST_NUMERIC) /* missing goes right only at a cut */
        return (flags == 0 || (flags == LF_MISSING_RIGHT && node.bin > 0)) && node.bin <= kind->cuts;
    uint64_t words = (kind->levels + 2 + 31) / 32;
    return flags == LF_LEVEL_SET && node.bin < tree->sets && words <= f->words &&
           tree->set[node.bin] <= f->words - words;
}

/*
 * One comparison for each node, with the place where the next children must be, shows that the tree is valid: every
 * child is in range and after its parent, and every node but the root is the child of exactly one. Levels are counted
 * along the way: one ends where the children of the level before it ended.
 */
static bool tree_is_valid(const struct forest *f, const struct tree_extent *tree, const struct lf_node *node,
                          uint32_t *depth, bool *used) {
    uint64_t next = 1, level_end = 1;
    for (uint64_t i = 0; i < tree->nodes; i++) {
        if (i == level_end) {
            level_end = next;
            ++*depth;
        }
        if (lf_is_leaf(node[i])) {
            if (node[i].next != i || lf_leaf_share(node[i]) >= tree->shares)
                return false;
            continue;
        }
        if (node[i].next != next || !inner_is_valid(f, tree, node[i]))
            return false;
        used[lf_feature(node[i])] = true;
        next += 2;
        if (next > tree->nodes)
            return false;
    }
    return next == tree->nodes;
}

static enum forest_status read_trees(struct model_reader *r, bool *used) {
    struct forest *f = r->f;
    f->tree = r->content[LF_TREE].at;
    f->node = r->content[LF_NODE].at;
    f->set = r->content[LF_SETS].at;
    f->word = r->content[LF_BITS].at;
    f->nodes = elements(r, LF_NODE, sizeof *f->node);
    f->sets = elements(r, LF_SETS, sizeof *f->set);
    f->words = elements(r, LF_BITS, sizeof *f->word);
    if (elements(r, LF_TREE, sizeof *f->tree) != f->trees + (uint64_t)1 || f->nodes != f->info->nodes ||
        f->sets == UINT64_MAX || f->words == UINT64_MAX)
        return corrupt(r, "TREE, NODE, SETS or BITS has a wrong length");
    const struct lf_format_tree *begin = &f->tree[0], *end = &f->tree[f->trees];
    if (begin->node != 0 || begin->set != 0 || begin->share != 0 || end->node != f->nodes || end->set != f->sets ||
        end->share != f->shares)
        return corrupt(r, "trees do not cover all nodes, sets and shares");
    for (uint64_t i = 0; i < f->sets; i++) /* also those that no node asks for: a masked walk looks at them */
        if (f->set[i] >= f->words)
            return corrupt(r, "a level set is outside of BITS");
    uint32_t depth = 0;
    for (uint32_t t = 0; t < f->trees; t++) {
        const struct lf_format_tree *tree = &f->tree[t];
        if (tree[1].node <= tree->node || tree[1].node > f->nodes || tree[1].node - tree->node > INT32_MAX ||
            tree[1].set < tree->set || tree[1].set > f->sets || tree[1].share < tree->share ||
            tree[1].share > f->shares)
            return corrupt(r, "trees do not follow one another");
        struct tree_extent extent = {tree[1].node - tree->node, tree[1].set - tree->set, tree[1].share - tree->share,
                                     f->set + tree->set};
        uint32_t of_tree = 0;
        if (!tree_is_valid(f, &extent, f->node + tree->node, &of_tree, used))
            return lf_fail(r->err, FOREST_CORRUPT, "damaged model: tree %u is not a tree", t);
        depth = of_tree > depth ? of_tree : depth;
    }
    if (depth != f->info->depth)
        return corrupt(r, "the depth of the trees differs from INFO");
    f->cover = r->content[LF_COVR].at;
    if (elements(r, LF_COVR, sizeof *f->cover) != (f->nodes + f->trees) / 2)
        return corrupt(r, "COVR has a wrong length");
    return FOREST_OK;
}

static enum forest_status read_shares(struct model_reader *r) {
    struct forest *f = r->f;
    f->share = r->content[LF_LEAFS].at;
    f->shares = elements(r, LF_LEAFS, f->classes * sizeof *f->share);
    if (f->shares == UINT64_MAX)
        return corrupt(r, "LEAF has a wrong length");
    for (uint64_t i = 0; i < f->shares; i++) {
        uint32_t sum = 0;
        for (uint32_t k = 0; k < f->classes; k++)
            sum += f->share[i * f->classes + k];
        if (sum != LF_ONE)
            return corrupt(r, "the class shares of a leaf do not sum to one");
    }
    return FOREST_OK;
}

static enum forest_status read_table(struct model_reader *r) {
    struct forest *f = r->f;
    if (r->content[LF_TABL].at == NULL)
        return FOREST_OK;
    f->table = r->content[LF_TABL].at;
    f->combinations = lf_schema_domain(f->schema, LF_TABLE_BYTES / sizeof *f->table / f->classes);
    if (f->combinations == 0 || elements(r, LF_TABL, f->classes * sizeof *f->table) != f->combinations)
        return corrupt(r, "TABL has a wrong length");
    for (uint64_t i = 0; i < f->combinations; i++) {
        uint64_t sum = 0;
        for (uint32_t k = 0; k < f->classes; k++)
            sum += f->table[i * f->classes + k];
        if (sum != (uint64_t)f->trees * LF_ONE)
            return corrupt(r, "the probabilities of a table row do not sum to one");
    }
    return FOREST_OK;
}

static enum forest_status make_inputs(struct model_reader *r, const bool *used) {
    struct forest *f = r->f;
    f->input = calloc(f->features + (size_t)1, sizeof *f->input);
    f->input_of = calloc(f->features + (size_t)1, sizeof *f->input_of);
    if (f->input == NULL || f->input_of == NULL)
        return lf_no_memory(r->err);
    const float *cut = f->cut;
    for (uint32_t i = 0; i < f->features; cut += f->kind[i++].cuts)
        if (used[i]) {
            f->input_of[i] = (uint16_t)f->inputs;
            f->input[f->inputs++] = (struct lf_input){i, f->kind[i].levels, f->kind[i].cuts, cut};
        }
    return FOREST_OK;
}

/* ---- answers kept in the image ----------------------------------------------------------------------------- */

static const float *golden_row(const struct forest *f, uint32_t row) {
    return (const float *)(f->gold + 1) + (size_t)row * f->features;
}

static const uint32_t *golden_sum(const struct forest *f, uint32_t row) {
    return (const uint32_t *)(const void *)golden_row(f, lf_golden_rows(f->features)) + (size_t)row * f->classes;
}

static enum forest_status read_gold(struct model_reader *r) {
    struct forest *f = r->f;
    f->gold = r->content[LF_GOLD].at;
    if (r->content[LF_GOLD].length < sizeof *f->gold || f->gold->rows != lf_golden_rows(f->features) ||
        r->content[LF_GOLD].length !=
            sizeof *f->gold + (uint64_t)f->gold->rows * 4 * ((uint64_t)f->features + f->classes))
        return corrupt(r, "GOLD has a wrong length");
    return FOREST_OK;
}

static enum forest_status replay_gold(struct model_reader *r) {
    const struct forest *f = r->f;
    uint16_t code[1 + FOREST_MAX_FEATURES];
    uint32_t sum[FOREST_MAX_CLASSES];
    for (uint32_t row = 0; row < lf_golden_rows(f->features); row++) {
        lf_forest_encode(f, golden_row(f, row), code);
        lf_forest_sums(f, code, sum);
        size_t size = f->classes * sizeof *sum;
        if (memcmp(sum, golden_sum(f, row), size) != 0 ||
            (f->table != NULL && memcmp(sum, lf_forest_table(f, golden_row(f, row)), size) != 0))
            return corrupt(r, "a golden row does not give the answer that was recorded");
    }
    return FOREST_OK;
}

static enum forest_status read_answers(struct model_reader *r) {
    enum forest_status status = read_table(r);
    return status == FOREST_OK ? read_gold(r) : status;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static enum forest_status read_contents(struct model_reader *r) {
    bool used[FOREST_MAX_FEATURES] = {false};
    uint64_t names = 0;
    enum forest_status status = read_info(r);
    status = status == FOREST_OK ? read_kinds(r, &names) : status;
    status = status == FOREST_OK ? read_names(r, names) : status;
    status = status == FOREST_OK ? read_shares(r) : status;
    status = status == FOREST_OK ? read_trees(r, used) : status;
    return status == FOREST_OK ? make_inputs(r, used) : status;
}

/* How much of an image to look at. */
enum depth { ALL_BUT_ANSWERS, ALL_BUT_PROOF, ALL };

static enum forest_status read_all(struct forest *f, const void *image, size_t size, enum depth depth,
                                   struct forest_error *err) {
    *f = (struct forest){.image = image, .size = size};
    struct model_reader r = {.f = f, .err = err};
    enum forest_status status = lf_container_read(image, size, r.content, err);
    status = status == FOREST_OK && depth == ALL ? lf_container_check(image, err) : status;
    status = status == FOREST_OK ? read_contents(&r) : status;
    status = status == FOREST_OK && depth >= ALL_BUT_PROOF ? read_answers(&r) : status;
    status = status == FOREST_OK && depth == ALL ? replay_gold(&r) : status;
    if (status == FOREST_OK && f->table != NULL && !lf_forest_tabulate(f))
        status = lf_no_memory(err);
    if (status != FOREST_OK)
        lf_forest_done(f);
    return status;
}

enum forest_status lf_forest_read(struct forest *f, const void *image, size_t size, struct forest_error *err) {
    return read_all(f, image, size, ALL_BUT_ANSWERS, err);
}

void lf_forest_done(struct forest *f) {
    free(f->schema);
    free(f->input);
    free(f->input_of);
    free(f->tabled);
    *f = (struct forest){0};
}

enum forest_status lf_forest_open(struct forest **out, const void *image, size_t size, enum lf_holding holding,
                                  struct forest_error *err) {
    if ((uintptr_t)image % LF_ALIGN != 0)
        return lf_fail(err, FOREST_INVALID, "the image does not begin at a multiple of %d", LF_ALIGN);
    struct forest *f = malloc(sizeof *f);
    if (f == NULL)
        return lf_no_memory(err);
    enum forest_status status = read_all(f, image, size, holding == LF_OWNED ? ALL_BUT_PROOF : ALL, err);
    if (status != FOREST_OK) {
        free(f);
        return status;
    }
    f->holding = holding;
    *out = f;
    return FOREST_OK;
}

enum forest_status forest_open(struct forest **out, const void *image, size_t size, struct forest_error *err) {
    return lf_forest_open(out, image, size, LF_BORROWED, err);
}

void forest_free(struct forest *f) {
    if (f == NULL)
        return;
    void *image = (void *)(uintptr_t)f->image;
    if (f->holding == LF_OWNED)
        free(image);
    else if (f->holding == LF_MAPPED)
        munmap(image, f->size);
    lf_forest_done(f);
    free(f);
}
