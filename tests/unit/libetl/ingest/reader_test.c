/* reader_test.c - every shape in which submissions and payments come, and what is refused. */
#include "tests/unit/libetl/join_fixture.h"

#define OBJECT_MEMBERS                                                                                                 \
    "'id':'ch_1','object':'charge','created':" AT_NOON ",'livemode':true,'status':'succeeded','captured':true,"        \
    "'amount':35000,'currency':'usd','billing_details':{'email':'ada@example.com'}"
#define OBJECT "{" OBJECT_MEMBERS "}"
#define ADA_LEAD "ada|Dental|10-25|2026-01-01T00:00:00Z\n"

static void expect_leads(struct join_input input, const char *leads) {
    struct join_outcome *out = join_run(input);
    assert_string_equal(out->leads, leads);
    free(out);
    input.reference_only = true;
    out = join_run(input);
    assert_string_equal(out->leads, leads);
    free(out);
}

static void expect_refused(struct join_input input, enum etl_reject_reason reason, uint64_t times) {
    struct join_outcome *out = join_run(input);
    for (size_t i = 0; i < ETL_REJECT_COUNT; i++)
        if (out->reasons[i] > 0 && i != reason)
            fail_msg("refused for \"%s\"", etl_reject_reason_text((enum etl_reject_reason)i));
    assert_int_equal(out->reasons[reason], times);
    free(out);
}

/* ---- forms as CSV ---- */

static void columns_may_stand_in_any_order_and_be_spelt_in_many_ways(void **state) {
    (void)state;
    expect_leads((struct join_input){.forms = "businessSize,_replyto,DATE,utm,business_type,Customer ID\n"
                                              "10-25,ada@example.com,2026-01-01,google,Dental,ada\n"},
                 ADA_LEAD);
}

/* An export has the columns of all its form's years. */
static void of_columns_with_one_meaning_the_first_that_says_something_counts(void **state) {
    (void)state;
    expect_leads(
        (struct join_input){.forms = "date,_date,_replyto,Email,email,lead_id,customer_id,Business Type,businessType\n"
                                     "2026-01-01,,old@example.com,,,,,Dental,\n"
                                     "soon,2026-01-02,x,new@example.com,,,,,Legal\n"
                                     "2026-01-03,,,,ada@example.com,ada,17, ,Dental\n"
                                     "2026-01-04,,,,,,ben,Legal,Dental\n"},
        "e-15-o|Dental||2026-01-01T00:00:00Z\ne-15-n|Legal||2026-01-02T00:00:00Z\n"
        "ada|Dental||2026-01-03T00:00:00Z\nben|Legal||2026-01-04T00:00:00Z\n");
}

static void a_form_service_export_is_read(void **state) {
    (void)state;
    expect_leads((struct join_input){.forms = "id,date,_status,Business Size,Business Type,email,lead_id\r\n"
                                              "17,2026-01-01T00:00:00.707632,,10-25,Dental,ada@example.com,ada\r\n"},
                 ADA_LEAD);
}

static void a_byte_order_mark_and_windows_line_ends_do_no_harm(void **state) {
    (void)state;
    expect_leads(
        (struct join_input){
            .forms = "\xef\xbb\xbflead_id,Business Type,Business Size,date\r\nada,Dental,10-25,2026-01-01\r\n\r\n"},
        ADA_LEAD);
}

static void a_quoted_field_may_hold_commas_quotes_and_line_ends(void **state) {
    (void)state;
    expect_leads((struct join_input){.forms = "lead_id,name,Business Type,Business Size,date\n"
                                              "ada,\"Ada, \"\"the\nfirst\"\"\",\"Dental\",\"10-25\",2026-01-01\n"},
                 ADA_LEAD);
}

static void the_last_line_needs_no_end(void **state) {
    (void)state;
    expect_leads((struct join_input){.forms = "lead_id,Business Type,Business Size,date\nada,Dental,10-25,2026-01-01"},
                 ADA_LEAD);
}

static void latin1_bytes_become_utf8(void **state) {
    (void)state;
    expect_leads((struct join_input){.forms = "lead_id,Business Type\nada,Caf\xe9\n"}, "ada|Caf\xc3\xa9||\n");
}

static void a_row_that_is_too_short_or_too_long_is_refused(void **state) {
    (void)state;
    expect_refused(
        (struct join_input){.forms = FORM_HEADER "ada,ada@example.com\nben,b@example.com,Legal,1-9,2026-01-01,x\n" ADA},
        ETL_REJECT_FIELD_COUNT, 2);
}

