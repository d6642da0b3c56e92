#!/usr/bin/env bash
# What is served against the truth: for samples of 20,000 leads (two, with FULL five) the promoted model's answers over the
# whole grid of inputs are within 0.02 nats of the distribution that the sample was drawn from.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
grid=$(dirname "$0")/input_grid.py
limit=0.02

# The excess of the model that the pipeline makes of one sample.
excess_of() { # SEED
    local data=$scratch/seed-$1 truth=$scratch/seed-$1/raw/truth.json
    run sample --data "$data" --leads 20000 --seed "$1" --layout compact
    [ "$code" -eq 0 ] || { echo "sample ended with $code"; return 1; }
    run pipeline --data "$data" run-all
    [ "$code" -eq 0 ] || { echo "the pipeline ended with $code"; tail -n 3 "$scratch/log"; return 1; }
    python3 "$grid" leads "$truth" "$data/processed/leads.csv" || return 1
    run score --data "$data"
    [ "$code" -eq 0 ] || { echo "score ended with $code"; return 1; }
    excess=$(python3 "$grid" excess "$truth" "$data/scores/leads.csv")
    rm -rf "$data"
    awk -v value="$excess" -v limit="$limit" 'BEGIN { exit !(value < limit) }' || { echo "excess $excess"; return 1; }
}

for seed in $(seq "$(small_or_whole 2 5)"); do
    excess=unknown
    excess_of "$seed" >"$scratch/said" 2>&1 && verdict=ok || { verdict="not ok"; broken=1; }
    echo "$verdict seed $seed: $excess nats from the truth, $limit allowed"
    [ "$verdict" = ok ] || cat "$scratch/said"
done
exit "$broken"
