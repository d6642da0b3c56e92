#!/usr/bin/env bash
# The sample and its truth: the same bytes for a seed, no real data lost, and the ETL finds exactly what was made.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"

leads=1500
columns=customer_id,name,email,business_name,business_type,business_size,age,region,signup_date,loyalty_points

sample() { # FOLDER OPTION...
    run sample --data "$scratch/$1" --leads "$leads" "${@:2}"
    return "$code"
}

exits_with() { # CODE FOLDER OPTION...
    sample "${@:2}"
    [ "$code" -eq "$1" ] || { echo "exit code $code"; return 1; }
}

truth() { # FOLDER FILTER
    jq -r "$2" "$scratch/$1/raw/truth.json"
}

same() { # WHAT ONE OTHER
    [ "$2" = "$3" ] || { printf '%s: %s against %s\n' "$@"; return 1; }
}

# Compilers and machines must agree; a change of the sample or of the default configuration changes the number.
is_the_one_of_every_machine() {
    sample golden --seed 1 --leads 200 &&
        same "sha256" 648e765f0eb20371b2dbbd237bdeed9cfb6d981ebf0a9edb594979f563fe17b3 \
            "$(cat "$scratch"/golden/raw/{customers.csv,transactions.json} | sha256sum | cut -d' ' -f1)"
}

other_bytes() {
    ! cmp -s "$scratch/$1/raw/$3" "$scratch/$2/raw/$3"
}

# Raw data of a company's own: its one row must still be there afterwards.
keeps_real_data() {
    mkdir -p "$scratch/real/raw"
    echo real >"$scratch/real/raw/customers.csv"
    exits_with 64 real && grep -qx real "$scratch/real/raw/customers.csv"
}

makes_room_for_real_data() {
    DATA_DIR=$scratch/none SAMPLE_LEADS=0 "$(dirname "$0")/../../deploy/sample-data" && [ -d "$scratch/none/raw" ] && [ -z "$(ls -A "$scratch/none/raw")" ]
}

is_a_distribution() {
    truth "$1" '
        ([.distribution[].share] | add - 1 | fabs < 1e-6)
        and ([.distribution[] | .packages | add - 1 | fabs < 1e-6] | all)
        and (.distribution | length == 60) and .bayes.accuracy > 0.6 and .bayes.accuracy < 0.75' | grep -qx true
}

shift_is_told() { # KIND
    sample "$1" --shift "$1" --days 100 --end 2026-05-01 &&
        same "kind and moment" "$(truth "$1" '.shifts[] | .kind + " " + .at')" "$1 2026-03-12T00:00:00Z"
}

adds_up() { # FOLDER
    truth "$1" '.purchases | (.labelled == (.packages | add)) and (.found == .labelled + (.excluded | add))' | grep -qx true
}

recovers() { # FOLDER
    run etl --data "$scratch/$1"
    [ "$code" -eq 0 ] || { echo "etl ended with $code"; tail -n 3 "$scratch/log"; return 1; }
    local report=$scratch/$1/processed/report.json
    same "rows of train.csv" "$(truth "$1" .purchases.labelled)" "$(($(wc -l <"$scratch/$1/processed/train.csv") - 1))" &&
        same "their packages" "$(truth "$1" '.purchases.packages | tojson')" "$(labels "$1")" &&
        same "people" "$(truth "$1" .leads)" "$(($(cat "$scratch/$1"/processed/{train,leads}.csv | wc -l) - 2))" &&
        same "purchases found" "$(truth "$1" .purchases.found)" "$(jq .purchases.found "$report")" &&
        same "and excluded" "$(truth "$1" '.purchases.excluded | with_entries(select(.value > 0)) | to_entries | sort | tojson')" \
            "$(jq -r '.purchases.excluded | with_entries(select(.value > 0)) | to_entries | sort | tojson' "$report")"
}

# How often each package stands in train.csv, as truth.json writes it.
labels() { # FOLDER
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "package") at = i; next } { print $at }' \
        "$scratch/$1/processed/train.csv" | jq -Rsc '
        reduce (split("\n")[] | select(. != "")) as $p ({Business: 0, Elite: 0, MVP: 0, Now: 0}; .[$p] += 1)'
}

check "a sample is made in an empty folder" sample one --seed 1
check "the same seed makes the same sample elsewhere" sample two --seed 1
check "byte for byte" diff -r "$scratch/one/raw" "$scratch/two/raw"
check "the bytes are those of every machine" is_the_one_of_every_machine
check "asked again, there is nothing to do" exits_with 99 one --seed 1
check "another seed replaces it" exits_with 0 two --seed 2
check "with other forms" other_bytes one two customers.csv
check "and other payments" other_bytes one two transactions.json
check "forms have the columns that were promised" grep -q "^$columns" "$scratch/one/raw/customers.csv"
check "every line of payments is JSON" jq -es 'all(.[]; type == "object")' "$scratch/one/raw/transactions.json"
check "real data are not overwritten" keeps_real_data
check "unless forced" exits_with 0 real --force
check "a volume without a sample has a folder for them" makes_room_for_real_data
check "an end that is no date is refused" exits_with 64 three --end 2026-02-30
check "a shift that is none is refused" exits_with 64 three --shift covariate@7,weather
check "as are shifts out of order" exits_with 64 three --shift concept@200,covariate@100
check "shares and probabilities sum to one over sixty cells" is_a_distribution one
check "the counts of the truth agree with each other" adds_up one
for shift in covariate concept new-type; do
    check "a shift of kind $shift is told with its moment" shift_is_told "$shift"
done
sample both --shift covariate@20,concept@60 --days 100 --end 2026-05-01
check "shifts have the moments they were given" same moments "$(truth both '[.shifts[].at[:10]] | join(" ")')" "2026-02-10 2026-03-22"

sample compact --seed 1 --layout compact
check "both layouts have one truth" same truth "$(truth one 'del(.files.records)')" "$(truth compact 'del(.files.records)')"

for seed in 1 2 3 4 5; do
    for layout in events compact; do
        sample "$layout-$seed" --seed "$seed" --layout "$layout"
        check "the ETL recovers the truth of seed $seed, layout $layout" recovers "$layout-$seed"
    done
done
exit "$broken"
