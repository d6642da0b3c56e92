/* oip_tensors_test.c - tensors of the Open Inference Protocol as bytes. */
#include "tests/unit/api/fixture.h"

#include "services/api/predict/oip_tensors.h"

/* What an input of this type finds in these bytes, of which it says that n are its own; NULL where it is refused. */
static json_t *read_bytes(const char *type, const char *bytes, size_t size, double n) {
    struct oip_tensor_bytes rest = {bytes, size};
    json_t *input = json_pack("{s:s,s:{s:f}}", "datatype", type, "parameters", "binary_data_size", n);
    json_t *data = oip_tensor_input(input, &rest);
    json_decref(input);
    if (data != NULL)
        assert_int_equal(rest.size, size - (size_t)n);
    return data;
}

static void texts_and_numbers_are_read_from_bytes(void **state) {
    static const char texts[] = "\6\0\0\0Dental\0\0\0\0\2\0\0\0ab....";
    static const char narrow[] = "\0\0\300\77", wide[] = "\0\0\0\0\0\0\10\300";
    (void)state;
    json_t *data = read_bytes("BYTES", texts, sizeof texts - 1, 20),
           *expected = json_pack("[s,s,s]", "Dental", "", "ab");
    assert_true(json_equal(data, expected));
    json_decref(data);
    json_decref(expected);
    data = read_bytes("FP32", narrow, 4, 4);
    assert_true(json_real_value(json_array_get(data, 0)) == 1.5);
    json_decref(data);
    data = read_bytes("FP64", wide, 8, 8);
    assert_true(json_real_value(json_array_get(data, 0)) == -3);
    json_decref(data);
}

static void bytes_that_are_no_tensor_are_rejected(void **state) {
    (void)state;
    assert_null(read_bytes("BYTES", "\7\0\0\0Dental", 10, 10));
    assert_null(read_bytes("BYTES", "\377\377\377\377Dental", 10, 10));
    assert_null(read_bytes("BYTES", "\1\0\0", 3, 3));
    assert_null(read_bytes("BYTES", "\1\0\0\0\377", 5, 5));
    assert_null(read_bytes("BYTES", "\2\0\0\0a\0", 6, 6)); /* U+0000, as in JSON */
    assert_null(read_bytes("BYTES", "\1\0\0\0a", 5, 6));
    assert_null(read_bytes("BYTES", "\1\0\0\0a", 5, -1));
    assert_null(read_bytes("FP32", "\0\0\0", 3, 3));
    assert_null(read_bytes("FP64", "\0\0\0\0\0\0\370\177", 8, 8)); /* no number */
    assert_null(read_bytes("INT8", "a", 1, 1));
}

static void an_output_is_written_in_either_form(void **state) {
    struct oip_tensor_output plain = {.name = "p", .type = "FP64", .columns = 1}, binary = plain;
    struct strbuf out = {0};
    (void)state;
    binary.binary = true;
    for (int i = 0; i < 2; i++) {
        oip_tensor_add_probability(&plain, 0.82);
        oip_tensor_add_probability(&binary, 0.5);
    }
    oip_tensor_write(&plain, 2, &out);
    oip_tensor_write(&binary, 2, &out);
    static const char expected[] = "{\"name\":\"p\",\"datatype\":\"FP64\",\"shape\":[2,1],\"data\":[0.82,0.82]}"
                                   "{\"name\":\"p\",\"datatype\":\"FP64\",\"shape\":[2,1],\"parameters\":"
                                   "{\"binary_data_size\":16}}";
    assert_int_equal(out.size, sizeof expected - 1);
    assert_memory_equal(out.at, expected, out.size);
    assert_memory_equal(binary.data.at, "\0\0\0\0\0\0\340\77\0\0\0\0\0\0\340\77", 16);
    strbuf_done(&plain.data);
    strbuf_done(&binary.data);
    strbuf_done(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_and_numbers_are_read_from_bytes),
        cmocka_unit_test(bytes_that_are_no_tensor_are_rejected),
        cmocka_unit_test(an_output_is_written_in_either_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
