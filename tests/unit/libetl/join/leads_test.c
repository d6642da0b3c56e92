/* leads_test.c - who is one person, what is known of them, and whose purchase is whose. */
#include "tests/unit/libetl/join_fixture.h"

#define NOON "2026-01-10T12:00:00Z"
#define PAID(id, who, amount, at)                                                                                      \
    "{'id':'" id "','object':'charge','created':" at ",'livemode':true,'status':'succeeded','captured':true,"          \
    "'amount':" amount ",'currency':'usd'" who "}\n"
#define BY_EMAIL(email) ",'billing_details':{'email':'" email "'}"
#define BY_CUSTOMER(id) ",'customer':'" id "'"

static void expect_both(struct join_input input, const char *train, const char *leads) {
    struct join_outcome *out = join_run(input);
    assert_string_equal(out->train, train);
    assert_string_equal(out->leads, leads);
    free(out);
}

/* ---- people ---- */

static void a_lead_without_a_purchase_stays_a_lead(void **state) {
    (void)state;
    expect_both((struct join_input){.forms = FORM_HEADER BEN}, "", "ben|Legal|1-9|2026-01-02T00:00:00Z\n");
}

static void a_lead_without_an_id_is_known_by_its_address_and_shown_by_a_pseudonym(void **state) {
    (void)state;
    expect_both((struct join_input){.forms = FORM_HEADER ",Ada@Example.com ,Dental,10-25,2026-01-01\n"
                                                         ",ADA@example.COM,Dental,10-25,2026-01-02\n"},
                "", "e-15-a|Dental|10-25|2026-01-01T00:00:00Z\n");
}

static void a_lead_id_and_its_address_are_one_person(void **state) {
    (void)state;
    expect_both((struct join_input){.forms = FORM_HEADER ",ada@example.com,Legal,1-9,2026-01-05\n" ADA}, "",
                "ada|Legal|1-9|2026-01-01T00:00:00Z\n");
}

static void two_lead_ids_with_one_address_are_one_person_under_the_newest_id(void **state) {
    (void)state;
    expect_both((struct join_input){.forms = FORM_HEADER "second,ada@example.com,Legal,1-9,2026-01-05\n" ADA}, "",
                "second|Legal|1-9|2026-01-01T00:00:00Z\n");
}

/* Each shares an address with the next; the joins come from the end, which makes the longest way there is. */
static void a_chain_of_leads_that_share_addresses_is_one_person(void **state) {
    (void)state;
    enum { LEADS = 400 };
    char *forms = malloc(LEADS * 2 * 64), *at = forms + sprintf(forms, FORM_HEADER);
    for (int i = 0; i < LEADS; i++)
        at += sprintf(at, "l%03d,a%d@example.com,Legal,1-9,2026-01-01\n", i, i);
    for (int i = LEADS - 2; i >= 0; i--)
        at += sprintf(at, "l%03d,a%d@example.com,Legal,1-9,2026-01-01\n", i, i + 1);
    expect_both((struct join_input){.forms = forms}, "", "l000|Legal|1-9|2026-01-01T00:00:00Z\n");
    free(forms);
}

static void an_id_is_shown_as_it_came_whether_it_is_a_uuid_or_nearly_one(void **state) {
    (void)state;
    static const char *const ids[] = {"0123abcd-4567-89ef-0123-456789abcdef", "0123abcd-4567-89ef-0123-456789abcdeg",
                                      "0123abcd-4567-89ef-0123-456789abcdeF", "0123abcd-4567-89ef-0123:456789abcdef",
                                      "0123abcd-4567-89ef-0123-456789abcde",  "0123abcd-4567-89ef-0123-4567_9abcdef",
                                      "0123abcd04567-89ef-0123-456789abcdef"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char forms[512], leads[512];
        snprintf(forms, sizeof forms, FORM_HEADER "%s,ada@example.com,Legal,1-9,2026-01-05\n", ids[i]);
        snprintf(leads, sizeof leads, "%s|Legal|1-9|2026-01-05T00:00:00Z\n", ids[i]);
        expect_both((struct join_input){.forms = forms}, "", leads);
    }
}

