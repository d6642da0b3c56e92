/*
 * model_card.h - card.html: what a version is worth, for a person, as one page that needs no other file.
 *
 * Its bytes follow from data, seed and champion; it contains no time and no run.
 */
#ifndef REGISTER_MODEL_CARD_H
#define REGISTER_MODEL_CARD_H

#include "services/register/gate/evaluation.h"

/* The page, which the caller frees; NULL where memory ran out. */
char *model_card_write(const struct evaluation *e, size_t *size);

#endif
