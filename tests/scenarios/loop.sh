#!/usr/bin/env bash
# The loop that heals itself, with the real programs: customers want something else, drift asks, watch trains for the
# alarm, the gate promotes, and the api that watch keeps alive serves the new model. Purchases are given, so etl has none to join.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
here=$(dirname "$0")
data=$scratch/data
bin=$scratch/bin
mkdir -p "$bin"
cp "$build"/leadforest-{pipeline,features,train,register,score,drift,api} "$bin"
printf '#!/bin/sh\nexit 99\n' >"$bin/leadforest-etl"
chmod +x "$bin/leadforest-etl"

# Waits up to two minutes for a command to be true: so long that a slow machine is no failure.
in_time() {
    local end=$((SECONDS + 120))
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || { "$@"; return; }
        sleep 0.2
    done
}

serves() { # VERSION
    url=$(address_in "$scratch/log") && [ "$(curl -fsS "$url/version" | jq -r .model)" = "$1" ]
}

recorded() { # JQ-FILTER - over the records of all runs
    cat "$data"/runs/*.json | jq -se "$1"
}

python3 "$here/purchases.py" "$data"
for stage in features train register; do
    LEADFOREST_NOW=2025-07-10T00:00:00Z "$build/leadforest-$stage" --data "$data" >/dev/null 2>>"$scratch/log"
done
python3 "$here/drift_traffic.py" "$data" 2025-07-10 60
python3 "$here/drift_traffic.py" "$data" 2025-09-08 90 --flip
printf 'business_type,business_size,customer_id\n' >"$data/processed/leads.csv"

export LEADFOREST_NOW=2025-12-07T03:00:00Z HOST=127.0.0.1 PORT=0 LOG_LEVEL=info DRAIN_SECONDS=0
"$bin/leadforest-pipeline" --data "$data" --poll 0.2 --nightly never --serve watch >"$scratch/out" 2>>"$scratch/log" &
pipeline=$!
check "the api serves the first model" in_time serves 1
check "drift asks for a training, by alarm" in_time jq -e '.retrain and .alarm' "$data/monitoring/state.json"
check "which is run" in_time recorded 'any(.[]; .reason == "drift" and .status == "done")'
check "and promoted under the alarm's rule" jq -se '.[-1] | .status == "promoted" and .alarm and .version == 2' "$data/registry/decisions.ndjson"
check "the api serves it by itself" in_time serves 2
check "the page that watches tells of it" bash -c "curl -fsS $url/monitoring/data | jq -e '.state.state == \"RETRAIN\" and .decisions[-1].version == 2 and .runs[-1].status == \"done\"'"
kill -TERM "$pipeline"
wait "$pipeline"
check "SIGTERM ends all of it with 0" test $? -eq 0
run drift --data "$data" --now 2025-12-08T03:00:00Z
check "the next look takes the traffic from then on as usual" jq -e '.state == "OK" and .reference_since == "2025-12-08T00:00:00Z"' "$data/monitoring/state.json"
exit "$broken"
