/* run_id.h - random UUIDs for runs, requests and leads. */
#ifndef COMMON_RUN_ID_H
#define COMMON_RUN_ID_H

#include <stdbool.h>

void run_id_new(char out[37]);
bool run_id_valid(const char *text);

#endif
