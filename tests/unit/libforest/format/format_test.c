/* format_test.c - model files: there and back, damaged, hostile. */
#include "libforest/format/forest_impl.h"
#include "tests/unit/libforest/support.h"

#include <sys/stat.h>
#include <unistd.h>

/* A copy of a forest's image that tests may damage; aligned as forest_open wants it. */
struct copy {
    uint8_t *bytes;
    size_t size;
};

static struct copy copy_of(const struct forest *f) {
    struct copy copy;
    const void *image = forest_image(f, &copy.size);
    copy.bytes = aligned_alloc(64, (copy.size + 63) / 64 * 64);
    memcpy(copy.bytes, image, copy.size);
    return copy;
}

static struct forest *small_forest(const struct forest_schema *schema) {
    struct rows rows = make_rows(schema, 60, true, 60);
    struct forest_params params = few_trees(3);
    struct forest *f = train_rows(&rows, &params);
    rows_free(&rows);
    return f;
}

static struct lf_section *section_of(const struct copy *copy, const char *tag) {
    struct lf_header *header = (struct lf_header *)copy->bytes;
    struct lf_section *section = (struct lf_section *)(header + 1);
    for (uint32_t i = 0; i < header->sections; i++)
        if (memcmp(section[i].tag, tag, 4) == 0)
            return &section[i];
    fail_msg("no section %s", tag);
    return NULL;
}

static void *contents(const struct copy *copy, const char *tag) {
    return copy->bytes + section_of(copy, tag)->offset;
}

/* What an attacker does after changing something. */
static void fix_sums(const struct copy *copy) {
    struct lf_header *header = (struct lf_header *)copy->bytes;
    struct lf_section *section = (struct lf_section *)(header + 1);
    for (uint32_t i = 0; i < header->sections; i++)
        section[i].crc = lf_crc32c(0, copy->bytes + section[i].offset, section[i].length);
    header->crc = 0;
    header->crc = lf_crc32c(lf_crc32c(0, header, sizeof *header), section, header->sections * sizeof *section);
}

static void assert_refused(const struct copy *copy, const char *why) {
    struct forest *f = NULL;
    error.text[0] = '\0';
    enum forest_status status = forest_open(&f, copy->bytes, copy->size, &error);
    const struct lf_header *header = (const struct lf_header *)copy->bytes;
    bool foreign =
        copy->size >= sizeof *header && header->major != LF_MAJOR; /* damaged there, it looks like another format */
    assert_true(status == FOREST_CORRUPT || (foreign && status == FOREST_FORMAT));
    assert_null(f);
    if (why != NULL)
        assert_string_equal(error.text, why);
}

/* ---- there and back ------------------------------------------------------------------------------ */

static void a_saved_model_loads_as_the_same_model(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed, &three_numbers};
    char path[] = "/tmp/forest-test-XXXXXX";
    close(mkstemp(path));
    for (int s = 0; s < 3; s++) {
        struct forest *f = small_forest(schemas[s]), *g;
        assert_ok(forest_save(f, path, &error));
        assert_ok(forest_load(&g, path, &error));
        assert_same_image(f, g);
        assert_int_equal(forest_schema_of(g)->features, schemas[s]->features);
        assert_string_equal(forest_schema_of(g)->feature[1].name, schemas[s]->feature[1].name);
        struct rows rows = make_rows(schemas[s], 200, true, 61);
        for (size_t i = 0; i < rows.n; i++) {
            float p[3], q[3];
            forest_predict(f, row_of(&rows, i), p);
            forest_predict(g, row_of(&rows, i), q);
            assert_memory_equal(p, q, sizeof p);
        }
        rows_free(&rows);
        forest_free(f);
        forest_free(g);
    }
    unlink(path);
}

