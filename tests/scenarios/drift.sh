#!/usr/bin/env bash
# The monitor on whole volumes: quiet traffic, a burst, a shift of the mix, another concept, the gate's answer, rebase.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
here=$(dirname "$0")
unset LEADFOREST_NOW

traffic() { # FOLDER ARGUMENT...
    python3 "$here/drift_traffic.py" "$scratch/$1" "${@:2}"
}

# drift CODE FOLDER DAY ARGUMENT... - looks in the morning of that day.
drift() {
    run drift --data "$scratch/$2" --now "$3T03:00:00Z" "${@:4}"
    [ "$code" -eq "$1" ] || { echo "exit code $code: $said"; tail -n 3 "$scratch/log"; return 1; }
}

result() { # JQ-FILTER - true where the last line says so
    jq -e "$1" <<<"$(tail -n 1 <<<"$said")" || { echo "said $said"; return 1; }
}

report() { # FOLDER DAY JQ-FILTER
    jq -e "$3" "$scratch/$1/monitoring/$2.json" || { cat "$scratch/$1/monitoring/$2.json"; return 1; }
}

mkdir -p "$scratch/empty"
check "nothing at all is no error" drift 0 empty 2025-07-10
check "and no reason to train" result '.state == "OK" and .retrain == false and (.reason | startswith("insufficient data"))'

# A champion, then 70 quiet days.
export LEADFOREST_NOW=2025-07-10T00:00:00Z
python3 "$here/purchases.py" "$scratch/quiet"
for stage in features train register; do
    "$build/leadforest-$stage" --data "$scratch/quiet" >/dev/null 2>>"$scratch/log"
done
unset LEADFOREST_NOW
traffic quiet 2025-07-10 60
traffic quiet 2025-07-10 60 --source demo --shift 1 --seed 2 --no-purchases
echo '{"time":"2025-07-1' >>"$scratch/quiet/predictions/api-2025-07-10.ndjson"
check "a reference that is not whole is said" drift 0 quiet 2025-07-20
check "with what it has" result '.reason == "insufficient data: the reference has 1 of 4 weeks and 140 of 500 requests"'
check "quiet traffic is looked at" drift 0 quiet 2025-09-08
check "and is OK" result '.state == "OK" and .retrain == false'
check "again there is nothing to do" drift 99 quiet 2025-09-08
check "what others see is kept in history, a line a day" test "$(wc -l <"$scratch/quiet/monitoring/history.ndjson")" -eq 2
check "demo calls and a torn line are counted apart" report quiet 2025-09-07 '.calls.read == 1200 and .calls.demo_or_batch == 1200 and .calls.unreadable == 1'
check "every stream is there" report quiet 2025-09-07 '[.windows[2].streams[].stream] == ["business_type","business_size","joint cell","predicted package","confidence","unknown share"]'
check "answers met their purchases" report quiet 2025-09-07 '.labels.matured.purchases > 100 and .labels.matured.accuracy > 0.65 and .labels.waiting > 0'
check "kept promises leave no gap" report quiet 2025-09-07 '(.labels.matured.gap | fabs) < 4 * .labels.matured.gap_error'
for copy in burst shift flip twin; do
    cp -r "$scratch/quiet" "$scratch/$copy"
done
rm -r "$scratch/twin/monitoring"
drift 0 twin 2025-07-20
drift 0 twin 2025-09-08
check "the same inputs give the same bytes" diff -r -x '.stamp*' "$scratch/quiet/monitoring" "$scratch/twin/monitoring"

traffic burst 2025-09-08 7 --burst 500
check "500 equal rows in an hour" drift 0 burst 2025-09-15
check "are no alarm" result '.state == "OK" and .retrain == false'
check "all but two of them are left out" report burst 2025-09-14 '.calls.capped == 498'

