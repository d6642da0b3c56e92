#!/usr/bin/env bash
# Two years of the whole loop in minutes: see year.py.
set -uo pipefail
build=$1
[ -w /dev/shm ] && export TMPDIR=${TMPDIR:-/dev/shm} # two years of nights sync a hundred thousand times
source "$(dirname "$0")/../scenario.bash"
unset LEADFOREST_NOW
python3 "$(dirname "$0")/year.py" "$build" "$scratch" "${@:2}"
