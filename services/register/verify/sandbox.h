/* sandbox.h - a data folder that is made for a program under test, and removed afterwards. */
#ifndef REGISTER_SANDBOX_H
#define REGISTER_SANDBOX_H

#include "services/common/store/volume.h"

/* Remove it with all that is in it; links are not followed. Fine where there is none. */
void sandbox_remove(const struct volume *volume, const char *name);

#endif