# The mix changes; the champion is asked for on the days after.
traffic shift 2025-09-08 7 --shift 0.4
check "another mix is noticed within a week" drift 0 shift 2025-09-15
check "and is an alarm, not yet a training" result '.state == "ALARM" and .retrain == false and .cause == "drift"'
traffic shift 2025-09-15 7 --shift 0.4
check "a week later it is looked at again" drift 0 shift 2025-09-22
check "confirmed, a training is asked for, by alarm" result '.state == "RETRAIN" and .retrain and .alarm and .cause == "drift"'
check "its reason names what changed" result '.reason | test("Fitness")'
check "state.json says the same" jq -e '.retrain and .alarm and .state == "RETRAIN"' "$scratch/shift/monitoring/state.json"
check "asked again there is nothing to do" drift 99 shift 2025-09-22
check "and the request still stands" result '.retrain and .alarm'
cp -r "$scratch/shift" "$scratch/routine"
echo '{"time":"2025-09-22T04:00:00Z","action":"gate","status":"rejected","alarm":false}' >>"$scratch/routine/registry/decisions.ndjson"
check "a routine candidate that the gate refuses" drift 0 routine 2025-09-23
check "answers no alarm" result '.retrain and .alarm'
echo '{"time":"2025-09-22T04:00:00Z","action":"gate","status":"rejected","alarm":true}' >>"$scratch/shift/registry/decisions.ndjson"
check "the gate refuses" drift 0 shift 2025-09-23
check "and a cooldown begins" result '.state == "ALARM" and .retrain == false and (.reason | test("refused"))'
echo '{"time":"2025-09-23T04:00:00Z","action":"gate","status":"promoted"}' >>"$scratch/shift/registry/decisions.ndjson"
check "a routine promotion" drift 0 shift 2025-09-24
check "keeps the reference" jq -e '.reference_since == "2025-07-10T00:00:00Z"' "$scratch/shift/monitoring/state.json"
check "a rebase is told" drift 0 shift 2025-09-24 rebase
check "and begins a new reference" jq -e '.reference_since == "2025-09-25T00:00:00Z" and .state == "OK"' "$scratch/shift/monitoring/state.json"
check "from which the gate's anchor counts" jq -e '.rebased_at | startswith("2025-09-24")' "$scratch/shift/monitoring/state.json"
traffic shift 2025-09-24 70 --shift 0.4
check "the new mix in the new reference" drift 0 shift 2025-12-02 --new-labels 0
check "is usual" result '.state == "OK" or .state == "WARN"'

# An alarm-caused promotion takes the traffic from then on as usual.
traffic twin 2025-09-08 14 --shift 0.4
drift 0 twin 2025-09-15
drift 0 twin 2025-09-22
cp -r "$scratch/twin" "$scratch/held"
echo '{"time":"2025-09-22T04:00:00Z","action":"gate","status":"promoted"}' >>"$scratch/twin/registry/decisions.ndjson"
check "an alarm's candidate is promoted" drift 0 twin 2025-09-23
check "and the reference begins anew" jq -e '.reference_since == "2025-09-23T00:00:00Z" and .state == "OK"' "$scratch/twin/monitoring/state.json"

# One that waits for a person does so once it is approved.
judged() { echo "{\"time\":\"$2\",$3}" >>"$scratch/$1/registry/decisions.ndjson"; }
judged held 2025-09-22T04:00:00Z '"action":"gate","status":"held","alarm":true'
check "an alarm's candidate is held" drift 0 held 2025-09-23
check "which keeps alarm and reference" jq -e '.reference_since == "2025-07-10T00:00:00Z" and .state == "ALARM" and .held == "drift"' "$scratch/held/monitoring/state.json"
cp -r "$scratch/held" "$scratch/other"
judged held 2025-09-23T09:00:00Z '"action":"approve","status":"promoted","alarm":true'
check "a person approves it" drift 0 held 2025-09-24
check "and the reference begins anew, too" jq -e '.reference_since == "2025-09-24T00:00:00Z" and .state == "OK" and .held == "none"' "$scratch/held/monitoring/state.json"
judged other 2025-09-23T09:00:00Z '"action":"approve","status":"promoted"'
check "approval of a routine candidate" drift 0 other 2025-09-24
check "keeps the reference" jq -e '.reference_since == "2025-07-10T00:00:00Z"' "$scratch/other/monitoring/state.json"

# The same mix, other wishes.
traffic flip 2025-09-08 90 --flip
check "other wishes of the same customers" drift 0 flip 2025-12-07
check "ask for a training" result '.retrain and .alarm and (.cause == "concept" or .cause == "errors")'
check "the test of cells has seen it" report flip 2025-12-06 '.labels.concept.p < .labels.concept.threshold'
check "the running sum of errors too" report flip 2025-12-06 '.labels.errors.sum > .labels.errors.limit'
check "and the mix is as it was" report flip 2025-12-06 '.p > .threshold'

check "enough new purchases ask for a routine training" drift 0 shift 2025-12-02
check "without an alarm" result '.retrain and .alarm == false and .cause == "labels"'

check "a word that is none is refused" drift 64 quiet 2025-09-08 redo
echo 'no json' >"$scratch/quiet/monitoring/state.json"
check "a broken state is bad data" drift 65 quiet 2025-09-09
check "and its name is said" grep -q 'monitoring/state.json' "$scratch/log"
exit "$broken"
