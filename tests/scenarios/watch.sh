#!/usr/bin/env bash
# Watching when things go wrong: stages that hang, crash or are deaf, a volume that goes away or fills up, a drift that
# wants a training, and an operator who is told.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
source "$(dirname "$0")/../stages.bash"
here=$(cd "$(dirname "$0")" && pwd)
unset LEADFOREST_NOW

told() { # TYPE [JQ-FILTER] - a message of this type has come, for which the filter holds.
    jq -se "any(.[]; .type == \"$1\" and (${2:-true}))" "$scratch/told"
}

logged() {
    grep -q "$1" "$scratch/log"
}

newest_run() { # JQ-FILTER
    jq -e "$1" "$(ls -t "$data"/runs/*.json | head -n 1)"
}

: >"$scratch/told"
"$here/../fakes/receiver.py" "$scratch/told" a-secret >"$scratch/receiver" &
receiver=$!
trap 'kill $receiver; stop_api; rm -rf "$scratch"' EXIT
in_time test -s "$scratch/receiver"
export ALERT_URL ALERT_SECRET=a-secret
ALERT_URL=$(cat "$scratch/receiver")

check "an alert can be tried by hand" "$bin/leadforest-pipeline" alert
check "and arrives signed, at the second try" told test
ALERT_SECRET=wrong
code=0
"$bin/leadforest-pipeline" alert 2>>"$scratch/log" || code=$?
check "one that the receiver refuses ends with 64" test "$code" -eq 64
ALERT_SECRET=a-secret

# Crashes and hangs.
echo a >"$data/raw/customers.csv"
echo 70 >"$bin/exit-train"
receiver_url=$ALERT_URL
unset ALERT_URL
watch --poll 3600 --drift-at '* * * * *' --stage-seconds 2 --alert-url "$receiver_url" # the child that tells must be told it
export ALERT_URL=$receiver_url
check "a stage that crashes ends its run" in_time newest_run '.exit == 70 and .stages[-1].stage == "train"'
check "which the operator is told" in_time told run.failed '.details.stage == "train" and .details.exit == 70'
rm "$bin/exit-train"
echo b >"$data/raw/transactions.json"
check "the next run goes on, at once though polled once an hour" in_time newest_run '.status == "done"'
check "which the operator is told too" in_time told run.recovered
echo ',"status":"promoted","version":3' >"$bin/says-register"
echo 30 >"$bin/sleep-train"
: >"$scratch/ran"
echo c >>"$data/raw/transactions.json"
check "a stage that hangs is told to stop" in_time grep -q '^train terminated' "$scratch/ran"
check "and its run is recorded as one to try later" in_time newest_run '.exit == 75 and .stages[-1].overdue'
rm "$bin/sleep-train"
check "it is tried again" in_time newest_run '.reason == "retry" and .status == "done"'
check "a new champion is told" in_time told model.promoted '.details.version == 3'
echo 30 >"$bin/sleep-features"
echo d >>"$data/raw/transactions.json"
in_time started features 3
kill -KILL "$(cat "$scratch/process-features")"
check "a stage that was killed is one to try later" in_time newest_run '.exit == 75 and .stages[-1].stage == "features"'
rm "$bin/sleep-features"
check "and tried again" in_time newest_run '.reason == "retry" and .status == "done"'

# The volume.
mv "$data" "$scratch/away"
check "a volume that went away is said" in_time logged 'volume away'
check "and told" in_time told volume.away
: >"$scratch/ran"
sleep $((62 - $(date +%-S))) # into the next minute, in which drift is due
check "it ends nothing" kill -0 "$pipeline"
check "nor is drift asked of what is not there" test ! -s "$scratch/ran"
rm -rf "$data"
mv "$scratch/away" "$data"
echo e >>"$data/raw/customers.csv"
check "its return is told" in_time told volume.back
check "and what arrives is taken in again" in_time grep -q '^score' "$scratch/ran"
check "and drift asked what was due" in_time grep -q '^drift' "$scratch/ran"
check "SIGTERM ends watching with 0" stop_watch
full=$scratch/full
mkdir "$full"
if unshare -rm true 2>/dev/null; then
    unshare -rm bash -c '
        mount -t tmpfs -o size=96k none "$1" && mkdir -p "$1/raw" "$1/runs" "$1/.locks" && echo a >"$1/raw/customers.csv"
        head -c 200k /dev/zero >"$1/raw/zeros" 2>/dev/null
        "$2/leadforest-pipeline" --data "$1" --quiet 0.2 --poll 0.05 --retry 0.2 --nightly never --drift-at never watch &
        for try in $(seq 600); do grep -q "No space left" "$4" && break; sleep 0.1; done
        rm "$1/raw/zeros"
        for try in $(seq 600); do grep -q "\"status\": *\"done\"" "$1"/runs/*.json && break; sleep 0.1; done
        cat "$1"/runs/*.json >"$3"
        kill -TERM $! && wait $!' - "$full" "$bin" "$scratch/full.json" "$scratch/full.log" >"$scratch/said-full" 2>"$scratch/full.log"
    check "a full disk is said" grep -q 'No space left' "$scratch/full.log"
    check "and the run recorded when there is room again" jq -es 'any(.[]; .status == "done")' "$scratch/full.json"
else
    skip "a full disk is said" "there is no mount namespace"
fi

# Drift.
echo ',"state":"RETRAIN","retrain":true,"alarm":true,"cause":"drift","reason":"dentists came"' >"$bin/says-drift"
: >"$scratch/ran"
watch --serve
echo 30 >"$bin/sleep-api"
check "drift is asked at the start" in_time grep -q '^drift' "$scratch/ran"
check "what it asks for is trained" in_time bash -c "cat '$data'/runs/*.json | jq -se 'any(.[]; .reason == \"drift\" and .status == \"done\")'"
check "by alarm" grep -qx '1 1' "$scratch/alarm-features" "$scratch/alarm-train" "$scratch/alarm-register"
check "and the operator is told why" in_time told drift.retrain '.details.reason == "dentists came"'
check "SIGTERM ends watching with 0, and the api" stop_watch
echo 75 >"$bin/exit-train"
: >"$scratch/ran"
watch
in_time started train 2
check "a training for an alarm that is put off is tried again" in_time started train 3
check "still by alarm" grep -qx '1 1' "$scratch/alarm-train"
echo ',"state":"OK","retrain":false,"alarm":false,"cause":"none","reason":"quiet"' >"$bin/says-drift"
rm "$bin/exit-train"
check "until it is done" in_time grep -q '^score' "$scratch/ran"
touch "$bin/deaf-features"
: >"$scratch/ran"
echo f >>"$data/raw/customers.csv"
in_time grep -q '^features' "$scratch/ran"
check "other runs are no alarm's" in_time grep -qx '0 0' "$scratch/alarm-features"
rm "$bin/deaf-features"
check "SIGTERM ends this one too" stop_watch
exit "$broken"