static void a_row_of_nobody_is_refused(void **state) {
    (void)state;
    expect_refused((struct join_input){.forms = FORM_HEADER ",not an address,Dental,1-9,2026-01-01\n"},
                   ETL_REJECT_NO_IDENTITY, 1);
}

static void a_date_that_is_none_is_refused(void **state) {
    (void)state;
    expect_refused((struct join_input){.forms = FORM_HEADER "ada,,Dental,1-9,2026-02-30\nben,,Dental,1-9,soon\n"},
                   ETL_REJECT_BAD_DATE, 2);
}

static void an_unclosed_quote_costs_its_line_alone(void **state) {
    (void)state;
    struct join_input input = {
        .forms = "lead_id,Business Type,Business Size,date\nben,\"Legal,1-9,2026-01-01\nada,Dental,10-25,2026-01-01\n"};
    expect_leads(input, ADA_LEAD);
    expect_refused(input, ETL_REJECT_NOT_CSV, 1);
}

static void a_lead_id_that_is_no_id_is_refused_where_there_is_no_address(void **state) {
    (void)state;
    expect_refused((struct join_input){.forms = FORM_HEADER "undefined,,Dental,1-9,2026-01-01\n"},
                   ETL_REJECT_BAD_LEAD_ID, 1);
    expect_refused((struct join_input){.forms = FORM_HEADER "=cmd(),,Dental,1-9,2026-01-01\n"}, ETL_REJECT_BAD_LEAD_ID,
                   1);
}

static void a_lead_whose_id_is_none_is_known_by_its_address(void **state) {
    (void)state;
    struct join_input input = {.forms = FORM_HEADER "undefined,ada@example.com,Dental,10-25,2026-01-01\n"
                                                    "undefined,ben@example.com,Legal,1-9,2026-01-01\n"
                                                    "{{ lead.id }},cid@example.com,Legal,26+,2026-01-01\n"};
    expect_leads(input, "e-15-a|Dental|10-25|2026-01-01T00:00:00Z\ne-15-b|Legal|1-9|2026-01-01T00:00:00Z\n"
                        "e-15-c|Legal|26+|2026-01-01T00:00:00Z\n");
    input.stripe = OBJECT;
    join_expect_train(input, "e-15-a|Dental|10-25|2026-01-01T00:00:00Z|2026-01-10T12:00:00Z|350.00||MVP\n");
}

static void fields_may_be_parted_by_semicolons_or_tabs(void **state) {
    (void)state;
    expect_leads((struct join_input){.forms =
                                         "\xef\xbb\xbf\"lead_id\";\"name, if any\";Business Type;Business Size;date\r\n"
                                         "ada; \"Lovelace; A.\" ;Dental;10-25;2026-01-01\r\n"
                                         "ben;Ben, the first;Legal;1-9;02.01.2026 10:20\r\n"},
                 "ada|Dental|10-25|2026-01-01T00:00:00Z\nben|Legal|1-9|2026-01-02T10:20:00Z\n");
    expect_leads((struct join_input){.forms = "lead_id\tname\tBusiness Type\tBusiness Size\tdate\n"
                                              "ada\t\t Dental \t10-25\t2026-01-01\n"},
                 ADA_LEAD);
}

static void what_a_file_lacks_is_said_of_the_columns_it_has(void **state) {
    (void)state;
    struct etl_reader reader = {{NULL, false, NULL}, NULL, false};
    struct etl_csv_header header = {0};
    struct etl_reader_error err;
    size_t behind;
    static const char file[] = "id;Created date (UTC);Amount, paid;Currency\n";
    assert_false(etl_reader_csv_header(&reader, &etl_format_stripe, (struct etl_text){file, sizeof file - 1}, &header,
                                       &behind, &err));
    assert_string_equal(err.text, "line 1: no column with amount");
}

/* ---- forms as JSON ---- */

#define ANSWERS "'lead_id':'ada','email':'ada@example.com','Business Type':'Dental','businessSize':'10-25'"

static void a_webhook_body_is_read(void **state) {
    (void)state;
    expect_leads((struct join_input){.answers = "{'form':'mvzv','keys':['email'],'submission':{" ANSWERS
                                                ",'_date':'2026-01-01'}}"},
                 ADA_LEAD);
}

