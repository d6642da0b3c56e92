#!/usr/bin/env bash
# Runs powercut_intake.py.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/scenarios/powercut_intake.py "$1"
