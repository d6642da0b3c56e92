#!/usr/bin/env bash
# Runs api_webhooks.py against a server of its own.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/scenarios/api_webhooks.py "$1"