static void a_flat_body_is_read(void **state) {
    (void)state;
    expect_leads((struct join_input){.answers = "{" ANSWERS ",'date':'2026-01-01','_status':{'x':{'delivered':true}}}"},
                 ADA_LEAD);
}

/* {"answers":[{"name":...,"value":...}]} as one flat object. */
static json_t *flatten(json_t *delivery) {
    json_t *flat = json_object(), *answer;
    size_t i;
    json_array_foreach(json_object_get(delivery, "answers"), i, answer) {
        json_object_set(flat, json_string_value(json_object_get(answer, "name")), json_object_get(answer, "value"));
    }
    json_object_set_new(delivery, "flat", flat);
    return flat;
}

static void a_source_may_build_its_answers_from_a_delivery(void **state) {
    (void)state;
    static const struct etl_source_format format = {.kind = ETL_SOURCE_OF_LEADS, .answers = flatten};
    expect_leads((struct join_input){.format = &format,
                                     .answers = "{'answers':[{'name':'lead_id','value':'ada'},"
                                                "{'name':'email','value':'ada@example.com'},"
                                                "{'name':'Business Type','value':'Dental'},"
                                                "{'name':'businessSize','value':'10-25'},"
                                                "{'name':'date','value':'2026-01-01'}]}"},
                 ADA_LEAD);
}

static void an_export_or_a_page_holds_many(void **state) {
    (void)state;
    expect_leads((struct join_input){.answers =
                                         "{'fields':['_date'],'submissions':[{" ANSWERS ",'_date':'2026-01-01'},"
                                         "{'lead_id':'ben','_date':'2026-01-02','Business Type':'Legal'}],'host':'x'}"},
                 ADA_LEAD "ben|Legal||2026-01-02T00:00:00Z\n");
}

static void a_delivery_in_its_envelope_has_the_time_it_arrived(void **state) {
    (void)state;
    expect_leads(
        (struct join_input){.answers = "{'received_at':'2026-01-01T00:00:00Z','body':{'form':'x','submission':{" ANSWERS
                                       "}}}\n"},
        ADA_LEAD);
}

static void but_its_own_date_where_it_has_one(void **state) {
    (void)state;
    expect_leads((struct join_input){.answers = "{'received_at':'2026-03-01T00:00:00Z','body':{" ANSWERS
                                                ",'_date':'2026-01-01'}}\n"},
                 ADA_LEAD);
    expect_leads((struct join_input){.answers = "{'received_at':'2026-03-01T00:00:00Z','body':{" ANSWERS
                                                ",'Signup Date':'2026-01-01'}}\n"},
                 ADA_LEAD);
}

static void what_a_visitor_calls_a_date_is_not_when_a_form_was_sent(void **state) {
    (void)state;
    expect_leads((struct join_input){.answers = "{'date':'2026-05-01'," ANSWERS ",'_date':'2026-01-01'}"}, ADA_LEAD);
    expect_leads((struct join_input){.answers = "{'date':'next week'," ANSWERS ",'_date':'2026-01-01'}"}, ADA_LEAD);
    expect_leads((struct join_input){.answers =
                                         "{'received_at':'2026-01-01T00:00:00Z','body':{'date':'next week'," ANSWERS
                                         "}}\n"},
                 ADA_LEAD);
}

static void a_page_in_an_envelope_holds_many(void **state) {
    (void)state;
    expect_leads((struct join_input){.answers = "{'received_at':'2026-03-01T00:00:00Z','body':{'submissions':[{" ANSWERS
                                                ",'_date':'2026-01-01'}]}}\n"},
                 ADA_LEAD);
}

/* jansson takes neither; a visitor who pastes them is a lead all the same. */
static void half_an_emoji_and_the_character_nul_do_no_harm(void **state) {
    (void)state;
    expect_leads((struct join_input){.answers = "{'lead_id':'ada','name':'\\ud83d \\ud83d\\ude00','Business Type':"
                                                "'Dental\\u0000','Business Size':'10-25','_date':'2026-01-01'}"},
                 ADA_LEAD);
}

static void numbers_in_json_are_answers_too(void **state) {
    (void)state;
    expect_leads(
        (struct join_input){.answers =
                                "{'lead_id':'ada','Business Type':'Dental','Business Size':12,'_date':'2026-01-01'}"},
        ADA_LEAD);
}

