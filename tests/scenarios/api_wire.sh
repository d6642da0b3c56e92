#!/usr/bin/env bash
# Runs api_wire.py against a server of its own.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/scenarios/api_wire.py "$1"