static void what_a_model_says_of_itself_survives(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 500, true, 62);
    struct forest_params params = few_trees(9);
    params.seed = 77;
    params.min_leaf = 3;
    params.smoothing = 2.5;
    params.mtry = 2;
    params.calibrate = true;
    struct forest *f = train_rows(&rows, &params), *g;
    struct copy copy = copy_of(f);
    struct forest_info a = info_of(f), b;
    forest_free(f);
    assert_ok(forest_open(&g, copy.bytes, copy.size, &error));
    b = info_of(g);
    assert_int_equal(b.trees, 9);
    assert_int_equal(b.seed, 77);
    assert_int_equal(b.min_leaf, 3);
    assert_int_equal(b.mtry, 2);
    assert_int_equal(b.rows, 500);
    assert_int_equal(b.bytes, copy.size);
    assert_near(b.smoothing, 2.5, 0);
    assert_true(b.temperature != 1 && b.temperature == a.temperature);
    assert_true(b.oob.log_loss == a.oob.log_loss && b.oob.rows == a.oob.rows && a.oob.rows > 400);
    forest_free(g);
    free(copy.bytes);
    rows_free(&rows);
}

static void files_that_cannot_be_read_are_io_errors_with_the_reason(void **state) {
    (void)state;
    struct forest *f = NULL, *whole = small_forest(&mixed);
    assert_int_equal(forest_load(&f, "/proc/nowhere/forest.bin", &error), FOREST_IO);
    assert_string_equal(error.text, "open /proc/nowhere/forest.bin: No such file or directory");
    assert_int_equal(forest_load(&f, "/tmp", &error), FOREST_IO);
    assert_int_equal(forest_load(&f, "/dev/null", &error), FOREST_IO);
    assert_int_equal(forest_save(whole, "/proc/nowhere/forest.bin", &error), FOREST_IO);
    assert_int_equal(forest_save(whole, "/dev/full", &error), FOREST_IO);
    assert_null(f);
    forest_free(whole);
}

static void other_files_are_not_models(void **state) {
    (void)state;
    char path[] = "/tmp/forest-test-XXXXXX";
    int file = mkstemp(path);
    struct forest *f = NULL;
    assert_int_equal(forest_load(&f, path, &error), FOREST_CORRUPT); /* empty */
    const char table[] = "age,region\n30,north\n40,south\n33,east\n12,west\n99,up\n1,down\n27,north\n51,east\n";
    assert_int_equal(write(file, table, sizeof table), sizeof table);
    assert_int_equal(forest_load(&f, path, &error), FOREST_CORRUPT);
    close(file);
    unlink(path);
}

static void an_image_off_its_alignment_is_the_callers_mistake(void **state) {
    (void)state;
    struct forest *f = small_forest(&mixed), *g = NULL;
    struct copy copy = copy_of(f);
    assert_int_equal(forest_open(&g, copy.bytes + 8, copy.size - 8, &error), FOREST_INVALID);
    forest_free(f);
    free(copy.bytes);
}

/* ---- damage -------------------------------------------------------------------------------------- */

static void every_flipped_bit_is_noticed(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed};
    for (int s = 0; s < 2; s++) {
        struct forest *f = small_forest(schemas[s]);
        struct copy copy = copy_of(f);
        for (size_t i = 0; i < copy.size; i++) {
            copy.bytes[i] ^= (uint8_t)(1 << i % 8);
            assert_refused(&copy, NULL);
            copy.bytes[i] ^= (uint8_t)(1 << i % 8);
        }
        forest_free(f);
        free(copy.bytes);
    }
}

static void every_truncation_is_noticed(void **state) {
    (void)state;
    struct forest *f = small_forest(&two_categories);
    struct copy copy = copy_of(f);
    for (size_t size = 0; size < copy.size; size++) { /* the exact size, so that reading past it is seen */
        struct copy shorter = {aligned_alloc(64, (size + 63) / 64 * 64 + 64), size};
        memcpy(shorter.bytes, copy.bytes, size);
        assert_refused(&shorter, NULL);
        if (size >= sizeof(struct lf_header)) {
            ((struct lf_header *)shorter.bytes)->size = size;
            assert_refused(&shorter, NULL);
        }
        free(shorter.bytes);
    }
    forest_free(f);
    free(copy.bytes);
}

/* ---- hostility: what follows has right checksums -------------------------------------------------- */

