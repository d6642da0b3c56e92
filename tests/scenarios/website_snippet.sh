#!/usr/bin/env bash
# The README's snippet in a real browser, with a sample model behind it and with a server that is down.
set -uo pipefail
build=$1
cd "$(dirname "$0")/../.." || exit 1
command -v chromium >/dev/null || { echo "no chromium: deploy/install-packages browser installs it"; exit 77; }
source tests/scenario.bash

run sample --data "$scratch/data" --leads 2000 --seed 1
run pipeline --data "$scratch/data" run-all
check "a sample model is promoted" test "$code" -eq 0
website=$(free_port)
export CORS_ORIGINS=http://127.0.0.1:$website
check "the api becomes ready" start_api "$scratch/data"
PYTHONPATH=tests/helpers timeout 300 python3 tests/scenarios/website_snippet.py "$website" "$url" || broken=1
check "SIGTERM ends it with 0" stop_api
exit "$broken"
