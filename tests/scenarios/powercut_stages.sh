#!/usr/bin/env bash
# Runs powercut_stages.py.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/scenarios/powercut_stages.py "$1"