/* ---- payments as JSON ---- */

static void expect_sale(const char *stripe) {
    struct join_input input = {.forms = FORM_HEADER ADA, .stripe = stripe};
    join_expect_train(input, ADA_ROW_OF("350.00", "", "MVP"));
    input.reference_only = true;
    join_expect_train(input, ADA_ROW_OF("350.00", "", "MVP"));
}

#define AN_EVENT                                                                                                       \
    "{'id':'evt_1','object':'event','created':" AT_NOON                                                                \
    ",'livemode':true,'type':'charge.succeeded',\n  'data':{'object':" OBJECT "}}"

static void one_object_is_read(void **state) {
    (void)state;
    expect_sale(OBJECT);
}

static void half_an_emoji_in_a_payment_does_no_harm(void **state) {
    (void)state;
    expect_sale("{'description':'\\uDE00 \\u0000'," OBJECT_MEMBERS "}");
}

static void one_event_is_read_however_it_is_laid_out(void **state) {
    (void)state;
    expect_sale("\n  " AN_EVENT "\n");
}

static void an_array_is_read(void **state) {
    (void)state;
    expect_sale("[" OBJECT "," AN_EVENT "]");
}

static void a_list_object_is_read_whatever_the_order_of_its_members(void **state) {
    (void)state;
    expect_sale("{'object':'list','data':[" OBJECT "],'has_more':false,'url':'/v1/charges'}");
    expect_sale("{'data':[" OBJECT "],'has_more':false,'object':'list'}");
}

static void lines_are_read(void **state) {
    (void)state;
    expect_sale(AN_EVENT "\n" OBJECT "\n");
}

static void lines_of_lists_are_read(void **state) {
    (void)state;
    expect_sale("{'object':'list','data':[" OBJECT "]}\n{'object':'list','data':[]}\n{'object':'list','data':[" AN_EVENT
                "]}\n");
}

static void deliveries_in_envelopes_are_read(void **state) {
    (void)state;
    expect_sale("{'received_at':'2026-01-10T12:00:01Z','body':" AN_EVENT "}\n"
                "{'received_at':'2026-01-10T12:00:01Z','body':{'object':'list','data':[" OBJECT "]}}\n");
}

static void an_object_without_a_time_happened_when_it_arrived(void **state) {
    (void)state;
    expect_sale("{'received_at':'2026-01-10T12:00:00Z','body':{'id':'ch_1','object':'charge','status':'succeeded','"
                "captured':true,"
                "'amount':35000,'currency':'usd','billing_details':{'email':'ada@example.com'}}}");
}

static void expect_refused_payment(const char *stripe, enum etl_reject_reason reason) {
    expect_refused((struct join_input){.stripe = stripe}, reason, 1);
    expect_refused((struct join_input){.stripe = stripe, .reference_only = true}, reason, 1);
}

static void kinds_that_say_nothing_of_a_purchase_are_refused_without_blame(void **state) {
    (void)state;
    expect_refused_payment("{'id':'prod_1','object':'product'}", ETL_REJECT_UNRELATED);
    assert_false(etl_reject_reason_is_broken(ETL_REJECT_UNRELATED));
}

static void a_thin_event_is_refused(void **state) {
    (void)state;
    expect_refused_payment("{'id':'evt_1','object':'v2.core.event'}", ETL_REJECT_THIN_EVENT);
}

static void a_payment_without_a_currency_is_refused(void **state) {
    (void)state;
    expect_refused_payment("{'id':'ch_1','object':'charge','created':1,'status':'succeeded','amount':1}",
                           ETL_REJECT_BAD_CURRENCY);
}

static void a_payment_without_a_time_is_refused(void **state) {
    (void)state;
    expect_refused_payment("{'id':'ch_1','object':'charge','status':'succeeded','amount':1,'currency':'usd'}",
                           ETL_REJECT_NO_TIME);
}

static void what_is_no_object_is_refused(void **state) {
    (void)state;
    expect_refused((struct join_input){.stripe = "17\n'text'\n"}, ETL_REJECT_NOT_OBJECT, 2);
}

static void a_broken_line_costs_itself_alone(void **state) {
    (void)state;
    struct join_input input = {.forms = FORM_HEADER ADA, .stripe = "{'id':'ch_0','object':'charge','amo\n" OBJECT "\n"};
    join_expect_train(input, ADA_ROW_OF("350.00", "", "MVP"));
    expect_refused(input, ETL_REJECT_CUT_OFF, 1);
}

