/* normalizer_test.c - times, money, addresses, spellings: the small texts of raw data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "libetl/base/money.h"
#include "libetl/base/timestamp.h"
#include "libetl/forms/normalizer.h"

/* ---- times ---- */

static void expect_time(const char *text, const char *utc) {
    int64_t at;
    char out[ETL_TIMESTAMP_TEXT];
    if (!etl_timestamp_parse(text, strlen(text), &at))
        fail_msg("\"%s\" was not understood", text);
    etl_timestamp_format(at, out);
    assert_string_equal(out, utc);
}

static void times_are_understood_as_exports_write_them(void **state) {
    (void)state;
    expect_time("2026-01-31", "2026-01-31T00:00:00Z");
    expect_time("2026-01-31T10:20:30.707632", "2026-01-31T10:20:30Z");
    expect_time("2026-01-31 10:20", "2026-01-31T10:20:00Z");
    expect_time("2026-01-31T10:20:30+02:00", "2026-01-31T08:20:30Z");
    expect_time("2026-01-31T10:20:30 -0530", "2026-01-31T15:50:30Z");
    expect_time("2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z");
    expect_time("2000-02-29", "2000-02-29T00:00:00Z");
    expect_time("1768046400", "2026-01-10T12:00:00Z");
    expect_time("1768046400999", "2026-01-10T12:00:00Z");
    expect_time("2026-01-31 10:20:30 UTC", "2026-01-31T10:20:30Z");
    expect_time("31.01.2026 10:20:30", "2026-01-31T10:20:30Z");
    expect_time("1.2.2026", "2026-02-01T00:00:00Z");
    expect_time("2199-12-31T23:59:59Z", "2199-12-31T23:59:59Z");
}

static void days_that_do_not_exist_are_no_times(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "2026-02-29", "2100-02-29", "2026-13-01",          "2026-00-10",    "26-01-01",
        "1969-12-31", "2200-01-01", "2026-01-01T24:00:00", "2026-01-01T10", "2026-01-01T10:20:30X",
        "",           "tomorrow",   "01.31.2026",          "31.1.26",       "1.2",
        "01/31/2026", "31.12.2026T"};
    int64_t at;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (etl_timestamp_parse(wrong[i], strlen(wrong[i]), &at))
            fail_msg("\"%s\" was taken for a time", wrong[i]);
}

/* Seconds of the first of March, as date -u +%s tells them. */
static void a_century_is_a_leap_year_only_where_400_divides_it(void **state) {
    (void)state;
    expect_time("951868800", "2000-03-01T00:00:00Z");
    expect_time("4107456000", "2100-02-28T00:00:00Z");
    expect_time("4107542400", "2100-03-01T00:00:00Z");
}

static void every_day_of_two_centuries_survives_a_round_trip(void **state) {
    (void)state;
    for (int64_t day = 0; day < ETL_TIMESTAMP_LAST / 86400; day++) {
        char text[ETL_TIMESTAMP_TEXT];
        int64_t again;
        etl_timestamp_format(day * 86400 + 3661, text);
        assert_true(etl_timestamp_parse(text, strlen(text), &again));
        assert_int_equal(again, day * 86400 + 3661);
    }
}

/* ---- money ---- */

static void expect_money(const char *text, const char *currency, int64_t minor) {
    int64_t value = -1;
    if (!etl_money_parse(text, strlen(text), etl_money_currency_of(currency, 3), &value))
        fail_msg("\"%s\" was not understood", text);
    assert_int_equal(value, minor);
}

static void amounts_are_counted_in_the_smallest_coin(void **state) {
    (void)state;
    expect_money("350.00", "usd", 35000);
    expect_money("1,000.5", "EUR", 100050);
    expect_money("3125", "usd", 312500);
    expect_money("1,234,567.00", "usd", 123456700);
    expect_money("1,000", "usd", 100000);
    expect_money("350,00", "eur", 35000);
    expect_money("0,5", "eur", 50);
    expect_money("3125", "jpy", 3125);
    expect_money("3125.00", "jpy", 3125);
    expect_money("12.345", "kwd", 12345);
}

static void amounts_are_written_with_their_currencys_decimals(void **state) {
    (void)state;
    static const struct {
        int64_t minor;
        const char *currency, *text;
    } cases[] = {{0, "usd", "0.00"},
                 {5, "usd", "0.05"},
                 {35000, "usd", "350.00"},
                 {500, "jpy", "500"},
                 {0, "jpy", "0"},
                 {1234, "kwd", "1.234"},
                 {-5, "usd", "-0.05"},
                 {-12345, "eur", "-123.45"},
                 {INT64_MAX, "usd", "92233720368547758.07"},
                 {INT64_MIN, "kwd", "-9223372036854775.808"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[ETL_MONEY_TEXT];
        etl_money_format(cases[i].minor, etl_money_currency_of(cases[i].currency, 3), out);
        assert_string_equal(out, cases[i].text);
    }
}

static void amounts_that_are_none_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",  ".",    "12.345",   "-5",     "1e3",      "12 USD",   "99999999999999999999",
        ",", ",350", "1,00,000", "1,0000", "35,00.00", "1.000,00", "1,000,00"};
    int64_t value;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (etl_money_parse(wrong[i], strlen(wrong[i]), etl_money_currency_of("usd", 3), &value))
            fail_msg("\"%s\" was taken for an amount", wrong[i]);
}

/* ---- addresses and spellings ---- */

