/* payments_test.c - transactions.json is made of Stripe's objects, and both layouts tell the same stories. */
#include "tests/unit/sample/fixture.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "services/sample/payments.h"

enum { LEADS = 1000 };
static const char genuine[] = "../shared/fixtures/stripe/stripe-sync-engine";

struct payments {
    struct journey_tally tally;
    struct payments_count count;
    json_t *lines; /* array of what stands in the file */
};

static struct payments write_payments(uint64_t seed, bool compact) {
    struct small_sample small = small_sample_new(seed, LEADS, POPULATION_STEADY);
    struct payments payments = {.lines = json_array()};
    char *bytes, *rest;
    size_t size;
    FILE *file = open_memstream(&bytes, &size);
    assert_true(payments_write(file, &small.sample, compact, &payments.tally, &payments.count));
    fclose(file);
    for (char *line = strtok_r(bytes, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        assert_true(json_is_object(object));
        json_array_append_new(payments.lines, object);
    }
    free(bytes);
    small_sample_done(&small);
    return payments;
}

static const char *text_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static void every_line_is_one_json_object_and_all_are_counted(void **state) {
    (void)state;
    for (int compact = 0; compact < 2; compact++) {
        struct payments payments = write_payments(1, compact != 0);
        assert_true(json_array_size(payments.lines) == payments.count.lines);
        assert_true(payments.count.repeated > 0);
        json_decref(payments.lines);
    }
}

static void an_event_delivered_twice_is_the_same_and_no_other_has_its_id(void **state) {
    (void)state;
    struct payments payments = write_payments(1, false);
    json_t *seen = json_object(), *event;
    size_t i, repeated = 0;
    json_array_foreach(payments.lines, i, event) {
        json_t *before = json_object_get(seen, text_of(event, "id"));
        assert_true(before == NULL || json_equal(before, event));
        repeated += before != NULL;
        json_object_set(seen, text_of(event, "id"), event);
    }
    assert_true(repeated == payments.count.repeated);
    json_decref(seen);
    json_decref(payments.lines);
}

static void a_plain_purchase_is_five_to_seven_events(void **state) {
    (void)state;
    struct payments payments = write_payments(1, false);
    size_t purchases =
        payments.tally.labelled + payments.tally.excluded[EXCLUDED_NO_LEAD] + payments.tally.excluded[EXCLUDED_LATER];
    double each = (double)(payments.count.lines - payments.count.repeated) / (double)purchases;
    assert_true(each > 5 && each < 10); /* with refunds, renewals and what comes to nothing */
    json_decref(payments.lines);
}

static void both_layouts_write_the_same_journeys(void **state) {
    (void)state;
    struct payments events = write_payments(2, false), compact = write_payments(2, true);
    assert_memory_equal(&events.tally, &compact.tally, sizeof events.tally);
    assert_true(compact.count.lines < 2 * compact.tally.buyers);
    json_decref(events.lines);
    json_decref(compact.lines);
}

static void old_and_new_api_versions_stand_side_by_side(void **state) {
    (void)state;
    struct payments payments = write_payments(1, false);
    size_t i, old = 0, new = 0;
    json_t *event;
    json_array_foreach(payments.lines, i, event) {
        if (strcmp(text_of(event, "type"), "invoice.paid") != 0)
            continue;
        json_t *invoice = json_object_get(json_object_get(event, "data"), "object");
        json_t *line = json_array_get(json_object_get(json_object_get(invoice, "lines"), "data"), 0);
        bool is_new = strcmp(text_of(event, "api_version"), "2025-03-31") > 0;
        assert_true((json_object_get(invoice, "parent") != NULL) == is_new);
        assert_true((json_object_get(invoice, "subscription") == NULL) == is_new);
        assert_true((json_object_get(line, "pricing") != NULL) == is_new);
        assert_true((json_object_get(line, "price") == NULL) == is_new);
        old += !is_new;
        new += is_new;
    }
    assert_true(old > 100 && new > 100);
    json_decref(payments.lines);
}

/* The keys of an event's object that the genuine one of the same type and family does not have. */
static size_t unknown_keys(const json_t *mine, const json_t *real) {
    size_t unknown = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)mine, key, value)
        if (json_object_get(real, key) == NULL) {
            print_message("key \"%s\" of a %s is not in the genuine one\n", key, text_of(mine, "object"));
            unknown++;
        }
    return unknown;
}

static json_t *first_old_object(const struct payments *payments, const char *type) {
    size_t i;
    json_t *event;
    json_array_foreach(payments->lines, i, event)
        if (strcmp(text_of(event, "type"), type) == 0 && strcmp(text_of(event, "api_version"), "2025") < 0)
            return json_object_get(json_object_get(event, "data"), "object");
    return NULL;
}

static void objects_have_the_keys_of_genuine_ones(void **state) {
    (void)state;
    static const struct {
        const char *type, *file;
        size_t later_keys; /* that Stripe added after the genuine one was recorded, and before our version */
    } cases[] = {
        {"checkout.session.completed", "checkout_session_completed.json", 0},
        {"charge.succeeded", "charge_succeeded.json", 0},
        {"payment_intent.succeeded", "payment_intent_succeeded.json", 0},
        {"invoice.paid", "invoice_paid.json", 1},
        {"customer.subscription.created", "subscription_created.json", 5},
        {"refund.created", "refund_created.json", 0},
        {"charge.dispute.closed", "charge_dispute_closed.json", 0},
        {"customer.created", "customer_updated.json", 1},
    };
    struct payments payments = write_payments(1, false);
    char path[300];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(path, sizeof path, "%s/%s", genuine, cases[i].file);
        json_t *real = json_load_file(path, 0, NULL);
        if (real == NULL) {
            json_decref(payments.lines);
            print_message("the genuine objects do not stand beside this checkout\n");
            skip();
        }
        json_t *mine = first_old_object(&payments, cases[i].type);
        assert_non_null(mine);
        assert_in_range(unknown_keys(mine, json_object_get(json_object_get(real, "data"), "object")), 0,
                        cases[i].later_keys);
        json_decref(real);
    }
    json_decref(payments.lines);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_one_json_object_and_all_are_counted),
        cmocka_unit_test(an_event_delivered_twice_is_the_same_and_no_other_has_its_id),
        cmocka_unit_test(a_plain_purchase_is_five_to_seven_events),
        cmocka_unit_test(both_layouts_write_the_same_journeys),
        cmocka_unit_test(old_and_new_api_versions_stand_side_by_side),
        cmocka_unit_test(objects_have_the_keys_of_genuine_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
