/*
 * csv_table.h - a CSV file of ours (train.csv, leads.csv, features.csv) row by row, columns by name.
 *
 * Quoting is RFC 4180, read strictly (libetl/base/csv_reader.h), a field at most 64 KiB; white space belongs to its
 * field. Every row has as many fields as the header, or the error names its line.
 */
#ifndef COMMON_CSV_TABLE_H
#define COMMON_CSV_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "services/common/store/volume.h"
#include "services/common/util/error.h"

struct csv_header {
    size_t columns;
    const char *const *name; /* [columns] */
};
enum { CSV_NO_COLUMN = -1 };
int csv_column(const struct csv_header *header, const char *name); /* its place or CSV_NO_COLUMN */
/* The same of one that must be there: false where it is not, and problem says so. */
bool csv_find_column(const struct csv_header *header, const char *name, int *out, char problem[200]);

/*
 * Called once for the header (fields NULL) and then for each row; fields[columns] are borrowed until it
 * returns.  Returning false stops the reading; say why in problem (a line without the file's name).
 */
typedef bool csv_row(void *user, const struct csv_header *header, char *const *fields, char problem[200]);

MUST_CHECK bool csv_table_read_at(const struct volume *volume, const char *name, csv_row *row, void *user,
                                  struct error *err);
MUST_CHECK bool csv_table_read(const char *path, csv_row *row, void *user, struct error *err);

/* Write one field, quoted where it must be, and the comma or line end after it. */
void csv_write_text(FILE *file, const char *text, bool last);
void csv_write_format(FILE *file, bool last, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
