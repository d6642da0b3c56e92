/* etl_intake_fuzz.c - raw files of any bytes: no crash, every record has one fate, and it does not matter who reads. */
#include <stdlib.h>
#include <string.h>

#include "libetl/gather.h"

static const char config_json[] =
    "{\"currency\":\"usd\",\"setup_fee\":399,\"packages\":[{\"name\":\"A\",\"price\":150,\"lookup_keys\":[\"a\"]},"
    "{\"name\":\"B\",\"price\":350}],\"features\":[{\"name\":\"type\",\"kind\":\"categorical\",\"levels\":[\"Dental\"]}"
    ","
    "{\"name\":\"size\",\"kind\":\"categorical\",\"ranges\":true,\"levels\":[\"1-9\",\"10+\"]},{\"name\":\"age\","
    "\"kind\":\"numeric\"}]}";

static struct config *config;
static struct vocabulary *vocabulary;
static struct form_reader *form;

static void set_up(void) {
    struct config_error err;
    config = config_parse(config_json, sizeof config_json - 1, &err);
    vocabulary = vocabulary_new(config);
    form = form_new(config, 7);
    if (form == NULL || vocabulary == NULL)
        abort();
}

/* Read a file in pieces of so many bytes. */
static void read_file(struct gather *gather, enum intake_kind kind, struct text file, size_t piece, bool reference) {
    struct intake intake = {{config, false, 7}, form, reference};
    struct intake_header header = {0};
    struct intake_error err;
    struct batch batch = {0};
    bool csv = kind == INTAKE_FORM_CSV || kind == INTAKE_STRIPE_CSV;
    size_t from = intake_start(file);
    if (!gather_begin(gather, config, vocabulary, 7, 1))
        abort();
    if (!csv || intake_csv_header(&intake, kind, file, &header, &from, &err))
        while (from < file.size) {
            batch_reset(&batch);
            if (!(csv ? intake_csv(&intake, kind, &header, file, from, from + piece, &batch, &from)
                      : intake_json(&intake, kind, file, from, from + piece, &batch, &from)) ||
                !gather_batch(gather, 0, &batch))
                abort();
        }
    if (!gather_balances(&gather->sources[0]))
        abort();
    batch_done(&batch);
}

static bool take(void *user, const struct purchase *purchase) {
    ((uint64_t *)user)[purchase->verdict]++;
    return true;
}

/* The same counts, and the same places refused. */
static bool are_alike(const struct gather_source *a, const struct gather_source *b) {
    return memcmp(a, b, offsetof(struct gather_source, refusals)) == 0 &&
           (a->quarantined == 0 || memcmp(a->refusals, b->refusals, a->quarantined * sizeof *a->refusals) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t verdicts[2][VERDICT_COUNT] = {{0}};
    struct gather ours, theirs;
    if (config == NULL)
        set_up();
    if (size < 2)
        return 0;
    enum intake_kind kind = (enum intake_kind)(data[0] % 4);
    struct text file = {(const char *)data + 2, size - 2};
    read_file(&ours, kind, file, (size_t)data[1] * 4 + 1, false);
    read_file(&theirs, kind, file, size, true);
    if (!are_alike(ours.sources, theirs.sources))
        abort();
    size_t brace;
    if (intake_json_joint(file, &brace).size > 0 && file.at[0] != '[' && file.at[0] != '{' &&
        !strchr(" \t\r\n\xef", file.at[0]))
        abort();
    if (!leads_settle(&ours.leads, NULL, 0, 1) || !leads_settle(&theirs.leads, NULL, 0, 1) ||
        ours.leads.count != theirs.leads.count)
        abort();
    if (!purchases_judge(&ours.purchases, config, take, verdicts[0]) ||
        !purchases_judge(&theirs.purchases, config, take, verdicts[1]) ||
        memcmp(verdicts[0], verdicts[1], sizeof verdicts[0]) != 0)
        abort();
    gather_done(&ours);
    gather_done(&theirs);
    return 0;
}
