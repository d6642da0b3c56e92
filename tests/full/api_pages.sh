#!/usr/bin/env bash
# The pages in a real browser: what they show once their scripts have run.
set -uo pipefail
build=$1
cd "$(dirname "$0")/../.." || exit 1
command -v chromium >/dev/null || { echo "chromium is not installed"; exit 77; }
make -s BUILD="$build" "$build/leadforest-api" "$build/tests/tools/make_registry" || exit 1
source tests/scenario.bash

# page PATH - its elements, as they are in the end.
page() {
    timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$scratch/browser" \
        --virtual-time-budget=5000 --dump-dom "$url$1" 2>/dev/null | tr '\n' ' ' >"$scratch/page"
}

shows() {
    grep -qE "$1" "$scratch/page" || { head -c 3000 "$scratch/page"; return 1; }
}

check "a model is promoted" "$build/tests/tools/make_registry" "$scratch/data" 2
check "the api becomes ready" start_api "$scratch/data"
check "the page to try opens" page /
check "it offers the model's own levels" shows '<option>Dental</option>.*<option>251\+</option>'
check "it shows a package and how sure it is" shows '<p id="answer"[^>]*>[A-Z][A-Za-z]+, [0-9]+\.[0-9] % sure; expected price'
check "it shows a bar for every package, as long as its share" shows 'Elite</th><td><div class="track"><div class="bar" style="width: [0-9]+\.?[0-9]*%'
check "it shows what each input added" shows 'business size</th>.*[+−][0-9.]+ %'
check "it shows the model's version and age" shows 'Model 2, served since'
check "the page of the contract opens" page /docs
check "it lists every route" shows '/predict/batch</code>.*/webhooks/stripe</code>.*/v2/models/leadforest/infer</code>'
check "it shows a call to copy" shows "curl $url/predict"
check "SIGTERM ends it with 0" stop_api
exit "$broken"
