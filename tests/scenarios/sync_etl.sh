#!/usr/bin/env bash
# What sync pulls - Formspree, Stripe, e-mails - gives the very rows that the same data give as exports.
set -uo pipefail
build=$1
here=$(cd "$(dirname "$0")/.." && pwd)
source "$here/scenario.bash"
fakes=()
trap 'kill "${fakes[@]}" 2>/dev/null; rm -rf "$scratch"' EXIT
export PYTHONDONTWRITEBYTECODE=1 STRIPE_API_KEY=sk_live_4fV9mP2xQ7hK1sW8 FORMSPREE_API_KEY=fs_5gH2kLm9 FORMSPREE_FORMS=mvzvldzo

# start NAME ARGUMENT... - a fake; its address in $url.
start() {
    python3 "$here/fakes/$1.py" "$scratch/port-$1" "${@:2}" 2>>"$scratch/fakes" &
    fakes+=($!)
    for _ in $(seq 1200); do
        [ -s "$scratch/port-$1" ] && url=http://127.0.0.1:$(<"$scratch/port-$1") && return
        sleep 0.05
    done
    echo "not ok the fake of $1 starts"
    exit 1
}

is() { [ "$1" = "$2" ] || { echo "\"$1\" is not \"$2\""; false; }; }
says() { jq -e "$1" <<<"$said" || { echo "$said"; false; }; }

run sample --data "$scratch/sample" --leads 1500 --seed 3
check "a sample is made" is "$code" 0
check "and told as exports and as what the two systems and a mailbox hold" \
    python3 "$here/scenarios/sync_etl.py" "$scratch/sample" "$scratch/told"
start stripe "$STRIPE_API_KEY" 2025-03-31.basil "$scratch/told/events"
export STRIPE_URL=$url
start formspree "$FORMSPREE_API_KEY" "$FORMSPREE_FORMS" 100 "$scratch/told/submissions"
export FORMSPREE_URL=$url

export=$scratch/told/export
run etl --data "$export"
check "the exports are read" is "$code" 0
check "hundreds of purchases are in them" says '.train > 400 and .leads > 400'

pulled=$scratch/pulled
run sync --data "$pulled" --mail "$scratch/told/mails"
check "all three sources are pulled at once" is "$code" 0
check "each brings something" says 'all(.stripe, .formspree, .mail; .appended > 100)'
run etl --data "$pulled"
check "what was pulled is read" is "$code" 0
check "nothing of it is refused" says '.quarantined == 0'
check "it gives the purchases of the exports, byte for byte" cmp "$export/processed/train.csv" "$pulled/processed/train.csv"
check "and the leads" cmp "$export/processed/leads.csv" "$pulled/processed/leads.csv"

# Pulled again by an instance that remembers nothing, beside the exports: everything is there twice or thrice.
mkdir -p "$scratch/all/raw/inbox"
cp "$pulled"/raw/inbox/*.ndjson "$scratch/all/raw/inbox/"
cp "$export"/raw/*.* "$scratch/all/raw/"
for file in "$pulled"/raw/inbox/*.ndjson; do
    sed 's/"received_at":"[^"]*"/"received_at":"2026-06-02T03:04:05Z"/' "$file" \
        >"$scratch/all/raw/inbox/$(basename "$file" | sed 's/-sync-/-other-/; s/-mail-/-other-mail-/')"
done
run etl --data "$scratch/all"
check "all of it together is read" is "$code" 0
check "most are duplicates now" says '.duplicates > .accepted'
check "and it gives the same purchases" cmp "$export/processed/train.csv" "$scratch/all/processed/train.csv"
check "and the same leads" cmp "$export/processed/leads.csv" "$scratch/all/processed/leads.csv"
exit "$broken"