/* The first eight bytes equal a constant that a multiplicative hash lays over them: a factor becomes 0, and the hash
 * does not depend on the bytes behind them. */
static void types_crafted_to_share_a_hash_stay_apart(void **state) {
    (void)state;
#define NOTHING "\x25\xdf\x98\x1e\x65\x1c\xb2\x9f"
#define CLEAN "%ß˜ e ²Ÿ"
    expect_both((struct join_input){.forms = FORM_HEADER "ada,ada@example.com," NOTHING "Dentists,1-9,2026-01-01\n"
                                                         "ben,ben@example.com," NOTHING "Lawyers,1-9,2026-01-02\n"
                                                         "cleo,cleo@example.com," NOTHING "Builders,1-9,2026-01-03\n"},
                "",
                "ada|" CLEAN "Dentists|1-9|2026-01-01T00:00:00Z\n"
                "ben|" CLEAN "Lawyers|1-9|2026-01-02T00:00:00Z\n"
                "cleo|" CLEAN "Builders|1-9|2026-01-03T00:00:00Z\n");
}

static void the_same_submission_twice_is_a_duplicate(void **state) {
    (void)state;
    struct join_outcome *out = join_run((struct join_input){
        .forms = FORM_HEADER ADA ADA,
        .answers = "{'form':'x','submission':{'lead_id':'ada','email':'ada@example.com','Business Type':'Dental',"
                   "'Business Size':'10-25','_date':'2026-01-01T00:00:00.000000'}}"});
    assert_int_equal(out->read, 3);
    assert_int_equal(out->accepted, 1);
    assert_int_equal(out->duplicates, 2);
    free(out);
}

static void of_one_email_that_came_twice_one_is_a_duplicate(void **state) {
    (void)state;
    static const char again[] = "{'received_at':'2026-01-0%dT00:00:00Z','body':{'submission':{'lead_id':'ada',"
                                "'Business Type':'Dental','Business Size':'10-25','_id':'%s'}}}\n";
    char answers[1024];
    size_t used = (size_t)sprintf(answers, again, 2, "17@mail.example");
    used += (size_t)sprintf(answers + used, again, 1, "17@mail.example");
    sprintf(answers + used, again, 3, "18@mail.example");
    struct join_outcome *out = join_run((struct join_input){.answers = answers});
    assert_int_equal(out->accepted, 2);
    assert_int_equal(out->duplicates, 1);
    assert_string_equal(out->leads, "ada|Dental|10-25|2026-01-01T00:00:00Z\n");
    free(out);
}

static void numbers_that_forms_give_their_submissions_are_no_ids(void **state) {
    (void)state;
    struct join_outcome *out = join_run(
        (struct join_input){.answers = "[{'_id':'1','lead_id':'ada','Business Type':'Dental','_date':'2026-01-01'},"
                                       "{'_id':'1','lead_id':'ben','Business Type':'Legal','_date':'2026-01-01'}]"});
    assert_int_equal(out->accepted, 2);
    free(out);
}

/* Fifty days of a lead's submissions, each from one of so many addresses; dealt out twice. */
static struct join_outcome *run_many(int addresses) {
    static char forms[16384];
    size_t used = (size_t)sprintf(forms, FORM_HEADER);
    for (int i = 0; i < 100; i++)
        used += (size_t)sprintf(forms + used, "ada,ada%d@example.com,%s,10-25,2026-%02d-%02d\n", i % 50 % addresses,
                                i % 50 < 49 ? "Legal" : "Dental", 1 + i % 50 / 25, 1 + i % 50 % 25);
    return join_run((struct join_input){.forms = forms});
}

static void repeats_are_found_among_many_submissions_of_one_lead(void **state) {
    (void)state;
    static const int addresses[] = {1, 2, 3, 7};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        struct join_outcome *out = run_many(addresses[i]);
        assert_int_equal(out->accepted, 50);
        assert_int_equal(out->duplicates, 50);
        assert_string_equal(out->leads, "ada|Dental|10-25|2026-01-01T00:00:00Z\n");
        free(out);
    }
}

