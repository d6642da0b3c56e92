#!/usr/bin/env bash
# deploy/prefect on a real Prefect 3 server of its own: the flows, their deployments, a worker, events that start the pipeline.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "${1:-build}")
. tests/orchestrators/venv.bash
venv prefect 'prefect>=3,<4'

home=$(mktemp -d)
server=0
trap '[ "$server" -eq 0 ] || { kill "$server"; wait "$server"; } 2>/dev/null; rm -rf "$home"' EXIT
port=$(shuf -i 20000-29999 -n 1) # below those that the kernel gives away
export BUILD=$build PATH=$venv/bin:$PATH LOG_LEVEL=warn LEADFOREST_RETRY_SECONDS=1
export PYTHONPATH=$PWD/deploy/orchestration:$PWD/deploy/prefect:$PWD/tests/orchestrators LEADFOREST_FLOWS=$PWD/deploy/prefect
export PREFECT_HOME=$home PREFECT_API_URL=http://127.0.0.1:$port/api PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1
export PREFECT_WORKER_QUERY_SECONDS=1 PREFECT_LOGGING_LEVEL=WARNING

prefect server start --host 127.0.0.1 --port "$port" >"$home/server" 2>&1 &
server=$!
python tests/orchestrators/prefect_check.py 2>"$home/log" || { tail -n 60 "$home/log"; tail -n 20 "$home/server"; exit 1; }
