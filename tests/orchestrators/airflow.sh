#!/usr/bin/env bash
# deploy/airflow in a real Airflow 3: the pipeline by dag.test(), tries by exit code, drift and arrivals as triggers.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "${1:-build}")
. tests/orchestrators/venv.bash
venv airflow 'apache-airflow>=3,<4' ruff

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export BUILD=$build AIRFLOW_HOME=$home PATH=$venv/bin:$PATH PYTHONPATH=$PWD/deploy/orchestration:$PWD/tests/orchestrators
export AIRFLOW__CORE__LOAD_EXAMPLES=False AIRFLOW__CORE__DAGS_FOLDER=$PWD/deploy/airflow LOG_LEVEL=warn
export LEADFOREST_RETRY_SECONDS=1 AIRFLOW__SCHEDULER__ENABLE_JOB_HEARTBEAT=False

if ruff check -q --no-cache --select AIR3 deploy/airflow; then
    echo "ok ruff finds nothing that Airflow 3 has removed"
else
    echo "not ok ruff finds nothing that Airflow 3 has removed"
fi
airflow db migrate >"$home/migrate.log" 2>&1 || { cat "$home/migrate.log"; exit 1; }
python tests/orchestrators/airflow_check.py 2>"$home/log" || { tail -n 100 "$home/log"; exit 1; }

# The same file in the last Airflow 2, where PyPI has it for this Python.
if (venv airflow2 'apache-airflow==2.11.*' apache-airflow-providers-standard) 2>>"$home/log"; then
    export PATH=$build:$build/venv/airflow2/bin:$PATH AIRFLOW_HOME=$home/2 DATA_DIR=$home/data
    airflow db migrate >"$home/log2" 2>&1
    leadforest-sample --leads 2000 >/dev/null 2>&1
    if airflow dags test leadforest >>"$home/log2" 2>&1 && grep -q 'DagRun Finished.*state=success' "$home/log2" &&
        [ -s "$DATA_DIR/registry/champion.json" ]; then
        echo "ok Airflow 2.11 runs the pipeline too, to a promoted model"
    else
        echo "not ok Airflow 2.11 runs the pipeline too, to a promoted model"
        tail -n 50 "$home/log2"
    fi
fi