static void what_differs_only_in_the_address_is_no_repeat(void **state) {
    (void)state;
    struct join_outcome *out = join_run((struct join_input){
        .forms = FORM_HEADER "ada,,Dental,10-25,2026-01-01\n" ADA "ada,ada@example.org,Dental,10-25,2026-01-01\n" ADA
                             "ada,,Dental,10-25,2026-01-01\n" BEN "ben,ada@example.org,Legal,1-9,2026-01-02\n"});
    assert_int_equal(out->accepted, 5);
    assert_int_equal(out->duplicates, 2);
    assert_string_equal(out->leads, "ben|Legal|1-9|2026-01-01T00:00:00Z\n"); /* one person, by the shared address */
    free(out);
}

static void the_same_event_twice_is_a_duplicate(void **state) {
    (void)state;
    struct join_outcome *out = join_run((struct join_input){
        .stripe = EVENT("evt_1", "customer.created", "1", "{'id':'cus_1','object':'customer','email':'a@b.c'}")
            EVENT("evt_1", "customer.created", "1", "{'id':'cus_1','object':'customer','email':'a@b.c'}")
                EVENT("evt_2", "customer.created", "1", "{'id':'cus_1','object':'customer','email':'a@b.c'}")});
    assert_int_equal(out->accepted, 2);
    assert_int_equal(out->duplicates, 1);
    free(out);
}

/* ---- features ---- */

static void features_are_those_of_the_newest_submission_before_the_purchase(void **state) {
    (void)state;
    expect_both((struct join_input){.forms = FORM_HEADER "ada,ada@example.com,Dental,1-9,2026-01-01\n"
                                                         "ada,ada@example.com,Dental,10-25,2026-01-09\n"
                                                         "ada,ada@example.com,Legal,26+,2026-02-01\n",
                                    .stripe = SESSION},
                "ada|Dental|10-25|2026-01-01T00:00:00Z|" NOON "|350.00||MVP\n", "");
}

static void a_submission_at_the_moment_of_the_purchase_counts(void **state) {
    (void)state;
    expect_both((struct join_input){.forms = FORM_HEADER "ada,,Dental,1-9,2026-01-01\nada,,Legal,1-9," NOON "\n",
                                    .stripe = SESSION},
                "ada|Legal|1-9|2026-01-01T00:00:00Z|" NOON "|350.00||MVP\n", "");
}

static void a_purchase_before_its_lead_is_kept_and_counted(void **state) {
    (void)state;
    struct join_outcome *out = join_run((struct join_input){
        .forms = FORM_HEADER "ada,,Dental,1-9,2026-02-01\nada,,Legal,1-9,2026-03-01\n", .stripe = SESSION});
    assert_string_equal(out->train, "ada|Dental|1-9|2026-02-01T00:00:00Z|" NOON "|350.00||MVP\n");
    assert_int_equal(out->before_lead, 1);
    free(out);
}

static void what_is_missing_is_empty(void **state) {
    (void)state;
    expect_both((struct join_input){.forms = "lead_id,Business Type\nada,\n"}, "", "ada|||\n");
}

/* ---- whose purchase ---- */

static void the_reference_beats_the_payers_address(void **state) {
    (void)state;
    expect_both(
        (struct join_input){.forms = FORM_HEADER ADA BEN, .stripe = SESSION_WITH("'ada'", "'ben@example.com'", "")},
        ADA_ROW_OF("350.00", "", "MVP"), "ben|Legal|1-9|2026-01-02T00:00:00Z\n");
}

static void the_address_is_next_in_any_case(void **state) {
    (void)state;
    expect_both((struct join_input){.forms = FORM_HEADER ADA, .stripe = SESSION_WITH("null", "' ADA@Example.com'", "")},
                ADA_ROW_OF("350.00", "", "MVP"), "");
}

static void a_reference_nobody_has_falls_back_to_the_address(void **state) {
    (void)state;
    expect_both(
        (struct join_input){.forms = FORM_HEADER ADA, .stripe = SESSION_WITH("'order-77'", "'ada@example.com'", "")},
        ADA_ROW_OF("350.00", "", "MVP"), "");
}

