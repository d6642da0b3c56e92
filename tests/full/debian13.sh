#!/usr/bin/env bash
# All of tests/run on a fresh Debian 13.
set -uo pipefail
here=$(dirname "$(realpath "$0")")/../docker
build=${1:-build}
source "$here/../scenario.bash"
cd "$here/../.."
source "$here/machine.bash"

check "a machine with nothing but trixie boots" boot trixie
check "tests/run passes on it" on_machine_shortly root tests/run
exit "$broken"