static void a_file_that_ends_too_early_is_said_to_be_cut_off(void **state) {
    (void)state;
    struct join_input input = {.forms = FORM_HEADER ADA, .stripe = "[" OBJECT ",\n{'id':'ch_2','object':'char"};
    join_expect_train(input, ADA_ROW_OF("350.00", "", "MVP"));
    expect_refused(input, ETL_REJECT_CUT_OFF, 1);
}

static void a_broken_item_costs_its_list_nothing_else(void **state) {
    (void)state;
    static const char *const broken[] = {"{'id':'ch_0','object':'charge','amount':123456789012345678901234567890}",
                                         "{'id':'ch_0','object':'charge','amount':01}", "{'id':'ch_0\there'}"};
    static const char *const layouts[] = {
        "[%s,%s]", "{'data':[%s,%s]}", "{'object':'list','data':[]}\n{'data':[%s,%s]}",
        "{'received_at':'2026-01-10T12:00:01Z','body':{'object':'list','data':[%s,%s]}}",
        "[{'object':'list','data':[%s,%s]}]"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        for (size_t k = 0; k < sizeof layouts / sizeof *layouts; k++) {
            char stripe[1024];
            snprintf(stripe, sizeof stripe, layouts[k], broken[i], OBJECT);
            struct join_input input = {.forms = FORM_HEADER ADA, .stripe = stripe};
            join_expect_train(input, ADA_ROW_OF("350.00", "", "MVP"));
            expect_refused(input, ETL_REJECT_NOT_JSON, 1);
        }
}

static void a_missing_brace_costs_its_line_alone(void **state) {
    (void)state;
    struct join_input input = {.forms = FORM_HEADER ADA, .stripe = "[\n{'id':'ch_0','object':{},\n" OBJECT "\n]\n"};
    join_expect_train(input, ADA_ROW_OF("350.00", "", "MVP"));
    expect_refused(input, ETL_REJECT_CUT_OFF, 1);
}

static void a_page_of_submissions_is_not_lost_for_one_of_them(void **state) {
    (void)state;
    struct join_input input = {.answers =
                                   "{'received_at':'2026-03-01T00:00:00Z','body':{'submissions':[{'lead_id':'ben',"
                                   "'n':123456789012345678901234567890},{" ANSWERS ",'_date':'2026-01-01'}]}}\n"};
    expect_leads(input, ADA_LEAD);
    expect_refused(input, ETL_REJECT_NOT_JSON, 1);
    expect_refused(
        (struct join_input){.forms = FORM_HEADER ADA,
                            .answers = "{'received_at':'2026-03-01','body':{'lead_id':'ben','data':[],'n':1e999}}\n"},
        ETL_REJECT_NOT_JSON, 1);
}

static void the_words_before_json_are_one_record_for_each_line(void **state) {
    (void)state;
    struct join_input input = {.forms = FORM_HEADER ADA,
                               .stripe = "> Ready! You are using 'API' version 1, 2 or 3\n2026-01-10 --> event: " OBJECT
                                         "\n"};
    join_expect_train(input, ADA_ROW_OF("350.00", "", "MVP"));
    expect_refused(input, ETL_REJECT_NOT_JSON, 2);
}

static void expect_separator(const char *file, const char *separator, size_t brace) {
    char *json = join_quotes(file);
    size_t at = 0;
    struct etl_text found = etl_reader_json_separator((struct etl_text){json, strlen(json)}, &at);
    char *wanted = join_quotes(separator);
    assert_int_equal(found.size, strlen(wanted));
    assert_memory_equal(found.at, wanted, found.size);
    if (found.size > 0)
        assert_int_equal(at, brace);
    free(wanted);
    free(json);
}

static void how_the_records_of_an_array_follow_each_other_is_found(void **state) {
    (void)state;
    expect_separator("[{'id':'evt_1','data':[{'id':'x_1'},{'id':'x_2'}]},{'id':'evt_2'}]", "},{'id':'evt_", 2);
    expect_separator("{'object':'list','data':[{'id':'evt_1'},{'id':'evt_2'}],'url':'/'}", "},{'id':'evt_", 2);
    expect_separator("\xef\xbb\xbf [\n  {\n    'id': 'evt_1'\n  },\n  {\n    'id': 'evt_2'\n  }\n]",
                     "},\n  {\n    'id': 'evt_", 5);
    expect_separator("{'fields':[],'submissions':[{'email':'a@x.com'},{'email':'b@x.com'}]}", "},{'email':'", 2);
}

static void where_there_are_no_two_records_nothing_is_found(void **state) {
    (void)state;
    static const char *const files[] = {"",
                                        "[",
                                        "[]",
                                        "[{'id':'a_1'}]",
                                        "[{'id':'a_1'},",
                                        "[{'id':'a_1'},{",
                                        "[{},{}]",
                                        "[{'id':'a_1'},{'id':2}]",
                                        "{'id':'a_1'}\n{'id':'a_2'}",
                                        "[1,2]",
                                        "x"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        expect_separator(files[i], "", 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_may_stand_in_any_order_and_be_spelt_in_many_ways),
        cmocka_unit_test(of_columns_with_one_meaning_the_first_that_says_something_counts),
        cmocka_unit_test(a_form_service_export_is_read),
        cmocka_unit_test(a_byte_order_mark_and_windows_line_ends_do_no_harm),
        cmocka_unit_test(a_quoted_field_may_hold_commas_quotes_and_line_ends),
        cmocka_unit_test(the_last_line_needs_no_end),
        cmocka_unit_test(latin1_bytes_become_utf8),
        cmocka_unit_test(a_row_that_is_too_short_or_too_long_is_refused),
        cmocka_unit_test(a_row_of_nobody_is_refused),
        cmocka_unit_test(a_date_that_is_none_is_refused),
        cmocka_unit_test(an_unclosed_quote_costs_its_line_alone),
        cmocka_unit_test(a_lead_id_that_is_no_id_is_refused_where_there_is_no_address),
        cmocka_unit_test(a_lead_whose_id_is_none_is_known_by_its_address),
        cmocka_unit_test(fields_may_be_parted_by_semicolons_or_tabs),
        cmocka_unit_test(what_a_file_lacks_is_said_of_the_columns_it_has),
        cmocka_unit_test(a_webhook_body_is_read),
        cmocka_unit_test(a_flat_body_is_read),
        cmocka_unit_test(a_source_may_build_its_answers_from_a_delivery),
        cmocka_unit_test(an_export_or_a_page_holds_many),
        cmocka_unit_test(a_delivery_in_its_envelope_has_the_time_it_arrived),
        cmocka_unit_test(but_its_own_date_where_it_has_one),
        cmocka_unit_test(what_a_visitor_calls_a_date_is_not_when_a_form_was_sent),
        cmocka_unit_test(a_page_in_an_envelope_holds_many),
        cmocka_unit_test(half_an_emoji_and_the_character_nul_do_no_harm),
        cmocka_unit_test(numbers_in_json_are_answers_too),
        cmocka_unit_test(one_object_is_read),
        cmocka_unit_test(half_an_emoji_in_a_payment_does_no_harm),
        cmocka_unit_test(one_event_is_read_however_it_is_laid_out),
        cmocka_unit_test(an_array_is_read),
        cmocka_unit_test(a_list_object_is_read_whatever_the_order_of_its_members),
        cmocka_unit_test(lines_are_read),
        cmocka_unit_test(lines_of_lists_are_read),
        cmocka_unit_test(deliveries_in_envelopes_are_read),
        cmocka_unit_test(an_object_without_a_time_happened_when_it_arrived),
        cmocka_unit_test(kinds_that_say_nothing_of_a_purchase_are_refused_without_blame),
        cmocka_unit_test(a_thin_event_is_refused),
        cmocka_unit_test(a_payment_without_a_currency_is_refused),
        cmocka_unit_test(a_payment_without_a_time_is_refused),
        cmocka_unit_test(what_is_no_object_is_refused),
        cmocka_unit_test(a_broken_line_costs_itself_alone),
        cmocka_unit_test(a_file_that_ends_too_early_is_said_to_be_cut_off),
        cmocka_unit_test(a_broken_item_costs_its_list_nothing_else),
        cmocka_unit_test(a_missing_brace_costs_its_line_alone),
        cmocka_unit_test(the_words_before_json_are_one_record_for_each_line),
        cmocka_unit_test(a_page_of_submissions_is_not_lost_for_one_of_them),
        cmocka_unit_test(how_the_records_of_an_array_follow_each_other_is_found),
        cmocka_unit_test(where_there_are_no_two_records_nothing_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
