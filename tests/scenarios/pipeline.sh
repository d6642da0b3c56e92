#!/usr/bin/env bash
# The pipeline with stages that do what they are told: order, exit codes, records, signals, watching.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
source "$(dirname "$0")/../stages.bash"

stages_end_with() { # CODE
    local stage
    for stage in etl features train register score; do
        echo "$1" >"$bin/exit-$stage"
    done
}

run_all() { # CODE
    code=0
    : >"$scratch/ran"
    said=$("$bin/leadforest-pipeline" --data "$data" run-all 2>>"$scratch/log") || code=$?
    [ "$code" -eq "$1" ] || { echo "exit code $code: $said"; return 1; }
}

ran() {
    [ "$(cut -d' ' -f1 "$scratch/ran" | tr '\n' ' ')" = "$* " ] || { cat "$scratch/ran"; return 1; }
}

record() { # JQ-FILTER
    jq -e "$1" "$data/runs/$(jq -r .run <<<"$(tail -n 1 <<<"$said")").json"
}

check "the pipeline runs" run_all 0
check "its stages in order" ran etl features train register score
check "all with one run id" test "$(cut -d' ' -f2 "$scratch/ran" | sort -u)" = "$(jq -r .run <<<"$(tail -n 1 <<<"$said")")"
check "each stage's last line is in the record" record '[.stages[].result.rows] == [7,7,7,7,7] and .status == "done"'
check "and options are handed down" record '.stages[0].result.data == "'"$data"'"'
stages_end_with 99
check "where every stage is up to date so is the pipeline" run_all 99
echo 0 >"$bin/exit-train"
check "one stage that did something is enough for 0" run_all 0
stages_end_with 0
echo 65 >"$bin/exit-train"
check "a stage's failure is the pipeline's" run_all 65
check "which stops there" ran etl features train
check "and is in the record" record '.exit == 65 and .stages[2].exit == 65 and (.stages | length) == 3'
echo $((128 + 11)) >"$bin/exit-train" # what a shell ends with after SIGSEGV
check "a stage that crashed is our mistake" run_all 70
rm "$bin"/exit-*

echo 30 >"$bin/sleep-features"
: >"$scratch/ran"
"$bin/leadforest-pipeline" --data "$data" run-all >"$scratch/out" 2>>"$scratch/log" &
pipeline=$!
in_time grep -q features "$scratch/ran"
code=0
"$bin/leadforest-pipeline" --data "$data" run-all >/dev/null 2>&1 || code=$?
check "a second line at the same time is told to try later" test "$code" -eq 75
kill -TERM "$pipeline"
wait "$pipeline"
check "SIGTERM ends a line with 143" test $? -eq 143
check "its stage is told and no other starts" ran etl features features
rm "$bin/sleep-features"

: >"$scratch/ran"
echo 300 >"$bin/sleep-api"
watch --drift-at never --serve
check "watch keeps an api alive" in_time grep -q '^api' "$scratch/ran"
sleep 0.6
check "and leaves an empty volume in peace" ran api
echo a >"$data/raw/customers.csv"
check "data that arrive are taken in" in_time grep -q '^score' "$scratch/ran"
sleep 0.6
check "once" ran api etl features train register score
echo 75 >"$bin/exit-etl"
echo b >"$data/raw/transactions.json"
check "a stage to be tried later is tried again" in_time started etl 3
check "and again" in_time started etl 4
rm "$bin/exit-etl"
check "until it is done and the pipeline continues" in_time started score 2
echo 65 >"$bin/exit-etl"
echo c >>"$data/raw/transactions.json"
before=$(grep -c '^etl' "$scratch/ran")
in_time started etl $((before + 1))
sleep 1.5
check "bad data are not tried again" test "$(grep -c '^etl' "$scratch/ran")" -eq $((before + 1))
rm "$bin/exit-etl"
kill -KILL "$(cat "$scratch/process-api")"
check "an api that died is started again" in_time started api 2
echo 30 >"$bin/sleep-etl"
echo d >>"$data/raw/transactions.json"
in_time started etl $((before + 2))
check "SIGTERM ends watching with 0" stop_watch
check "stage and api were told" bash -c "grep -q '^etl terminated' '$scratch/ran' && grep -q '^api terminated' '$scratch/ran'"
exit "$broken"
