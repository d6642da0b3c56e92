/* etl_csv_fuzz.c - our CSV splitter and libcsv must give the same records, one after the other, whatever parts fields.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/base/csv_reader.h"

static void compare(const struct etl_csv_fields *ours, const struct etl_csv_fields *theirs) {
    if (ours->count != theirs->count)
        abort();
    for (size_t i = 0; i < ours->count; i++)
        if (ours->items[i].size != theirs->items[i].size ||
            memcmp(ours->items[i].at, theirs->items[i].at, ours->items[i].size) != 0)
            abort();
}

static void read_both(const uint8_t *data, size_t size, char delimiter, bool keep_blanks) {
    struct etl_csv_fields ours = {.keep_blanks = keep_blanks}, theirs = {.keep_blanks = keep_blanks};
    for (size_t at = 0, used, same; at < size; at += used) {
        struct etl_text rest = {(const char *)data + at, size - at};
        enum etl_csv_result result = etl_csv_read(&theirs, delimiter, rest, &used),
                            own = etl_csv_scan(&ours, delimiter, rest, &same);
        if (used == 0 || used > rest.size)
            abort();
        if (own == ETL_CSV_UNKNOWN)
            continue;
        if (own != result || same != used)
            abort();
        if (own == ETL_CSV_RECORD)
            compare(&ours, &theirs);
    }
    etl_csv_fields_done(&ours);
    etl_csv_fields_done(&theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    read_both(data, size, ',', false);
    read_both(data, size, ',', true);
    read_both(data, size, ';', false);
    read_both(data, size, '\t', false);
    return 0;
}
