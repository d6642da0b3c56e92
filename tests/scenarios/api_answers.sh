#!/usr/bin/env bash
# Runs api_answers.py against a server of its own.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/scenarios/api_answers.py "$1"
