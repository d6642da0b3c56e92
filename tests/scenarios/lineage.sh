#!/usr/bin/env bash
# Lineage: OpenLineage events lead from raw files to scores by name and content, and never stand in a stage's way.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=${1:-build}
. tests/scenario.bash

data=$scratch/data
events=$scratch/events.ndjson
export DATA_DIR=$data
mkdir -p "$data"

# events_of FILTER - those events that a jq condition picks, one a line.
events_of() {
    jq -c "select($1)" "$events"
}

run sample --leads 2000
LINEAGE_FILE=$events run pipeline run-all
check "a line with lineage ends as one without" test "$code" -eq 0
check "each of six runs has a START and a COMPLETE" jq -es '
    group_by(.run.runId) | length == 6 and all(.[]; map(.eventType) == ["START", "COMPLETE"])' "$events"
check "the stages are part of the pipeline's run" jq -es '
    (map(select(.job.name == "leadforest-pipeline"))[0].run.runId) as $run
    | map(select(.job.name != "leadforest-pipeline")) | length == 10 and all(.[]; .run.facets.parent.run.runId == $run)' "$events"
check "their time is the one that was set" jq -es '
    all(.[]; .run.facets.nominalTime.nominalStartTime == "2026-06-01T00:00:00Z")' "$events"

# chain: from a dataset, by the run that has it as an output of this name and version, to that run's inputs, and so on;
# prints the names of datasets that no run made.
chain() { # NAME_SUFFIX
    jq -rs --arg last "$1" '
        def key: .name + "@" + .facets.version.datasetVersion;
        map(select(.eventType == "COMPLETE")) as $runs
        | ($runs | map(.outputs[]) | map(select(.name | endswith($last))) | map(key)) as $start
        | def origins: . as $k | ($runs | map(select(any(.outputs[]; key == $k)))) as $makers
            | if $makers == [] then $k else $makers[].inputs[] | key | origins end;
          [$start[] | origins] | unique[]' "$events"
}
sources() {
    diff <(chain scores/leads.csv) <(cd "$data/raw" && for file in customers.csv transactions.json; do
        printf '%s@%s\n' "$(realpath "$file")" "$(sha256sum <"$file" | cut -d' ' -f1)"
    done)
}
check "from the scores, names and versions lead back to the raw files and nothing else" sources
check "the forest in the registry is the one that was trained" jq -es '
    map(select(.eventType == "COMPLETE") | .outputs[] | select(.name | endswith("forest.bin")) | .facets.version.datasetVersion)
    | length == 2 and .[0] == .[1]' "$events"
served() {
    start_api "$data" || return
    curl -fsS "$url/model" | jq -e --slurpfile events "$events" '
        .version as $version | any($events[] | .outputs[].name; endswith("registry/versions/\($version)/forest.bin"))'
    local code=$?
    stop_api && return "$code"
}
check "the version that is served is an output of register" served
check "rows and columns of a table are told" jq -es --argjson rows "$(($(wc -l <"$data/processed/train.csv") - 1))" '
    map(select(.job.name == "leadforest-etl") | .outputs[] | select(.name | endswith("train.csv")))[0]
    | .outputFacets.outputStatistics.rowCount == $rows and (.facets.schema.fields | map(.name) | index("package") != null)' "$events"

: >"$events"
LINEAGE_FILE=$events run score
check "a stage that is up to date tells what its outputs are made of" jq -es '
    length == 2 and (.[1] | .eventType == "COMPLETE" and .run.facets.leadforest_result.exit == 99
    and (.inputs | length) == 2 and (.outputs | length) == 1)' "$events"

: >"$events"
printf 'customer_id\n"' >"$data/processed/train.csv"
LINEAGE_FILE=$events OPENLINEAGE_PARENT_ID=team/leads.nightly/5f0c3e0e-0000-4000-8000-000000000001 run features
told=$(jq -r .error <<<"$said")
check "a failure ends in FAIL with the message of the result line" jq -es --arg told "$told" '
    .[1] | .eventType == "FAIL" and .run.facets.errorMessage.message == $told and .run.facets.leadforest_result.exit == 65' "$events"
check "the run above is the one that an orchestrator names" jq -es '
    all(.[]; .run.facets.parent.job == {namespace: "team", name: "leads.nightly"})' "$events"

torn=$scratch/torn.ndjson
{ head -n 1 "$events" && head -n 1 "$events" | head -c 100; } >"$torn"
LINEAGE_FILE=$torn run score
check "half a line that a killed run left is cut away, and runs into no other" jq -es 'length == 3' "$torn"

LINEAGE_FILE=$scratch/no/such/folder/events run score
check "a file that cannot be written fails nothing" test "$code" -eq 99
LINEAGE_FILE=/dev/full run score
check "nor does a full disk" test "$code" -eq 99
OPENLINEAGE_URL=http://127.0.0.1:9 run score
check "nor does a collector that is not there" test "$code" -eq 99

: >"$events"
for _ in $(seq 20); do
    LINEAGE_FILE=$events DATA_DIR=$scratch/none-$_ "$build/leadforest-features" >/dev/null 2>&1 &
done
wait
check "lines of runs at the same time do not mix" jq -es 'length == 40' "$events"

python3 tests/scenarios/lineage_collector.py "$scratch/port" "$scratch/posted" &
collector=$!
for _ in $(seq 1200); do [ -s "$scratch/port" ] && break; sleep 0.05; done
port=$(cat "$scratch/port")
: >"$events"
LINEAGE_FILE=$events OPENLINEAGE_URL=http://127.0.0.1:$port OPENLINEAGE_API_KEY=open-sesame run score
check "a collector is sent what the file has, with its key" cmp "$events" "$scratch/posted"
began=$SECONDS
OPENLINEAGE_URL=http://127.0.0.1:$port/slow run score
check "one that does not answer holds a stage up for seconds only" test "$code" -eq 99 -a $((SECONDS - began)) -lt 25
OPENLINEAGE_URL=http://collector.invalid OPENLINEAGE_API_KEY=open-sesame run score
check "the key goes over no open connection" grep -q 'https' "$scratch/log"
kill "$collector"
wait "$collector" 2>/dev/null

exit "$broken"
