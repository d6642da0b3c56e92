/* status_message.h - the reason for the state, in one line for a person. */
#ifndef DRIFT_STATUS_MESSAGE_H
#define DRIFT_STATUS_MESSAGE_H

#include "services/drift/monitor.h"

void status_message_write(const struct monitor *m, char *out, size_t size);

#endif