/* Any byte may be anything: then the image is refused, or answers without harm. */
static void every_byte_changed_with_right_checksums_does_no_harm(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed};
    const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
    for (int s = 0; s < 2; s++) {
        struct forest *f = small_forest(schemas[s]);
        struct copy copy = copy_of(f);
        struct rows rows = make_rows(schemas[s], 20, true, 63);
        for (size_t i = 0; i < copy.size; i++) {
            uint8_t before = copy.bytes[i];
            copy.bytes[i] = values[i % COUNT(values)];
            if (i >= sizeof(struct lf_header) + 20 * sizeof(struct lf_section))
                fix_sums(&copy);
            struct forest *g;
            if (forest_open(&g, copy.bytes, copy.size, &error) == FOREST_OK) {
                float prob[20 * 3], contribution[12], base[3];
                forest_predict_batch(g, rows.x, rows.n, prob);
                forest_predict(g, rows.x, prob);
                assert_ok(forest_explain(g, rows.x, contribution, base, &error));
                forest_free(g);
            }
            copy.bytes[i] = before;
            fix_sums(&copy);
        }
        forest_free(f);
        rows_free(&rows);
        free(copy.bytes);
    }
}

static void change_node(size_t number, struct lf_node node, const char *why) {
    struct forest *f = small_forest(&mixed);
    struct copy copy = copy_of(f);
    struct lf_node *all = contents(&copy, "NODE");
    size_t nodes = section_of(&copy, "NODE")->length / sizeof *all;
    all[number < nodes ? number : nodes - 1] = node;
    fix_sums(&copy);
    assert_refused(&copy, why);
    forest_free(f);
    free(copy.bytes);
}

static void links_that_leave_the_tree_or_run_in_circles_are_refused(void **state) {
    (void)state;
    const char *why = "damaged model: tree 0 is not a tree";
    enum { NUMBER = 1, CATEGORY = 2 };
    change_node(0, (struct lf_node){0, NUMBER, 1}, why);                         /* its own child */
    change_node(0, (struct lf_node){3, NUMBER, 1}, why);                         /* skips two */
    change_node(2, (struct lf_node){1, NUMBER, 1}, why);                         /* back to the first child */
    change_node(0, (struct lf_node){UINT32_MAX, NUMBER, 1}, why);                /* far out */
    change_node(0, (struct lf_node){1, 10, 1}, why);                             /* feature 10 of 4 */
    change_node(0, (struct lf_node){1, NUMBER, 0xfff0}, why);                    /* a cut that is not there */
    change_node(0, (struct lf_node){1, CATEGORY | LF_LEVEL_SET, 0xfff0}, why);   /* nor a level set */
    change_node(0, (struct lf_node){1, NUMBER | LF_LEVEL_SET, 0}, why);          /* level set of a number */
    change_node(0, (struct lf_node){1, NUMBER | LF_MISSING_RIGHT, 0}, why);      /* missing on both sides */
    change_node(0, (struct lf_node){1, CATEGORY, 0}, why);                       /* cut of a category */
    change_node(0, (struct lf_node){1, NUMBER | 0x2000, 1}, why);                /* a flag of tomorrow */
    change_node(0, lf_leaf(0, 0), why);                                          /* orphans below a leaf */
    change_node(SIZE_MAX, lf_leaf(0, 0), "damaged model: tree 2 is not a tree"); /* a leaf that leads elsewhere */
}

static void a_leaf_whose_shares_are_not_there_is_refused(void **state) {
    (void)state;
    struct forest *f = small_forest(&mixed);
    struct copy copy = copy_of(f);
    const struct lf_format_tree *tree = contents(&copy, "TREE");
    struct lf_node *node = contents(&copy, "NODE");
    uint32_t at = 0;
    while (!lf_is_leaf(node[at]))
        at++;
    node[at] = lf_leaf(at, (uint32_t)tree[1].share); /* the first of tree 1 */
    fix_sums(&copy);
    assert_refused(&copy, "damaged model: tree 0 is not a tree");
    forest_free(f);
    free(copy.bytes);
}

