#!/usr/bin/env bash
# Scores: every lead once, the dearest first, with the price and the offer that belong to its probabilities.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
data=$scratch/data
scores=$data/scores/leads.csv

exits_with() { # CODE PROGRAM ARGUMENT...
    run "$2" --data "$data" "${@:3}"
    [ "$code" -eq "$1" ] || { echo "exit code $code: $said"; tail -n 3 "$scratch/log"; return 1; }
}

python3 "$(dirname "$0")/purchases.py" "$data"
check "without a champion scores are to be tried later" exits_with 75 score
for stage in features train register; do
    check "$stage" exits_with 0 "$stage"
done
check "leads are scored" exits_with 0 score
check "and again there is nothing to do" exits_with 99 score
check "every lead is there once" diff <(tail -n +2 "$data/processed/leads.csv" | cut -d, -f1) <(tail -n +2 "$scores" | cut -d, -f1 | sort)
check "the columns are as documented" grep -qx \
    'customer_id,business_type,business_size,package,probability,p_Business,p_Elite,p_MVP,p_Now,expected_price,offer' "$scores"
check "probabilities add up to one" awk -F, 'NR > 1 { s = $6 + $7 + $8 + $9; if (s < 0.9995 || s > 1.0005) exit 1 }' "$scores"
check "the expected price is that of the probabilities" \
    awk -F, 'NR > 1 { e = 150 * $6 + 250 * $7 + 350 * $8 + 500 * $9 - $10; if (e > 0.2 || e < -0.2) exit 1 }' "$scores"
check "the dearest lead comes first" bash -c "tail -n +2 '$scores' | cut -d, -f10 | sort -C -n -r"
check "who will likely take Now is to be called" awk -F, '$9 >= 0.5 { n++; if ($11 != "call within the hour") exit 1 } END { exit n == 0 }' "$scores"

printf 'lead-new,"=cmd()",1-9,2026-05-01T00:00:00Z\n' >>"$data/processed/leads.csv"
check "a new lead is something to do" exits_with 0 score
check "a formula typed into the form is made harmless" grep -q "^lead-new,'=cmd(),1-9," "$scores"
jq '.packages[3].price = 1000' deploy/leadforest.json >"$scratch/dear.json"
check "a new price is something to do" exits_with 0 score --config "$scratch/dear.json"
check "and changes what to expect" awk -F, 'NR == 2 { exit !($10 > 600) }' "$scores"
printf 'lead-bad,Dental\n' >>"$data/processed/leads.csv"
check "a broken line is bad data" exits_with 65 score
check "and the old scores stay" awk -F, 'NR == 2 { exit !($10 > 600) }' "$scores"
exit "$broken"
