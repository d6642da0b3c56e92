#!/usr/bin/env bash
# Runs two years of the complete loop in minutes: see year.py.
set -uo pipefail
build=$1
[ -w /dev/shm ] && export TMPDIR=${TMPDIR:-/dev/shm} # two years of nights sync a hundred thousand times
source "$(dirname "$0")/../scenario.bash"
unset LEADFOREST_NOW
python3 "$(dirname "$0")/year.py" "$build" "$scratch" "${@:2}"