static void an_address_is_trimmed_and_lower_case(void **state) {
    (void)state;
    char out[ETL_TEXT_EMAIL];
    const char *text = " \xc2\xa0"
                       "Ada.Lovelace@Example.COM\r\n";
    assert_int_equal(etl_text_email((struct etl_text){text, strlen(text)}, out), 24);
    assert_string_equal(out, "ada.lovelace@example.com");
}

static void what_is_no_address_is_none(void **state) {
    (void)state;
    static const char *const wrong[] = {"", "ada", "@b", "a@", "a@b@c", "a b@c", "Ada <a@b.c>", "a@b,c@d"};
    char out[ETL_TEXT_EMAIL];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (etl_text_email((struct etl_text){wrong[i], strlen(wrong[i])}, out) != 0)
            fail_msg("\"%s\" was taken for an address", wrong[i]);
}

/* ---- levels ---- */

static const char config_json[] =
    "{\"currency\":\"usd\",\"setup_fee\":0,\"packages\":[{\"name\":\"A\",\"price\":1},{\"name\":\"B\",\"price\":2}],"
    "\"features\":["
    "{\"name\":\"type\",\"kind\":\"categorical\",\"levels\":[\"Dental\",\"Home Services\",\"Ecommerce\"],"
    "\"aliases\":{\"Dental\":[\"dentist\",\"dental clinic\",\"dentists office\"],\"Ecommerce\":[\"e commerce\"]}},"
    "{\"name\":\"size\",\"kind\":\"categorical\",\"ranges\":true,\"levels\":[\"1-9\",\"10-25\",\"26-50\",\"251+\"],"
    "\"aliases\":{\"1-9\":[\"just me\"]}},"
    "{\"name\":\"points\",\"kind\":\"numeric\"}]}";

static void expect_level(size_t feature, const char *written, const char *value) {
    struct etl_config_error err;
    struct etl_config *config = etl_config_parse(config_json, sizeof config_json - 1, &err);
    struct etl_normalizer *normalizer = etl_normalizer_new(config);
    char out[ETL_NORMALIZER_VALUE];
    assert_true(etl_normalizer_apply(normalizer, feature, (struct etl_text){written, strlen(written)}, out));
    assert_string_equal(out, value);
    etl_normalizer_free(normalizer);
    etl_config_free(config);
}

static void a_level_is_found_by_any_of_its_spellings(void **state) {
    (void)state;
    expect_level(0, "dentist", "Dental");
    expect_level(0, " DENTAL  clinic ", "Dental");
    expect_level(0, "Dental-Clinic", "Dental");
    expect_level(0, "home_services", "Home Services");
    expect_level(0,
                 "E\xe2\x80\x91"
                 "Commerce",
                 "Ecommerce");
    expect_level(0, "e-commerce", "Ecommerce");
    expect_level(0, "dentist\x92s", "dentist\xe2\x80\x99s");
    expect_level(0, "Dentist's office", "Dental");
    expect_level(0, "dentist\xe2\x80\x99s office", "Dental");
}

static void what_is_no_level_stays_as_it_is_but_clean(void **state) {
    (void)state;
    expect_level(0, "  Pet\tShop ", "Pet Shop");
    expect_level(0, "", "");
    expect_level(1, "20-30", "20-30");
    expect_level(1, "many", "many");
}

static void a_number_falls_into_its_range(void **state) {
    (void)state;
    expect_level(1, "12", "10-25");
    expect_level(1, "12 employees", "10-25");
    expect_level(1,
                 "10\xe2\x80\x93"
                 "25",
                 "10-25");
    expect_level(1,
                 "11\x96"
                 "20",
                 "10-25"); /* a dash as Windows writes Latin-1 */
    expect_level(1,
                 "11\xa0-\xa0"
                 "20",
                 "10-25");
    expect_level(1,
                 "11\xef\xbc\x8d"
                 "20",
                 "10-25"); /* full width */
    expect_level(1, "10 - 25", "10-25");
    expect_level(1, "10 to 25 people", "10-25");
    expect_level(1, "11-20", "10-25");
    expect_level(1, "1", "1-9");
    expect_level(1, "1,200", "251+");
    expect_level(1, "300+", "251+");
    expect_level(1, "251+ employees", "251+");
    expect_level(1, "Just me!", "1-9");
}

static void a_number_is_kept_as_a_number_or_not_at_all(void **state) {
    (void)state;
    expect_level(2, " 1,200.5 ", "1200.5");
    expect_level(2, "-3", "-3");
    expect_level(2, "nan", "");
    expect_level(2, "12 points", "");
    expect_level(2, "1e999", "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_understood_as_exports_write_them),
        cmocka_unit_test(days_that_do_not_exist_are_no_times),
        cmocka_unit_test(a_century_is_a_leap_year_only_where_400_divides_it),
        cmocka_unit_test(every_day_of_two_centuries_survives_a_round_trip),
        cmocka_unit_test(amounts_are_counted_in_the_smallest_coin),
        cmocka_unit_test(amounts_are_written_with_their_currencys_decimals),
        cmocka_unit_test(amounts_that_are_none_are_refused),
        cmocka_unit_test(an_address_is_trimmed_and_lower_case),
        cmocka_unit_test(what_is_no_address_is_none),
        cmocka_unit_test(a_level_is_found_by_any_of_its_spellings),
        cmocka_unit_test(what_is_no_level_stays_as_it_is_but_clean),
        cmocka_unit_test(a_number_falls_into_its_range),
        cmocka_unit_test(a_number_is_kept_as_a_number_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
