/* child_result.h - what a stage says in its result line. */
#ifndef PIPELINE_CHILD_RESULT_H
#define PIPELINE_CHILD_RESULT_H

#include <stddef.h>

#include <jansson.h>

/* The text of a member of a result, or else `otherwise`, cut between two characters where it does not fit. */
void child_result_text(char *out, size_t size, const json_t *result, const char *name, const char *otherwise);

#endif
