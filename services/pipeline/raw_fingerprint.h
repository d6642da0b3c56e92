/* raw_fingerprint.h - whether raw/ has changed: one number for the names, sizes and times of all files in it. */
#ifndef PIPELINE_RAW_FINGERPRINT_H
#define PIPELINE_RAW_FINGERPRINT_H

#include <stdint.h>

/* 0 where raw/ and raw/inbox/ hold no files. Hidden files are passed by: they are on their way. */
uint64_t raw_fingerprint(const char *data);

#endif
