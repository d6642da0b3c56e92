#!/usr/bin/env bash
# The pages as people meet them: by keyboard, on a screen and on a phone, light and dark. Pictures go to BUILD/pages.
set -uo pipefail
build=$1
cd "$(dirname "$0")/../.." || exit 1
command -v chromium >/dev/null || { echo "chromium is not installed"; exit 77; }
source tests/scenario.bash

mkdir -p "$build/pages"
check "a model is promoted" "$build/tests/tools/make_registry" "$scratch/data" 2
export API_KEYS=a-key-of-ours
check "the api becomes ready" start_api "$scratch/data"
PYTHONPATH=tests/helpers timeout 300 python3 tests/full/api_browser.py "$url" "$API_KEYS" "$build/pages" || broken=1
check "SIGTERM ends it with 0" stop_api
exit "$broken"
