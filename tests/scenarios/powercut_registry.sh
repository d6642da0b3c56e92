#!/usr/bin/env bash
# Runs powercut_registry.py.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/scenarios/powercut_registry.py "$1"
