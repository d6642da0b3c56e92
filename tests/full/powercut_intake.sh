#!/usr/bin/env bash
# The scenario of the same name over every volume that the model of power cuts allows, not a sample.
POWERCUT=all exec "$(dirname "$0")/../scenarios/powercut_intake.sh" "$1"
