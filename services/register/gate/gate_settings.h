/* gate_settings.h - the gate's thresholds as rows of a settings table, for the program and for what proves it. */
#ifndef REGISTER_GATE_SETTINGS_H
#define REGISTER_GATE_SETTINGS_H

#include "services/common/worker/settings.h"
#include "services/register/gate/gate.h"

/* The struct given has a struct gate_settings as this member. */
/* clang-format off */
#define GATE_SETTINGS(type, member)                                                                                       \
    {"alarm", "GATE_ALARM", SETTING_FLAG, offsetof(type, member.alarm), "0", 0, 0, NULL,                              \
     "an alarm asks: not worse than the best champion since the last rebase is enough"},                              \
    {"hold", "GATE_HOLD", SETTING_FLAG, offsetof(type, member.require_approval), "0", 0, 0, NULL,                                 \
     "a person approves whatever passes (approve N)"},                                                                \
    {"confidence", "GATE_CONFIDENCE", SETTING_NUMBER, offsetof(type, member.confidence), "0.95", 0.5, 0.9999, NULL,   \
     "with which a challenger must be better than the champion in log-loss (one-sided)"},                             \
    {"new-rows", "GATE_NEW_ROWS", SETTING_INTEGER, offsetof(type, member.new_rows), "100", 0, 1000000, NULL,            \
     "purchases that must be new before a champion is compared with again"},                                          \
    {"alarm-margin", "GATE_ALARM_MARGIN", SETTING_NUMBER, offsetof(type, member.alarm_margin), "0.02", 0, 10, NULL,   \
     "nats by which a model may be worse than the best champion under an alarm"},                                     \
    {"cells-margin", "GATE_CELLS_MARGIN", SETTING_NUMBER, offsetof(type, member.frequency_margin), "0.02", 0, 10, NULL,   \
     "nats by which a model may be worse than counting by cell"},                                                     \
    {"accuracy-margin", "GATE_ACCURACY_MARGIN", SETTING_NUMBER, offsetof(type, member.accuracy_margin), "0.02", 0, 1, NULL,\
     "by which accuracy may be worse than the champion's"},                                                           \
    {"brier-margin", "GATE_BRIER_MARGIN", SETTING_NUMBER, offsetof(type, member.brier_margin), "0.01", 0, 2, NULL,    \
     "by which the Brier score may be worse than the champion's"},                                                    \
    {"ece-margin", "GATE_ECE_MARGIN", SETTING_NUMBER, offsetof(type, member.ece_margin), "0.03", 0, 1, NULL,          \
     "by which the calibration error may be worse than the champion's; under an alarm at least what chance makes of " \
     "its few rows"},                                                                                                 \
    {"slice-margin", "GATE_SLICE_MARGIN", SETTING_NUMBER, offsetof(type, member.slice_margin), "0.1", 0, 10, NULL,    \
     "nats that no level may surely lose"},                                                                           \
    {"slice-rows", "GATE_SLICE_ROWS", SETTING_INTEGER, offsetof(type, member.slice_rows), "30", 2, 1000000000, NULL,    \
     "hold-out rows that a level must have to be looked at"},                                                         \
    {"traffic-cap", "GATE_TRAFFIC_CAP", SETTING_NUMBER, offsetof(type, member.max_disagreement), "0.4", 0, 1, NULL,        \
     "share of recent calls whose answer may change without approval"}
/* clang-format on */

#endif
