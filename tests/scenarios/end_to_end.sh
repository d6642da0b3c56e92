#!/usr/bin/env bash
# The whole line on a small sample in an empty folder: from raw data to an answer, twice, and the same bytes again.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"

results="processed features candidates registry scores"
export LEADFOREST_RUN=00000000-0000-4000-8000-000000000001 # a candidate's folder bears the run's name

make_sample() {
    run sample --data "$scratch/$1" --leads 4000 --seed 7
    return "$code"
}

# Stamps hold the raw files' inodes, which differ between folders.
same_results() {
    local folder
    for folder in $results; do
        diff -r --exclude='.stamp-*' "$scratch/$1/$folder" "$scratch/$2/$folder" || return 1
    done
}

exits_with() {
    run "${@:2}"
    [ "$code" -eq "$1" ] || { echo "exit code $code"; tail -n 5 "$scratch/log"; return 1; }
}

answers_mvp() {
    local answer
    answer=$(ask Dental 10-25)
    grep -qE '^\{"predicted_package":"MVP","probability":0\.[0-9]{1,4}\}$' <<<"$answer" || { echo "answered $answer"; return 1; }
}

# Within the last hour: all ran just now.
shows_successes() {
    local stage at
    curl -fsS "$url/metrics" >"$scratch/metrics" || return 1
    for stage in etl features train register score; do
        at=$(sed -n "s/^leadforest_worker_last_success_timestamp_seconds{worker=\"$stage\"} //p" "$scratch/metrics")
        [ "${at:-0}" -gt $(($(date +%s) - 3600)) ] || { echo "$stage: ${at:-nothing}"; return 1; }
    done
}

says() {
    grep -q "$1" <<<"$said" || { echo "said $said"; return 1; }
}

# Rows begin with customer_id,name,email; a second line of a quoted field has no address in its third column.
nobody_is_named_in() {
    awk -F, '$3 ~ /@/ { print $2; print $3 }' "$1/raw/customers.csv" | grep . | sort -u >"$scratch/people"
    [ "$(wc -l <"$scratch/people")" -gt 1000 ] || { echo "the sample names too few people"; return 1; }
    ! (cd "$1" && grep -rFf "$scratch/people" $results runs)
}

check "a sample is made in an empty folder" make_sample one
check "the same seed gives the same sample" make_sample two
check "byte for byte" diff -r "$scratch/one/raw" "$scratch/two/raw"

check "the whole line runs" exits_with 0 pipeline run-all --data "$scratch/one" --threads 1
[ "$broken" -eq 0 ] || exit 1
check "its last word is one line of JSON" jq -e . <<<"$(tail -n 1 <<<"$said")"
for folder in $results; do
    check "it made $folder/" test -n "$(ls -A "$scratch/one/$folder")"
done
before=$(fingerprint "$scratch/one")
check "run again, there is nothing to do" exits_with 99 pipeline run-all --data "$scratch/one" --threads 1
check "and every byte is as it was" diff <(echo "$before") <(fingerprint "$scratch/one")
for stage in etl features train register score; do
    check "$stage alone has nothing to do either" exits_with 99 "$stage" --data "$scratch/one"
done

check "the pipeline runs with two threads" exits_with 0 pipeline run-all --data "$scratch/two" --threads 2
check "two threads give the bytes of one" same_results one two

check "no name or e-mail address left raw/" nobody_is_named_in "$scratch/one"

check "the api becomes ready" start_api "$scratch/one"
check "it answers MVP for a dental practice of 10-25" answers_mvp
check "it shows when each stage last succeeded" shows_successes
check "SIGTERM ends it with 0" stop_api
exit "$broken"
