#!/usr/bin/env bash
# Runs api_drain.py against a server of its own.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/scenarios/api_drain.py "$1"
