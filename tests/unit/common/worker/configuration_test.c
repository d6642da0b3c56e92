/* configuration_test.c - the built-in configuration is good, and a wrong one is refused with the place named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "services/common/worker/configuration.h"
#include "tests/helpers/scratch.h"

static void the_built_in_one_holds_the_four_packages(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t cents;
    } sold[] = {{"Business", 15000}, {"Elite", 25000}, {"MVP", 35000}, {"Now", 50000}};
    struct error err;
    struct etl_config *config = configuration_read(NULL, NULL, &err);
    assert_non_null(config);
    assert_int_equal(config->package_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(config->packages[i].name, sold[i].name);
        assert_int_equal(config->packages[i].price, sold[i].cents);
    }
    assert_int_equal(config->setup_fee, 39900);
    assert_int_equal(config->feature_count, 2);
    etl_config_free(config);
}

static void a_wrong_one_is_rejected_with_the_place_named(void **state) {
    (void)state;
#define PACKAGES "\"packages\":[{\"name\":\"A\",\"price\":1},{\"name\":\"B\",\"price\":2}]"
    static const struct {
        const char *text, *error;
    } wrong[] = {
        {"", "line 1"},
        {"[]", "must be an object"},
        {"{\"currency\":\"usd\",\"setup_fee\":1,\"colour\":1}", "unknown key \"colour\""},
        {"{\"currency\":\"USD\",\"setup_fee\":1}", "currency"},
        {"{\"currency\":\"usd\",\"setup_fee\":-1}", "setup_fee"},
        {"{\"currency\":\"usd\",\"setup_fee\":1,\"packages\":[]}", "packages"},
        {"{\"currency\":\"usd\",\"setup_fee\":1,\"packages\":[{\"name\":\"A\",\"price\":1},{\"name\":\"A\",\"price\":2}"
         "]}",
         "packages[1]: there are two packages named A"},
        {"{\"currency\":\"usd\",\"setup_fee\":1,\"packages\":[{\"name\":\"A\",\"price\":1.234},{\"name\":\"B\","
         "\"price\":2}]}",
         "packages[0]: price must be an amount"},
        {"{\"currency\":\"usd\",\"setup_fee\":1," PACKAGES ",\"features\":[{\"name\":\"t\",\"kind\":\"text\"}]}",
         "features[0]: kind"},
        {"{\"currency\":\"usd\",\"setup_fee\":1," PACKAGES
         ",\"features\":[{\"name\":\"t\",\"kind\":\"categorical\",\"levels\":[\"a\",2]}]}",
         "features[0]: levels[1] must be a text of 1 to"},
        {"{\"currency\":\"usd\",\"setup_fee\":1," PACKAGES
         ",\"features\":[{\"name\":\"source\",\"kind\":\"numeric\"}]}",
         "features[0]: \"source\" is a key of every prediction request"},
        {"{\"currency\":\"usd\",\"setup_fee\":1," PACKAGES
         ",\"features\":[{\"name\":\"t\",\"kind\":\"numeric\",\"columns\":[\"Home Region\"]},"
         "{\"name\":\"home_region\",\"kind\":\"numeric\"}]}",
         "features[1]: column home_region already belongs to feature t"},
        {"{\"currency\":\"usd\",\"setup_fee\":1," PACKAGES
         ",\"features\":[{\"name\":\"t\",\"kind\":\"categorical\",\"aliases\":{\"x\":[\"y\"]}}]}",
         "aliases of \"x\", which is not one of levels"},
        {"{\"currency\":\"usd\",\"setup_fee\":1," PACKAGES
         ",\"features\":[{\"name\":\"t\",\"kind\":\"numeric\"}],\"offers\":[{\"package\":\"C\",\"offer\":\"o\"}]}",
         "offers[0]: package"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error err;
        scratch_write("c.json", wrong[i].text);
        assert_null(configuration_read(scratch_path("c.json"), NULL, &err));
        if (strstr(err.text, wrong[i].error) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", err.text, wrong[i].error);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_one_holds_the_four_packages),
        cmocka_unit_test(a_wrong_one_is_rejected_with_the_place_named),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