/* A graph that shares children can be walked for ever longer paths, and was by peers. */
static void a_child_of_two_parents_is_refused(void **state) {
    (void)state;
    struct forest *f = small_forest(&mixed);
    struct copy copy = copy_of(f);
    struct lf_node *node = contents(&copy, "NODE");
    size_t second = 1;
    while (lf_is_leaf(node[second]))
        second++;
    node[second].next = 1; /* the root's */
    fix_sums(&copy);
    assert_refused(&copy, "damaged model: tree 0 is not a tree");
    size_t third = second + 1;
    node[second].next = 3;
    while (lf_is_leaf(node[third]))
        third++;
    node[third].next = 3; /* those of the node before, though after itself */
    fix_sums(&copy);
    assert_refused(&copy, "damaged model: tree 0 is not a tree");
    forest_free(f);
    free(copy.bytes);
}

/* Whoever asks what such a node compares with would read behind the last cut. */
static void a_cut_behind_the_last_is_refused_wherever_missing_goes(void **state) {
    (void)state;
    struct forest *f = small_forest(&three_numbers);
    for (int missing_right = 0; missing_right < 2; missing_right++) {
        struct copy copy = copy_of(f);
        struct lf_node *node = contents(&copy, "NODE");
        const struct lf_format_feature *kind = contents(&copy, "KIND");
        uint32_t feature = lf_feature(node[0]);
        node[0].test = (uint16_t)((1 + feature) | (missing_right ? LF_MISSING_RIGHT : 0));
        node[0].bin = (uint16_t)(kind[feature].cuts + 1);
        fix_sums(&copy);
        assert_refused(&copy, "damaged model: tree 0 is not a tree");
        free(copy.bytes);
    }
    forest_free(f);
}

static void a_level_set_outside_of_the_bits_is_refused(void **state) {
    (void)state;
    struct forest *f = small_forest(&mixed);
    struct copy copy = copy_of(f);
    uint32_t *set = contents(&copy, "SETS");
    size_t sets = section_of(&copy, "SETS")->length / sizeof *set;
    assert_true(sets > 0);
    set[sets - 1] = UINT32_MAX;
    fix_sums(&copy);
    assert_refused(&copy, "damaged model: a level set is outside of BITS");
    forest_free(f);
    free(copy.bytes);
}

static void probabilities_that_do_not_sum_to_one_are_refused(void **state) {
    (void)state;
    struct forest *f = small_forest(&two_categories);
    struct copy copy = copy_of(f);
    ((uint16_t *)contents(&copy, "LEAF"))[0] ^= 1;
    fix_sums(&copy);
    assert_refused(&copy, "damaged model: the class shares of a leaf do not sum to one");
    ((uint16_t *)contents(&copy, "LEAF"))[0] ^= 1;
    ((uint32_t *)contents(&copy, "TABL"))[1] += 1;
    fix_sums(&copy);
    assert_refused(&copy, "damaged model: the probabilities of a table row do not sum to one");
    forest_free(f);
    free(copy.bytes);
}

static void answers_other_than_those_recorded_are_refused(void **state) {
    (void)state;
    struct forest *f = small_forest(&two_categories);
    struct copy copy = copy_of(f);
    uint32_t *table = contents(&copy, "TABL");
    size_t numbers = section_of(&copy, "TABL")->length / sizeof *table;
    for (size_t i = 0; i < numbers; i += 3) { /* still sums to one, everywhere */
        uint32_t moved = table[i] > 2 ? 2 : 0;
        table[i] -= moved;
        table[i + 1] += moved;
    }
    fix_sums(&copy);
    assert_refused(&copy, "damaged model: a golden row does not give the answer that was recorded");
    forest_free(f);
    free(copy.bytes);
}

static void change_info(size_t offset, uint32_t value) {
    struct forest *f = small_forest(&mixed);
    struct copy copy = copy_of(f);
    memcpy((uint8_t *)contents(&copy, "INFO") + offset, &value, sizeof value);
    fix_sums(&copy);
    assert_refused(&copy, NULL);
    forest_free(f);
    free(copy.bytes);
}

