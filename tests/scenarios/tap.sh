#!/usr/bin/env bash
# The tests' own tools: tests/tap misses no failure, however a test ends, and tests/prove counts what all have found.
set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
build=$1
source "$here/scenario.bash"
unset CASE

# test_of NAME COMMANDS - an executable in $scratch.
test_of() {
    printf '#!/bin/bash\n%s\n' "$2" >"$scratch/$1"
    chmod +x "$scratch/$1"
}

# gives COMMANDS LINE... - the TAP of a test of such commands, without the line of what it cost.
gives() {
    local found
    test_of one "$1"
    found=$("$here/tap" "$build" "$scratch/one" 2>"$scratch/shown" | sed '$d')
    diff <(printf '%s\n' "${@:2}") - <<<"$found"
}

check "checks get numbers and a plan" gives 'echo ok a; echo ok 300 clients' 'ok 1 - a' 'ok 2 - 300 clients' '1..2'
check "a failed one keeps what explains it" gives 'echo not ok a; echo why; echo ok b' 'not ok 1 - a' '# why' 'ok 2 - b' '1..2'
check "which is shown too, and nothing of those that passed" diff "$scratch/shown" - <<END
FAILED $scratch/one
not ok 1 - a
why
END
check "a check is skipped for a reason" gives 'echo "ok a # SKIP no disk"; echo ok b' 'ok 1 - a # SKIP no disk' 'ok 2 - b' '1..2'
check "so is a file" gives 'echo no engine; exit 77' '# no engine' '1..0 # SKIP no engine'
check "or what is left of it" gives 'echo ok a; echo no engine; exit 77' 'ok 1 - a' '# no engine' 'ok 2 - the rest # SKIP no engine' '1..2'
check "silence is a failure" gives : '# ' 'not ok 1 - it checks all that it has to: 0 of how many' '1..1'
check "so is a bad end" gives 'echo ok a; exit 3' 'ok 1 - a' 'not ok 2 - it ends well: exit code 3' '1..2'
check "and a crash" gives 'echo ok a; kill -SEGV $$' 'ok 1 - a' 'not ok 2 - it ends well: SIGSEGV' '1..2'
check "cmocka's groups become one plan, its skips get their reason" gives \
    'printf "1..1\nok 1 - a\n# ok - one\n1..2\nno disk\nnot ok 1 # SKIP b\nok 2 - c\n"' \
    'ok 1 - a' '# # ok - one' '# no disk' 'ok 2 - b # SKIP no disk' 'ok 3 - c' '1..3'
check "a group that cannot be set up is a failure" gives 'printf "1..2\nnot ok 0 - one [  FAILED  ] GROUP SETUP\n"; exit 1' \
    'not ok 1 - one [  FAILED  ] GROUP SETUP' '1..1'
check "so is an end before all cases have run" gives 'printf "1..3\nok 1 - a\n"' \
    'ok 1 - a' 'not ok 2 - it checks all that it has to: 1 of 3' '1..2'

# closes CODE LINE FILE... - how tests/prove ends.
closes() {
    local code=0 last
    mkdir -p "$scratch/build"
    last=$("$here/prove" "$scratch/build" "${@:3}" 2>"$scratch/shown" | tail -n 1) || code=$?
    [ "$code $last" = "$1 $2" ] || { echo "exit code $code: $last"; return 1; }
}

test_of good 'echo ok a; echo ok b'
test_of alone 'echo ok a; echo ok b'
test_of bad 'echo ok a; echo not ok b'
test_of skipped 'echo no engine; exit 77'
check "where all pass, so does the run" closes 0 "4 passed, 0 failed" "$scratch/good" --alone "$scratch/alone"
check "one failure fails it" closes 1 "3 passed, 1 failed, 1 skipped" "$scratch/good" "$scratch/bad" "$scratch/skipped"
check "also among those that run alone" closes 1 "3 passed, 1 failed" "$scratch/good" --alone "$scratch/bad"
check "a file that is not there is a failure" closes 1 "2 passed, 1 failed" "$scratch/good" "$scratch/none"
check "a run in which nothing passed is one" closes 1 "0 passed, 0 failed, 1 skipped" "$scratch/skipped"
exit "$broken"
