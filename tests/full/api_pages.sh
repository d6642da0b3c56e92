#!/usr/bin/env bash
# The pages in a real browser: what they show once their scripts have run.
set -uo pipefail
build=$1
cd "$(dirname "$0")/../.." || exit 1
command -v chromium >/dev/null || { echo "chromium is not installed"; exit 77; }
source tests/scenario.bash

# page PATH - its elements, as they are in the end, without the scripts that made them.
page() {
    timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$scratch/browser" \
        --virtual-time-budget=5000 --dump-dom "$url$1" 2>/dev/null | tr '\n' ' ' | sed 's,<script>.*</script>,,' >"$scratch/page"
}

shows() {
    grep -qE "$1" "$scratch/page" || { head -c 3000 "$scratch/page"; return 1; }
}

check "a model is promoted" "$build/tests/tools/make_registry" "$scratch/data" 2
check "the api becomes ready" start_api "$scratch/data"
check "the page to try opens" page /
check "it offers the model's own levels" shows '<option>Dental</option>.*<option>251\+</option>'
check "it shows a package and how sure it is" shows '<p id="answer"[^>]*>[A-Z][A-Za-z]+, [0-9]+\.[0-9] % sure; expected price \$[0-9]+\.[0-9]{2} a month'
check "it shows a bar for every package, as long as its share" shows 'Elite</th><td[^>]*><div class="track"><div class="bar" style="width: [0-9]+\.?[0-9]*%'
check "it shows what each input added" shows 'business size</th>.*[+−][0-9.]+ %'
check "it shows the model's version and age" shows 'Model 2, served since'
check "the page of the contract opens" page /docs
check "it lists every route" shows '/predict/batch</code>.*/webhooks/stripe</code>.*/v2/models/leadforest/infer</code>'
check "it shows a call to copy" shows "curl $url/predict"
check "the page to watch opens without anything to see" page /monitoring
check "and says so" shows 'leadforest-drift has not checked the traffic yet'
check "it lists the champions" shows '<h2>Champions</h2>.*promoted'
check "SIGTERM ends it with 0" stop_api

# Half a year of traffic, whose mix changes in the end.
python3 tests/scenarios/purchases.py "$scratch/watched"
for stage in features train register; do
    LEADFOREST_NOW=2025-07-10T00:00:00Z "$build/leadforest-$stage" --data "$scratch/watched" >/dev/null 2>>"$scratch/log"
done
python3 tests/scenarios/drift_traffic.py "$scratch/watched" 2025-07-10 110
python3 tests/scenarios/drift_traffic.py "$scratch/watched" 2025-10-28 14 --shift 0.4 --seed 3
for week in $(seq 2 17); do
    run drift --data "$scratch/watched" --now "$(date -u -d "2025-07-10 + $week weeks" +%F)T03:00:00Z"
done
cp -r "$scratch/data/registry/." "$scratch/watched/registry"
check "the api serves a monitored volume" start_api "$scratch/watched"
check "the page to watch opens" page /monitoring
check "it shows the alarm and its reason" shows '<b>ALARM</b>.*Fitness'
check "it draws seven charts" test "$(grep -o '<svg ' "$scratch/page" | wc -l)" -eq 7
check "each stream has its line" shows 'business type [0-9.]+ %.*joint cell [0-9.]+ %.*unknown share [0-9.]+ %'
check "lines are drawn, with numbers alone" bash -c "grep -o ' d=\"[^\"]*' '$scratch/page' | grep -qE 'L[0-9]' && ! grep -o ' d=\"[^\"]*' '$scratch/page' | grep -q NaN"
check "accuracy is shown by version" shows 'Accuracy by version.*version 1</text>.*% of [0-9]+'
check "no page refers to another host" bash -c "! grep -oE 'https?://[^\" <]+' '$scratch/page' | grep -v '^$url' | grep -v 'www.w3.org'"
check "SIGTERM ends it with 0 again" stop_api
exit "$broken"
