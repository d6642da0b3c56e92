#!/usr/bin/env bash
# features and train: the same bytes for the same data, what is up to date is left alone, what is wrong is named.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
here=$(dirname "$0")

purchases() { # FOLDER ARGUMENT...
    python3 "$here/purchases.py" "$scratch/$1" "${@:2}"
}

exits_with() { # CODE PROGRAM FOLDER ARGUMENT...
    run "$2" --data "$scratch/$3" "${@:4}"
    [ "$code" -eq "$1" ] || { echo "exit code $code: $said"; tail -n 3 "$scratch/log"; return 1; }
}

result() { # JQ-FILTER - true where the last line says so
    jq -e "$1" <<<"$(tail -n 1 <<<"$said")" || { echo "said $said"; return 1; }
}

newest() { # FOLDER FILE
    echo "$scratch/$1/candidates/$(jq -r .candidate "$scratch/$1/candidates/newest.json")/$2"
}

same_candidate() { # FOLDER OTHER
    cmp "$(newest "$1" forest.bin)" "$(newest "$2" forest.bin)" && cmp "$(newest "$1" card.json)" "$(newest "$2" card.json)"
}

purchases one
purchases two
check "features are made" exits_with 0 features one
check "of 4000 purchases 800 are held out and 640 validate" result '.train == 2560 and .validation == 640 and .holdout == 800'
check "features know when there is nothing to do" exits_with 99 features one
check "a candidate is trained" exits_with 0 train one
check "train knows when there is nothing to do" exits_with 99 train one
check "its card beats the class shares" jq -e '.metrics.holdout.log_loss < .baselines.majority.log_loss' "$(newest one card.json)"
check "its card holds no wall-clock time" jq -e '[.. | strings | select(startswith("'"$(date -u +%Y-%m-%d)"'"))] == []' "$(newest one card.json)"

cp -r "$scratch/one" "$scratch/alarm"
check "features are made anew for an alarm" exits_with 0 features alarm --alarm
check "with the least hold-out, so that training sees what is new" result '.train == 3040 and .validation == 760 and .holdout == 200'

exits_with 0 features two
check "with three threads" exits_with 0 train two --threads 3
check "the same data give the same bytes" same_candidate one two
check "another seed is something to do" exits_with 0 train two --seed 2
check "and gives another forest" bash -c "! cmp -s '$(newest one forest.bin)' '$(newest two forest.bin)'"
check "in quiet times all purchases are trained on" jq -e '.window.days == null' "$(newest one card.json)"

purchases changed --a-day 20 --days 700 --changed 400
exits_with 0 features changed
check "after a change" exits_with 0 train changed
check "training does not look behind it" result '.window_days == 180 or .window_days == 90'
check "unless it is told to" exits_with 0 train changed --window all
check "and then takes every purchase before the hold-out" result '.trained_rows == 11200'

purchases few --days 39
check "too few purchases are bad data" exits_with 65 features few
check "and the number needed is said" grep -q 'too few purchases with a known package: 390, but 400 are needed' "$scratch/log"
check "an experiment may ask for less" exits_with 0 features few --holdout-min 50
purchases wrong
sed -i '100s/,[A-Z][A-Za-z]*,[0-9]$/,Gold,0/' "$scratch/wrong/processed/train.csv"
check "a package that is not sold is bad data" exits_with 65 features wrong
check "and its line is said" grep -q 'line 100: the configuration has no package .*Gold' "$scratch/log"
check "no features are to be tried later" exits_with 75 train wrong

"$build/leadforest-train" --data "$scratch/one" --seed 3 --trees 20000 >/dev/null 2>&1 &
trained=$!
sleep 0.2
kill -TERM "$trained"
wait "$trained"
check "SIGTERM ends a training with 143" test $? -eq 143
check "and the newest candidate is what it was" jq -e '.params.seed == 1' "$(newest one card.json)"
exit "$broken"