static void numbers_of_trees_features_and_classes_are_checked_against_the_rest(void **state) {
    (void)state;
    const uint32_t values[] = {0, 1, 2, 5, 255, 65536, 0x7fffffff, 0xffffffff};
    const uint32_t right[] = {3, 4, 3};
    for (size_t field = 0; field < 3; field++)
        for (size_t v = 0; v < COUNT(values); v++)
            if (values[v] != right[field])
                change_info(field * 4, values[v]);
    change_info(offsetof(struct lf_format_info, depth), 1000000);
    change_info(offsetof(struct lf_format_info, nodes), 1);
    change_info(offsetof(struct lf_format_info, temperature) + 4, 0x7ff80000); /* NaN */
    change_info(offsetof(struct lf_format_info, temperature) + 4, 0xbff00000); /* -1 */
    change_info(offsetof(struct lf_format_info, temperature) + 4, 0x40350000); /* 21 */
    change_info(offsetof(struct lf_format_info, temperature) + 4, 0x3fa40000); /* 0.039 */
    change_info(offsetof(struct lf_format_info, smoothing) + 4, 0x7ff00000);   /* infinite */
}

/* KIND says how many levels and cuts there are; a lie must not become an allocation or a read. */
static void numbers_of_levels_and_cuts_are_checked_against_the_rest(void **state) {
    (void)state;
    const uint32_t values[] = {0, 1, 5, 27, 65533, 65534, 0xffffffff};
    struct forest *f = small_forest(&mixed);
    struct copy copy = copy_of(f);
    for (size_t word = 0; word < 4 * 4; word++) {
        uint32_t *kind = (uint32_t *)contents(&copy, "KIND") + word, before = *kind;
        for (size_t v = 0; word % 4 != 3 && v < COUNT(values); v++) {
            *kind = values[v];
            fix_sums(&copy);
            if (values[v] != before)
                assert_refused(&copy, NULL);
        }
        *kind = before;
    }
    forest_free(f);
    free(copy.bytes);
}

static void names_are_checked_like_those_of_a_new_schema(void **state) {
    (void)state;
    struct forest *f = small_forest(&mixed);
    struct copy copy = copy_of(f);
    char *names = contents(&copy, "NAME"); /* no, maybe, yes, age, ... */
    memcpy(names, "n\xff", 2);
    fix_sums(&copy);
    assert_refused(&copy, "damaged model: the name of class 0 is empty, longer than 255 bytes or not UTF-8");
    memcpy(names, "no", 3);
    memcpy(names + 9, "\0es", 3);
    fix_sums(&copy);
    assert_refused(&copy, "damaged model: NAME does not have the expected names");
    forest_free(f);
    free(copy.bytes);
}

static void cuts_that_do_not_ascend_are_refused(void **state) {
    (void)state;
    struct forest *f = small_forest(&three_numbers);
    struct copy copy = copy_of(f);
    float *cut = contents(&copy, "CUTS"), before = cut[1];
    const float bad[] = {NAN, -INFINITY, cut[0]};
    for (size_t i = 0; i < COUNT(bad); i++) {
        cut[1] = bad[i];
        fix_sums(&copy);
        assert_refused(&copy, "damaged model: cuts do not ascend");
    }
    cut[1] = before;
    forest_free(f);
    free(copy.bytes);
}

static void sections_that_overlap_repeat_or_lie_outside_are_refused(void **state) {
    (void)state;
    struct forest *f = small_forest(&mixed);
    struct copy copy = copy_of(f);
    struct lf_section *first = section_of(&copy, "INFO"), *second = section_of(&copy, "KIND"), before = *second;
    second->offset = first->offset;
    assert_refused(&copy, "damaged model: a section is outside of its range");
    *second = before;
    second->length = UINT64_MAX - second->offset + 2;
    assert_refused(&copy, "damaged model: a section is outside of its range");
    *second = before;
    second->offset = (UINT64_MAX - 63) / 64 * 64;
    assert_refused(&copy, "damaged model: a section is outside of its range");
    *second = before;
    memcpy(second->tag, "INFO", 4);
    assert_refused(&copy, "damaged model: duplicate section");
    *second = before;
    ((struct lf_header *)copy.bytes)->sections = UINT32_MAX;
    assert_refused(&copy, "damaged model: its section table does not fit");
    forest_free(f);
    free(copy.bytes);
}

