#!/usr/bin/env bash
# A fresh machine of each Debian release (or of RELEASES): nothing is installed, nothing built. ./pipeline.sh ends with the
# prediction; run again, by someone who is not root, it has nothing to install and nothing to do. The unit tests pass.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
build=${1:-build}
source "$here/../scenario.bash"
cd "$here/../.."
source "$here/machine.bash"

pipeline() { # USER
    on_machine "$1" ./pipeline.sh 2>"$scratch/log" | tail -n 1 >"$scratch/answer"
    grep -qE '^\{"predicted_package":"MVP","probability":0\.[0-9]{1,4}\}$' "$scratch/answer" ||
        { tail -n 30 "$scratch/log" "$scratch/answer"; return 1; }
}

says() {
    grep -q "$1" "$scratch/log" || { cat "$scratch/log"; return 1; }
}

says_not() {
    ! grep "$1" "$scratch/log"
}

for release in ${RELEASES:-bookworm trixie}; do
    check "a machine with nothing but $release boots" boot "$release"
    check "pipeline.sh ends with MVP for a dental practice of 10-25" pipeline root
    check "it says what it installs" says "^installing .*gcc"
    check "the machine changes hands" on_machine root chown -R 1000:1000 .
    check "someone who is not root gets the same answer" pipeline 1000:1000
    check "it installs nothing" says_not "^installing"
    start=${EPOCHREALTIME/./}
    check "and gets it again" pipeline 1000:1000
    took=$(((${EPOCHREALTIME/./} - start) / 1000))
    check "it says that everything was up to date" says "up to date"
    echo "# that run took $took ms"
    check "what the tests need can be installed" on_machine_shortly root deploy/install-packages test
    check "the unit tests pass" on_machine_shortly 1000:1000 make -s check
done
exit "$broken"
