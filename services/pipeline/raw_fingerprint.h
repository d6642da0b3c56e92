/* raw_fingerprint.h - whether raw/ has changed: one number for the names, sizes and times of all files in it. */
#ifndef PIPELINE_RAW_FINGERPRINT_H
#define PIPELINE_RAW_FINGERPRINT_H

#include <stdint.h>

/* 0 if raw/ and raw/inbox/ contain no files. Hidden files are skipped: they are still being written. */
uint64_t raw_fingerprint(const char *data);

#endif
