#!/usr/bin/env bash
# What a person gets wrong on the command line and in settings: each program says what, and where; it ends with 64.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
data=$scratch/data
export LOG_FORMAT=text

# refused MESSAGE PROGRAM ARGUMENT... - it ends with 64, and stderr has the message.
refused() {
    : >"$scratch/log"
    run "${@:2}"
    [ "$code" -eq 64 ] && grep -qF -- "$1" "$scratch/log" || { echo "exit code $code"; cat "$scratch/log"; return 1; }
}

programs="sample sync etl features train register score drift pipeline api"
for program in $programs; do
    check "$program names an option that it does not have" refused 'unknown option -x (see --help)' "$program" -x
    check "$program answers -h with examples" grep -q '^Examples:' <("$build/leadforest-$program" -h)
    check "and one in full" refused 'unknown option --dta (see --help)' "$program" --dta="$data"
done
check "an older name is judged like its successor" refused '--levels-max: "65001" is not a whole number, 0 to 65000' \
    features --levels-max 65001
check "a number out of range is named with its range" refused '--port: "99999" is not a whole number, 0 to 65535' api --port 99999
check "an option without its value is named" refused '--trees needs a value' train --trees
for program in etl drift register sync; do
    check "$program wants a time" refused '--now: "noon" is not a time such as 2026-01-31T10:20:30Z' "$program" --now noon
done
check "sample wants one too" refused '--end: "yesterday evening" is not a time' sample --end "yesterday evening"

check "a word that is no command is named" refused 'unknown command "promtoe" (see --help)' register promtoe 7
check "promote needs a version" refused '"promote" needs the number of a version (see --help)' register promote
check "which is a number" refused '"promote" needs the number of a version (see --help)' register promote seven
check "list needs none" refused 'unexpected "7" (see --help)' register list 7
check "drift has one command" refused 'unknown command "rebsae" (see --help)' drift rebsae
check "pipeline needs one" refused 'run-all, watch or alert is needed (see --help)' pipeline
check "and names another" refused 'unknown command "runall" (see --help)' pipeline runall
check "records are counted from 1" refused '--show: "0" is not a whole number, 1 to' etl --show 0

"$build/leadforest-sample" --data "$data" --leads 2000 >/dev/null 2>&1
echo '{"currency": "usd", "packges": []}' >"$scratch/typo.json"
for program in sample etl features train score drift "api --check"; do
    # shellcheck disable=SC2086 # words
    check "$program names a configuration that is not there" \
        refused "read $scratch/none.json: No such file or directory" $program --data "$data" --config "$scratch/none.json"
    # shellcheck disable=SC2086
    check "$program names what is wrong in one" \
        refused "configuration $scratch/typo.json: top level: unknown key \"packges\"" $program --data "$data" --config "$scratch/typo.json"
done

# ignored VARIABLE VALUE - etl does its work, and says that it does not know the value.
ignored() {
    env "$1=$2" "$build/leadforest-etl" --data "$data" >/dev/null 2>"$scratch/log"
    grep -qF "setting ignored: $1: unknown value $2" "$scratch/log" || { cat "$scratch/log"; return 1; }
}
check "a level that the log does not have is told" ignored LOG_LEVEL loud
check "a form too" grep -q '"message":"LOG_FORMAT: unknown value xml"' <(LOG_FORMAT=xml "$build/leadforest-etl" --data "$data" 2>&1)

# waits_for FILE - an api on a folder without a model says where it looks for one.
waits_for() {
    LOG_LEVEL=info "$build/leadforest-api" --data "$scratch/dta" --host 127.0.0.1 --port 0 --drain-seconds 0 2>"$scratch/log" &
    api=$!
    local try
    for try in $(seq 100); do
        grep -qF "no model: waiting for $1" "$scratch/log" && break
        sleep 0.1
    done
    [ "$try" -lt 100 ] || { cat "$scratch/log"; return 1; }
}
check "an api on a mistaken folder says where it waits for a model" waits_for "$scratch/dta/registry/champion.json"
check "and ends by SIGTERM" stop_api
exit "$broken"