static void sections_of_tomorrow_are_skipped_unless_they_are_critical(void **state) {
    (void)state;
    struct forest *f = small_forest(&two_categories), *g;
    struct copy copy = copy_of(f);
    struct lf_section *table = section_of(&copy, "TABL");
    memcpy(table->tag, "NEWS", 4); /* answers then come from the trees */
    table->flags = 0;
    fix_sums(&copy);
    assert_ok(forest_open(&g, copy.bytes, copy.size, &error));
    assert_false(info_of(g).table);
    float p[3], q[3];
    forest_predict(f, (const float[]){2, 1}, p);
    forest_predict(g, (const float[]){2, 1}, q);
    assert_memory_equal(p, q, sizeof p);
    forest_free(g);
    table->flags = LF_CRITICAL;
    fix_sums(&copy);
    assert_refused(&copy, "the model needs a newer library: section NEWS");
    forest_free(f);
    free(copy.bytes);
}

static void other_versions_and_byte_orders_are_named(void **state) {
    (void)state;
    struct forest *f = small_forest(&mixed);
    struct copy copy = copy_of(f);
    struct lf_header *header = (struct lf_header *)copy.bytes;
    header->major = 3;
    struct forest *none = NULL;
    assert_int_equal(forest_open(&none, copy.bytes, copy.size, &error), FOREST_FORMAT);
    assert_string_equal(error.text, "model format 3, this library reads 2");
    header->major = LF_MAJOR;
    header->endian = 0x04030201;
    assert_refused(&copy, "a model of the other byte order");
    header->endian = LF_ENDIAN;
    header->size += 64;
    assert_refused(&copy, NULL);
    header->size -= 64;
    header->minor = 9; /* a later minor version is readable */
    struct forest *g;
    fix_sums(&copy);
    assert_ok(forest_open(&g, copy.bytes, copy.size, &error));
    forest_free(g);
    forest_free(f);
    free(copy.bytes);
}

/* Golden rows lie in the file: none may be a row of the training data. */
static void a_model_gives_no_row_of_its_training_data_away(void **state) {
    (void)state;
    struct rows rows = make_rows(&three_numbers, 200, false, 64);
    struct forest_params params = few_trees(5);
    struct forest *f = train_rows(&rows, &params);
    const float *gold = (const float *)(f->gold + 1);
    for (uint32_t g = 0; g < f->gold->rows; g++)
        for (size_t i = 0; i < rows.n; i++)
            assert_true(memcmp(gold + g * 3, row_of(&rows, i), 3 * sizeof(float)) != 0);
    forest_free(f);
    rows_free(&rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_saved_model_loads_as_the_same_model),
        cmocka_unit_test(what_a_model_says_of_itself_survives),
        cmocka_unit_test(files_that_cannot_be_read_are_io_errors_with_the_reason),
        cmocka_unit_test(other_files_are_not_models),
        cmocka_unit_test(an_image_off_its_alignment_is_the_callers_mistake),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(every_truncation_is_noticed),
        cmocka_unit_test(every_byte_changed_with_right_checksums_does_no_harm),
        cmocka_unit_test(links_that_leave_the_tree_or_run_in_circles_are_refused),
        cmocka_unit_test(a_leaf_whose_shares_are_not_there_is_refused),
        cmocka_unit_test(a_child_of_two_parents_is_refused),
        cmocka_unit_test(a_cut_behind_the_last_is_refused_wherever_missing_goes),
        cmocka_unit_test(a_level_set_outside_of_the_bits_is_refused),
        cmocka_unit_test(probabilities_that_do_not_sum_to_one_are_refused),
        cmocka_unit_test(answers_other_than_those_recorded_are_refused),
        cmocka_unit_test(numbers_of_trees_features_and_classes_are_checked_against_the_rest),
        cmocka_unit_test(numbers_of_levels_and_cuts_are_checked_against_the_rest),
        cmocka_unit_test(names_are_checked_like_those_of_a_new_schema),
        cmocka_unit_test(cuts_that_do_not_ascend_are_refused),
        cmocka_unit_test(sections_that_overlap_repeat_or_lie_outside_are_refused),
        cmocka_unit_test(sections_of_tomorrow_are_skipped_unless_they_are_critical),
        cmocka_unit_test(other_versions_and_byte_orders_are_named),
        cmocka_unit_test(a_model_gives_no_row_of_its_training_data_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
