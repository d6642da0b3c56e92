/* gate_settings.h - the gate's thresholds as rows of a settings table, for the program and for what proves it. */
#ifndef REGISTER_GATE_SETTINGS_H
#define REGISTER_GATE_SETTINGS_H

#include "services/common/worker/settings.h"
#include "services/register/gate/gate.h"

/* The struct given has a struct gate_settings as this member. */
/* clang-format off */
#define GATE_SETTINGS(type, member)                                                                           \
    {"alarm", "GATE_ALARM", SETTING_FLAG,                                                                     \
     offsetof(type, member.alarm), "0", 0, 0, NULL,                                                           \
     "after a drift alarm: it is enough to be no worse than the best champion since the last rebase, "        \
     "within alarm-margin"},                                                                                  \
    {"require-approval|hold", "GATE_REQUIRE_APPROVAL|GATE_HOLD", SETTING_FLAG,                                \
     offsetof(type, member.require_approval), "0", 0, 0, NULL,                                                \
     "promote nothing until a person approves it (approve N)"},                                               \
    {"confidence", "GATE_CONFIDENCE", SETTING_NUMBER,                                                         \
     offsetof(type, member.confidence), "0.95", 0.5, 0.9999, NULL,                                            \
     "one-sided confidence required of the improvement in log-loss"},                                         \
    {"alarm-margin", "GATE_ALARM_MARGIN", SETTING_NUMBER,                                                     \
     offsetof(type, member.alarm_margin), "0.02", 0, 10, NULL,                                                \
     "largest increase of log-loss (nats) over the best champion allowed after an alarm"},                    \
    {"frequency-margin|cells-margin", "GATE_FREQUENCY_MARGIN|GATE_CELLS_MARGIN", SETTING_NUMBER,              \
     offsetof(type, member.frequency_margin), "0.02", 0, 10, NULL,                                            \
     "largest increase of log-loss (nats) allowed over a frequency table of the same inputs"},                \
    {"accuracy-margin", "GATE_ACCURACY_MARGIN", SETTING_NUMBER,                                               \
     offsetof(type, member.accuracy_margin), "0.02", 0, 1, NULL,                                              \
     "largest loss of accuracy allowed against the champion, 0 to 1"},                                        \
    {"brier-margin", "GATE_BRIER_MARGIN", SETTING_NUMBER,                                                     \
     offsetof(type, member.brier_margin), "0.01", 0, 2, NULL,                                                 \
     "largest increase of the Brier score allowed over the champion"},                                        \
    {"ece-margin", "GATE_ECE_MARGIN", SETTING_NUMBER,                                                         \
     offsetof(type, member.ece_margin), "0.03", 0, 1, NULL,                                                   \
     "largest increase of the calibration error (ECE) allowed over the champion; after an alarm at least "    \
     "its sampling error"},                                                                                   \
    {"slice-margin", "GATE_SLICE_MARGIN", SETTING_NUMBER,                                                     \
     offsetof(type, member.slice_margin), "0.1", 0, 10, NULL,                                                 \
     "largest increase of log-loss (nats) allowed on any slice; a larger one counts if it is beyond chance"}, \
    {"min-slice-rows|slice-rows", "GATE_MIN_SLICE_ROWS|GATE_SLICE_ROWS", SETTING_INTEGER,                     \
     offsetof(type, member.slice_rows), "30", 2, 1000000000, NULL,                                            \
     "hold-out rows that a slice must have to be tested"},                                                    \
    {"max-disagreement|traffic-cap", "GATE_MAX_DISAGREEMENT|GATE_TRAFFIC_CAP", SETTING_NUMBER,                \
     offsetof(type, member.max_disagreement), "0.4", 0, 1, NULL,                                              \
     "largest share of recent requests, 0 to 1, whose predicted package may change without approval"},        \
    {"min-new-rows|new-rows", "GATE_MIN_NEW_ROWS|GATE_NEW_ROWS", SETTING_INTEGER,                             \
     offsetof(type, member.new_rows), "100", 0, 1000000, NULL,                                                \
     "new purchases needed before the champion is challenged again"}
/* clang-format on */

#endif
