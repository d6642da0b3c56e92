#!/usr/bin/env bash
# The registry and a real MLflow server: runs, versions, aliases; its model answers as the api does; down, up, killed.
# MLflow and onnxruntime come from PyPI into BUILD/mlflow. With Chromium, screenshots of its pages go there too.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
here=$(dirname "$0")/..
data=$scratch/data
registry=$data/registry
venv=$build/mlflow/venv
server=0
trap 'stop_api; stop_server; kill "${fake:-$server}" 2>/dev/null; rm -rf "$scratch"' EXIT

mkdir -p "$build/mlflow"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv" || { echo "no venv: python3-venv is missing"; exit 77; }
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check 'mlflow>=3' onnx onnxruntime 2>"$build/mlflow/pip.log" || {
    echo "no MLflow: $(tail -n 1 "$build/mlflow/pip.log")"
    exit 77
}
export MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true

port=$(free_port)
start_server() {
    "$venv/bin/mlflow" server --host 127.0.0.1 --port "$port" --workers 1 --backend-store-uri "sqlite:///$scratch/mlflow.db" \
        --artifacts-destination "$scratch/artifacts" --serve-artifacts --allowed-hosts "127.0.0.1:*" >>"$scratch/server" 2>&1 &
    server=$!
    local try
    for try in $(seq 1500); do
        curl -fsS -o /dev/null "http://127.0.0.1:$port/health" 2>/dev/null && return
        kill -0 "$server" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 5 "$scratch/server"
    return 1
}
# Its workers are children that outlive it for a moment.
stop_server() {
    [ "$server" -ne 0 ] || return 0
    kill "$server" 2>/dev/null
    wait "$server" 2>/dev/null
    server=0
}

exits_with() { # CODE ARGUMENT...
    run register --data "$data" "${@:2}"
    [ "$code" -eq "$1" ] || { echo "exit code $code: $said"; tail -n 3 "$scratch/log"; return 1; }
}
candidate() { # ARGUMENT...
    python3 "$here/scenarios/purchases.py" "$data" "$@" || return 1
    local stage
    for stage in features train; do
        run "$stage" --data "$data"
        [ "$code" -eq 0 ] || { echo "$stage ended with $code"; tail -n 3 "$scratch/log"; return 1; }
    done
}
told() { [ "$(jq .told "$registry/mlflow.json")" = "$1" ] || { tail -n 1 "$scratch/log"; return 1; }; }
ask_there() { # PYTHON - an expression over runs (a data frame, oldest first), versions by number, aliases, client
    "$venv/bin/python" - "$1" <<PYTHON 2>"$scratch/python"
import sys, mlflow
mlflow.set_tracking_uri("http://127.0.0.1:$port")
client = mlflow.MlflowClient()
name = "package-recommender"
runs = mlflow.search_runs(experiment_names=[name], order_by=["attributes.start_time", "attributes.run_id"])
versions = {v.version: v for v in client.search_model_versions(f"name = '{name}'")}
aliases = client.get_registered_model(name).aliases
value = eval(sys.argv[1])
print(value)
sys.exit(0 if value else 1)
PYTHON
}

check "a server starts" start_server
"$venv/bin/python" "$here/fakes/mlflow.py" "$scratch/port" 2>/dev/null &
fake=$!
for _ in $(seq 1200); do [ -s "$scratch/port" ] && break; sleep 0.05; done
python3 "$here/fakes/mlflow_questions.py" "http://127.0.0.1:$port" >"$scratch/real" 2>&1
python3 "$here/fakes/mlflow_questions.py" "http://127.0.0.1:$(cat "$scratch/port")" >"$scratch/fake" 2>&1
check "it answers $(grep -c . "$scratch/real") questions as the fake of the scenarios does" diff "$scratch/real" "$scratch/fake"
check "none of them broke off" grep -q '^no such call: 404$' "$scratch/real"

export MLFLOW_TRACKING_URI=http://127.0.0.1:$port
check "a first candidate" candidate --days 400
check "is promoted" exits_with 0
check "and exported" told 1
check "a rejected one" candidate --days 402
check "is exported too" exits_with 0
stop_server
check "while the server is down, after customers changed" candidate --days 600 --changed 180
check "a better one is promoted" exits_with 0
check "though not exported" told 2
check "the server comes back" start_server
check "a run that has nothing else to do" exits_with 99
check "exports it" told 3
check "three runs, finished, each with its metrics" ask_there 'len(runs) == 3 and set(runs["status"]) == {"FINISHED"} and runs["metrics.holdout.log_loss"].notna().all()'
check "with parameters and data sets" ask_there 'set(runs["params.trees"]) == {"200"} and all(len(client.get_run(r).inputs.dataset_inputs) == 2 for r in runs["run_id"])'
check "two versions, the newest is champion" ask_there 'len(versions) == 2 and aliases == {"champion": "2", "previous": "1"} or aliases == {"champion": 2, "previous": 1}'
check "rollback" exits_with 0 rollback
check "moves the aliases" ask_there '{k: str(v) for k, v in aliases.items()} == {"champion": "1", "previous": "2"}'
check "and back" exits_with 0 rollback

killed() { # SECONDS - exports from the start, and is killed after a while
    local victim
    rm -f "$registry/mlflow.json"
    "$build/leadforest-register" --data "$data" >/dev/null 2>>"$scratch/log" &
    victim=$!
    sleep "$1"
    kill -9 "$victim" 2>/dev/null
    wait "$victim" 2>/dev/null
}
for pause in 0.1 0.2 0.4 0.8 1.2; do killed "$pause"; done
check "killed again and again" exits_with 99
check "nothing is there twice" ask_there 'len(runs) == 3 and len(versions) == 2'
check "every file is there as it is here" bash -c "cd '$scratch/artifacts' && for n in 1 2; do
    folder=\$(dirname \"\$(grep -lr '\"version\": '\$n, --include=manifest.json . | head -n 1)\")
    for file in \$(jq -r '.files | keys[]' '$registry'/versions/\$n/manifest.json) manifest.json; do
        cmp \"\$folder/\$file\" '$registry'/versions/\$n/\$file || exit 1; done; done"

check "the api serves the champion" start_api "$data"
check "and MLflow's champion gives the same answers, on the complete grid and beyond" "$venv/bin/python" "$here/full/mlflow_check.py" \
    "http://127.0.0.1:$port" models:/package-recommender@champion "$url" "$registry/versions/2/schema.json"
check "so does the version's folder as it lies there" "$venv/bin/python" "$here/full/mlflow_check.py" \
    "http://127.0.0.1:$port" "$registry/versions/2" "$url" "$registry/versions/2/schema.json"

browser=$(command -v chromium || command -v chromium-browser)
if [ -n "$browser" ]; then
    run_id=$(ask_there 'runs["run_id"].iloc[0]')
    experiment=$(ask_there 'runs["experiment_id"].iloc[0]')
    look() { # NAME ADDRESS
        timeout 120 "$browser" --headless --no-sandbox --disable-gpu --window-size=1400,1100 --virtual-time-budget=25000 \
            --user-data-dir="$scratch/browser" --screenshot="$build/mlflow/$1.png" "http://127.0.0.1:$port/$2" >/dev/null 2>&1
        [ -s "$build/mlflow/$1.png" ]
    }
    check "its pages are shown: runs" look runs "#/experiments/$experiment/runs"
    check "a run" look run "#/experiments/$experiment/runs/$run_id"
    check "the model" look model "#/models/package-recommender"
    check "a version" look version "#/models/package-recommender/versions/2"
fi
exit "$broken"