static void last_comes_an_address_that_any_record_gives_the_customer(void **state) {
    (void)state;
    expect_both(
        (struct join_input){.forms = FORM_HEADER ADA,
                            .stripe = PAID("ch_1", BY_CUSTOMER("cus_7"), "35000",
                                           AT_NOON) "{'id':'cus_7','object':'customer','email':'ada@example.com'}"},
        ADA_ROW_OF("350.00", "", "MVP"), "");
}

static void a_purchase_of_nobody_we_know_has_no_lead(void **state) {
    (void)state;
    join_expect_status((struct join_input){.forms = FORM_HEADER BEN, .stripe = SESSION}, ETL_STATUS_NO_LEAD);
}

static void the_id_of_a_row_is_the_reference_that_came_with_the_payment(void **state) {
    (void)state;
    expect_both(
        (struct join_input){.forms = FORM_HEADER ADA "newer,ada@example.com,Legal,1-9,2026-01-05\n", .stripe = SESSION},
        "ada|Legal|1-9|2026-01-01T00:00:00Z|" NOON "|350.00||MVP\n", "");
}

/* Two records of the payment name Max and an address that Ada's id shares with Zoe's: "ada" is before "max". */
static void a_payment_of_two_peoples_addresses_goes_to_the_smallest_lead_id(void **state) {
    (void)state;
    static const char paid[] = PAID("ch_1", BY_EMAIL("max@example.com"), "35000", AT_NOON)
        PAID("ch_1", BY_EMAIL("ada@example.com"), "35000", AT_NOON);
    static const char max[] = "max,max@example.com,Legal,1-9,2026-01-02\n";
    static const char zoe[] = "zoe,ada@example.com,Dental,10-25,2026-01-05\n";
    const char *const orders[][3] = {{ADA, zoe, max}, {zoe, max, ADA}, {max, zoe, ADA}};
    for (size_t i = 0; i < 3; i++) {
        char forms[512];
        snprintf(forms, sizeof forms, FORM_HEADER "%s%s%s", orders[i][0], orders[i][1], orders[i][2]);
        expect_both((struct join_input){.forms = forms, .stripe = paid},
                    "zoe|Dental|10-25|2026-01-01T00:00:00Z|" NOON "|350.00||MVP\n",
                    "max|Legal|1-9|2026-01-02T00:00:00Z\n");
    }
}

/* ---- which purchase ---- */

#define TWO_PURCHASES                                                                                                  \
    PAID("ch_2", BY_EMAIL("ada@example.com"), "50000", "1770724800")                                                   \
    PAID("ch_1", BY_EMAIL("ada@example.com"), "15000", AT_NOON)

static void the_label_is_the_first_package_bought(void **state) {
    (void)state;
    struct join_outcome *out = join_run((struct join_input){.forms = FORM_HEADER ADA, .stripe = TWO_PURCHASES});
    assert_string_equal(out->train, ADA_ROW_OF("150.00", "", "Business"));
    assert_int_equal(out->status_counts[ETL_STATUS_LATER], 1);
    free(out);
}

static void or_the_latest_where_the_configuration_says_so(void **state) {
    (void)state;
    join_expect_train((struct join_input){.forms = FORM_HEADER ADA, .stripe = TWO_PURCHASES, .label = "latest"},
                      "ada|Dental|10-25|2026-01-01T00:00:00Z|2026-02-10T12:00:00Z|500.00||Now\n");
}

/* Whether the first or the latest is asked for: both are. */
static void of_two_packages_bought_at_once_the_higher_is_the_label(void **state) {
    (void)state;
    static const char *const orders[] = {PAID("ch_1", BY_EMAIL("ada@example.com"), "15000", AT_NOON)
                                             PAID("ch_2", BY_EMAIL("ada@example.com"), "50000", AT_NOON),
                                         PAID("ch_2", BY_EMAIL("ada@example.com"), "50000", AT_NOON)
                                             PAID("ch_1", BY_EMAIL("ada@example.com"), "15000", AT_NOON)};
    static const char *const labels[] = {"first", "latest"};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 2; k++)
            join_expect_train((struct join_input){.forms = FORM_HEADER ADA, .stripe = orders[i], .label = labels[k]},
                              ADA_ROW_OF("500.00", "", "Now"));
}

