#!/usr/bin/env bash
# The gate and the registry: only what is surely better is promoted, every move can be undone, none is lost.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
here=$(dirname "$0")
data=$scratch/data
registry=$data/registry

exits_with() { # CODE ARGUMENT...
    run register --data "$data" "${@:2}"
    [ "$code" -eq "$1" ] || { echo "exit code $code: $said"; tail -n 3 "$scratch/log"; return 1; }
}

result() { # JQ-FILTER
    jq -e "$1" <<<"$(tail -n 1 <<<"$said")" || { echo "said $said"; return 1; }
}

# A candidate of purchases that purchases.py makes.
candidate() {
    python3 "$here/purchases.py" "$data" "$@" || return 1
    local stage
    for stage in features train; do
        run "$stage" --data "$data"
        [ "$code" -eq 0 ] || { echo "$stage ended with $code"; tail -n 3 "$scratch/log"; return 1; }
    done
}

# The same purchases, another forest.
train() { # ARGUMENT...
    run train --data "$data" "$@"
}

champion_is() {
    [ "$(jq .version "$registry/champion.json")" = "$1" ] || { cat "$registry/champion.json"; return 1; }
}

listed() { # VERSION TEXT
    run register --data "$data" list
    grep -qE "^[* ] +$1 .*  $2\$" <<<"$said" || { echo "$said"; return 1; }
}

versions_are() { # NUMBERS
    local found
    found=$(ls "$registry/versions" | paste -sd' ')
    [ "$found" = "$1" ] || { echo "$found"; return 1; }
}

