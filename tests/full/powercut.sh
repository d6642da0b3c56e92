#!/usr/bin/env bash
# The power-cut scenarios over every volume that the model allows, not a sample.
cd "$(dirname "$0")/../.." || exit 1
broken=0
for scenario in tests/scenarios/powercut_*.sh; do
    POWERCUT=all "$scenario" "$1" || broken=1
done
exit "$broken"