static void a_refunded_first_purchase_leaves_the_second_as_the_label(void **state) {
    (void)state;
    join_expect_train(
        (struct join_input){.forms = FORM_HEADER ADA,
                            .stripe = TWO_PURCHASES "{'id':'re_1','object':'refund','amount':15000,'charge':'ch_1'}"},
        "ada|Dental|10-25|2026-01-01T00:00:00Z|2026-02-10T12:00:00Z|500.00||Now\n");
}

static void rows_are_ordered_by_purchase_and_then_by_id(void **state) {
    (void)state;
    join_expect_train((struct join_input){.forms = FORM_HEADER "zoe,zoe@example.com,Dental,1-9,2026-01-01\n" ADA BEN,
                                          .stripe = PAID("ch_3", BY_EMAIL("ben@example.com"), "50000", "1770724800")
                                              PAID("ch_2", BY_EMAIL("zoe@example.com"), "15000", AT_NOON)
                                                  PAID("ch_1", BY_EMAIL("ada@example.com"), "15000", AT_NOON)},
                      "ada|Dental|10-25|2026-01-01T00:00:00Z|" NOON "|150.00||Business\n"
                      "zoe|Dental|1-9|2026-01-01T00:00:00Z|" NOON "|150.00||Business\n"
                      "ben|Legal|1-9|2026-01-02T00:00:00Z|2026-02-10T12:00:00Z|500.00||Now\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lead_without_a_purchase_stays_a_lead),
        cmocka_unit_test(a_lead_without_an_id_is_known_by_its_address_and_shown_by_a_pseudonym),
        cmocka_unit_test(a_lead_id_and_its_address_are_one_person),
        cmocka_unit_test(two_lead_ids_with_one_address_are_one_person_under_the_newest_id),
        cmocka_unit_test(a_chain_of_leads_that_share_addresses_is_one_person),
        cmocka_unit_test(an_id_is_shown_as_it_came_whether_it_is_a_uuid_or_nearly_one),
        cmocka_unit_test(types_crafted_to_share_a_hash_stay_apart),
        cmocka_unit_test(the_same_submission_twice_is_a_duplicate),
        cmocka_unit_test(of_one_email_that_came_twice_one_is_a_duplicate),
        cmocka_unit_test(numbers_that_forms_give_their_submissions_are_no_ids),
        cmocka_unit_test(repeats_are_found_among_many_submissions_of_one_lead),
        cmocka_unit_test(what_differs_only_in_the_address_is_no_repeat),
        cmocka_unit_test(the_same_event_twice_is_a_duplicate),
        cmocka_unit_test(features_are_those_of_the_newest_submission_before_the_purchase),
        cmocka_unit_test(a_submission_at_the_moment_of_the_purchase_counts),
        cmocka_unit_test(a_purchase_before_its_lead_is_kept_and_counted),
        cmocka_unit_test(what_is_missing_is_empty),
        cmocka_unit_test(the_reference_beats_the_payers_address),
        cmocka_unit_test(the_address_is_next_in_any_case),
        cmocka_unit_test(a_reference_nobody_has_falls_back_to_the_address),
        cmocka_unit_test(last_comes_an_address_that_any_record_gives_the_customer),
        cmocka_unit_test(a_purchase_of_nobody_we_know_has_no_lead),
        cmocka_unit_test(the_id_of_a_row_is_the_reference_that_came_with_the_payment),
        cmocka_unit_test(a_payment_of_two_peoples_addresses_goes_to_the_smallest_lead_id),
        cmocka_unit_test(the_label_is_the_first_package_bought),
        cmocka_unit_test(or_the_latest_where_the_configuration_says_so),
        cmocka_unit_test(of_two_packages_bought_at_once_the_higher_is_the_label),
        cmocka_unit_test(a_refunded_first_purchase_leaves_the_second_as_the_label),
        cmocka_unit_test(rows_are_ordered_by_purchase_and_then_by_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