chain_holds() { # VERSION
    local folder=$registry/versions/$1 file
    [ "$(jq -r .sha256 "$registry/champion.json")" = "$(sha256sum <"$folder/manifest.json" | cut -d' ' -f1)" ] || return 1
    for file in forest.bin card.json; do
        [ "$(jq -r ".files[\"$file\"]" "$folder/manifest.json")" = "$(sha256sum <"$folder/$file" | cut -d' ' -f1)" ] || return 1
    done
}

check "without a candidate there is nothing to judge yet" exits_with 75
check "a first candidate" candidate --days 400
check "is judged" exits_with 0
check "and promoted" result '.status == "promoted" and .version == 1'
check "pointer, manifest and files agree" chain_holds 1
check "it is judged once" exits_with 99

check "a candidate of twenty purchases more" candidate --days 402
check "may be compared, since nothing was before" exits_with 0
check "and is rejected: it is not surely better" result '.status == "rejected" and (.reason | test("not surely above zero"))'
check "a candidate of twenty purchases more again" candidate --days 404
check "is not compared again so soon" exits_with 99
check "and the reason is said" result '.reason == "20 purchases are new since the last comparison; 100 are needed"'
check "the champion stays" champion_is 1

check "after customers changed" candidate --days 600 --changed 180
check "the candidate that knows it" exits_with 0
check "is promoted" result '.status == "promoted" and .version == 2'
check "with its numbers written down" jq -se '.[-1] | .numbers.gain.interval[0] > 0 and .compared_with == 1 and .holdout.rows == 1200' "$registry/decisions.ndjson"
check "and the champion is the new one" champion_is 2
check "list marks it" bash -c "grep -q '^\* *2 ' <<<\"\$('$build/leadforest-register' --data '$data' list 2>/dev/null)\""
check "rollback" exits_with 0 rollback
check "brings the old one back" champion_is 1
check "and is a decision" jq -se '.[-1].status == "rolled back"' "$registry/decisions.ndjson"
check "rollback again" exits_with 0 rollback
check "brings the new one" champion_is 2
check "promote 1" exits_with 0 promote 1
check "does what it says" champion_is 1
check "promote 1 again is nothing to do" exits_with 99 promote 1
check "a version that is not there is said" exits_with 65 promote 77
check "an unknown command is a mistake of the caller" exits_with 64 promote

check "with a type the champion has never seen" candidate --days 900 --changed 480 --new-type
check "champion and challenger still compare" exits_with 0
check "and the challenger passes, but would change most answers" result '.status == "held" and .version == 3'
check "the champion stays" champion_is 1
check "what is not held is not approved" exits_with 65 approve 2
check "nor what is not there" exits_with 65 approve 77
check "a person approves it" exits_with 0 approve 3
check "and it is the champion" champion_is 3
check "approve again is nothing to do" exits_with 99 approve 3

# As after a power cut between the decision and the pointer.
jq '{version: .previous.version, sha256: .previous.manifest_sha256, promoted_at: .time}' \
    <<<"$(tail -n 1 "$registry/decisions.ndjson")" >"$registry/champion.json"
printf '{"time":"2026-' >>"$registry/decisions.ndjson"
check "a decision that was not carried out" champion_is 1
check "is carried out by the next run" exits_with 99
check "though a torn line follows it" champion_is 3

check "two days later, under an alarm" candidate --days 902 --changed 482 --new-type
check "as good as it was may pass" exits_with 0 --alarm --hold
check "and waits where a person wants to be asked" result '.status == "held" and .version == 4'
check "list says so" listed 4 "waits for approval"
check "and which is the champion" listed 3 champion
check "and where rollback leads" listed "$(jq .version "$registry/previous.json")" "where rollback leads"
check "its numbers tell the interval, the slices and the answers that change" jq -se '.[-1] | .alarm and .compared_with == 3
    and (.numbers.gain.interval | .[0] > -0.02 and .[0] < .[1]) and (.numbers.slices | .feature == "business_type" and (.levels | length) > 3)
    and .numbers.change.cells == 15 and .numbers.change.traffic == "leads"' "$registry/decisions.ndjson"
check "and decision.md tells them to a person" grep -q '^| Dental | [0-9]* |' "$registry/versions/4/decision.md"
check "so does the file of the decision" cmp "$registry/versions/4/decision.md" "$registry/decisions/$(jq -r .candidate "$data/candidates/newest.json").md"
card=$registry/versions/4/card.html
check "a model card is a page that needs nothing beside it" bash -c "! grep -qE 'https?:|src=|href=|<script' '$card'"
check "it is well-formed" python3 -c "import sys, xml.dom.minidom as m, re
page = open(sys.argv[1]).read()
for svg in re.findall('<svg.*?</svg>', page, re.S): m.parseString(svg)
assert len(re.findall('<svg', page)) == 3" "$card"
check "it tells no time and no run" bash -c "! grep -qE '2026-06-01|$(jq -r .candidate "$registry/versions/4/manifest.json")' '$card'"
check "its picture of all predictions has every cell" test "$(grep -o 'fill-opacity' "$card" | wc -l)" = 15
check "the champion meanwhile rolled back" exits_with 0 rollback
check "approval comes too late" exits_with 65 approve 4
check "nor does list say that it waits" bash -c "! '$build/leadforest-register' --data '$data' list 2>/dev/null | grep 'waits for approval'"
check "and forward again" exits_with 0 rollback
check "approval is in time" exits_with 0 approve 4
check "and moves the champion" champion_is 4
check "and says that an alarm had asked, for drift to take it so" jq -se ".[-1] | .action == \"approve\" and .alarm" "$registry/decisions.ndjson"
train --seed 2
check "an alarm does not look at the same rows twice, whatever is trained on them" exits_with 99 --alarm

check "the champion is made again byte by byte" exits_with 0 reproduce 4
check "and it is said" result '.status == "reproduced" and .forest_sha256 == .trained_again'
check "nothing of it stays" test ! -e "$registry/.tmp-reproduction"
cp "$registry/versions/4/features.csv" "$scratch/features.csv"
sed -i '2s/^./9/' "$scratch/features.csv"
rm "$registry/versions/4/features.csv" && cp "$scratch/features.csv" "$registry/versions/4/features.csv"
for command in show reproduce promote; do
    check "$command wants a version that is there" exits_with 65 $command 77
    check "and says that it is not" result '.error == "there is no version 77"'
done
check "features that were changed since are not trained on" exits_with 65 reproduce 4
check "and found by verify" exits_with 65 verify
rm "$registry/versions/4/features.csv" && ln "$data/features/features.csv" "$registry/versions/4/features.csv"

check "all versions hold" exits_with 0 verify
printf x >>"$registry/versions/1/forest.bin"
check "a changed byte is found" exits_with 65 verify
check "and its version is not promoted" exits_with 65 promote 1
check "the champion stays" champion_is 4

# Another api beside the program, which says no, or nothing.
mkdir "$scratch/bin"
cp "$build/leadforest-register" "$scratch/bin"
api_says() { printf '#!/bin/sh\nexit %s\n' "$1" >"$scratch/bin/leadforest-api" && chmod +x "$scratch/bin/leadforest-api"; }
elsewhere() { # CODE ARGUMENT...
    build=$scratch/bin exits_with "$@"
}
data=$scratch/refused registry=$scratch/refused/registry
check "a candidate for a server" candidate --days 400
api_says 75
check "that cannot look at it now" elsewhere 75
check "waits" test ! -e "$registry/champion.json"
printf '#!/bin/sh\nkill -9 $$\n' >"$scratch/bin/leadforest-api"
check "so does one whose server is killed, as where memory runs out" elsewhere 75
api_says 65
check "one that the server would not serve" elsewhere 0
check "is rejected, whatever the gate said" result '.status == "rejected" and (.reason | test("api --check"))'
check "and not kept" test ! -e "$registry/versions/1"
check "nothing is left of the rehearsal" test ! -e "$registry/.tmp-rehearsal"
check "it is judged once" elsewhere 99
train --seed 2
rm "$scratch/bin/leadforest-api"
check "another one, where there is no server" elsewhere 0
check "is promoted" champion_is 1
check "and the log says that nobody has loaded it" grep -q 'serving check skipped' "$scratch/log"
cp "$data/features/schema.json" "$scratch/schema.json"
jq '.classes[0] = "Another"' "$scratch/schema.json" >"$data/features/schema.json"
train --seed 3
cp "$scratch/schema.json" "$data/features/schema.json"
check "a candidate of other packages than the features'" exits_with 65

data=$scratch/signed registry=$scratch/signed/registry
openssl genpkey -algorithm ed25519 -out "$scratch/key.pem" 2>/dev/null
export SIGNING_KEY MODEL_PUBLIC_KEY
SIGNING_KEY=$(openssl pkey -in "$scratch/key.pem" -outform DER | tail -c 32 | base64)
check "another registry" candidate --days 400
check "whose versions are signed" exits_with 0
check "by 64 bytes" test "$(stat -c %s "$registry/versions/1/manifest.sig")" = 64
MODEL_PUBLIC_KEY=$(openssl pkey -in "$scratch/key.pem" -pubout)
check "holds for who has the public key" exits_with 0 verify
MODEL_PUBLIC_KEY=$(openssl pkey -in "$scratch/key.pem" -pubout -outform DER | tail -c 32 | base64)
check "in either form" exits_with 0 verify
check "leads are scored with it" bash -c "'$build/leadforest-score' --data '$data' 2>/dev/null"
MODEL_PUBLIC_KEY=$(openssl genpkey -algorithm ed25519 2>/dev/null | openssl pkey -pubout)
check "not for who trusts another key" exits_with 65 verify
rm -r "$data/scores"
check "nor does score use it" bash -c "'$build/leadforest-score' --data '$data' 2>/dev/null; [ \$? -eq 65 ]"
SIGNING_KEY=nonsense
unset MODEL_PUBLIC_KEY
check "a candidate that cannot be signed" candidate --days 600 --changed 180
check "is not stored" exits_with 65
check "and the champion stays" champion_is 1
export MODEL_PUBLIC_KEY
MODEL_PUBLIC_KEY=$(openssl pkey -in "$scratch/key.pem" -pubout)
SIGNING_KEY=
check "nor where it is not signed and must be" exits_with 65
check "which is said" result '.error | test("manifest.sig: the file is missing, but MODEL_PUBLIC_KEY requires it")'
SIGNING_KEY=$(openssl genpkey -algorithm ed25519 2>/dev/null)
check "nor where another has signed it" exits_with 65
check "none of them is kept" versions_are 1
SIGNING_KEY=$(cat "$scratch/key.pem")
check "with the right key it is" exits_with 0
check "and is the champion" champion_is 2
unset SIGNING_KEY MODEL_PUBLIC_KEY

cp -r "$data" "$scratch/older"
printf '\1' | dd of="$scratch/older/registry/versions/2/forest.bin" bs=1 seek=8 conv=notrunc 2>"$scratch/said" # its format
data=$scratch/older registry=$scratch/older/registry
check "a candidate beside a champion of an older format" candidate --days 600 --changed 200
check "is judged as a first model" exits_with 0
check "and is the champion" champion_is 3

data=$scratch/few registry=$scratch/few/registry
for days in 400 410 420 430; do
    check "a candidate of $days days" candidate --days "$days" --seed "$days"
    check "is stored where a person approves" exits_with 0 --hold --alarm --alarm-margin 10 --traffic-cap 1 --new-rows 0 \
        --slice-margin 10 --accuracy-margin 1 --brier-margin 2 --ece-margin 1 --keep-versions 2
    [ "$days" = 400 ] && check "the first is approved" exits_with 0 approve 1
done
check "the newest two and the champion stay" versions_are "1 3 4"
exit "$broken"
