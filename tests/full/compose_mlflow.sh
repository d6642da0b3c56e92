#!/usr/bin/env bash
# Compose's profile "mlflow": a real MLflow server in its container, to which the worker exports the first model, by its
# name in compose's network; the server refuses other host names.
set -uo pipefail
build=$1
here=$(realpath "$(dirname "$0")/../docker")
source "$here/../scenario.bash"
source "$here/engine.bash"
source "$here/compose.bash"
cd "$here/../.."
PORT=$(free_port) MLFLOW_PORT=$(free_port)
python_base || { echo "there is no Python image"; exit 77; }
export PORT MLFLOW_PORT PYTHON_BASE SAMPLE_LEADS=2000 MLFLOW_TRACKING_URI=http://mlflow:5000
url=http://127.0.0.1:$PORT mlflow=http://127.0.0.1:$MLFLOW_PORT

mlflow_lives() { curl -fsS -o /dev/null "$mlflow/health" 2>/dev/null; }

is_registered() {
    curl -fsS -G "$mlflow/api/2.0/mlflow/registered-models/alias" --data-urlencode name=package-recommender \
        --data-urlencode alias=champion 2>/dev/null | jq -e '.model_version.version == "1"' >/dev/null
}

refuses_strangers() {
    [ "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: rebound.example' "$mlflow/api/2.0/mlflow/experiments/search?max_results=1")" = 403 ]
}

runs_as_nobody_there() { runs_as_nobody "$(container mlflow)"; }

"${compose[@]}" --profile mlflow down --volumes >/dev/null 2>&1
check "MLflow's image builds" "${compose[@]}" --profile mlflow build mlflow
[ "$broken" -eq 0 ] || { cat "$scratch/said"; echo "MLflow cannot be installed"; exit 77; }
check "MLflow starts" "${compose[@]}" --profile mlflow up -d --build mlflow
check "and answers" wait_until 120 mlflow_lives
check "not as root" runs_as_nobody_there
check "but not to other host names" refuses_strangers
check "worker and api start" "${compose[@]}" up -d --build worker api
check "a model is served" wait_until 90 answers_mvp
check "MLflow has it as the champion" wait_until 120 is_registered
exit "$broken"
