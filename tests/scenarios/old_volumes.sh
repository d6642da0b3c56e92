#!/usr/bin/env bash
# What earlier versions left on their volumes is read, served and made again, whatever their stamps say.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
volumes=$(dirname "$0")/../fixtures/volumes
export LEADFOREST_NOW=2026-12-02T03:00:00Z # two days after they were made

exits_with() { # CODE PROGRAM ARGUMENT...
    run "$2" --data "$data" "${@:3}"
    [ "$code" -eq "$1" ] || { echo "exit code $code: $said"; tail -n 3 "$scratch/log"; return 1; }
}

result() { # JQ-FILTER - true where the last line says so
    jq -e "$1" <<<"$(tail -n 1 <<<"$said")" || { echo "said $said"; return 1; }
}

stage_says() { # STAGE STATUS
    grep -q "{\"stage\":\"$1\",\"status\":\"$2\"" <<<"$said" || { echo "said $said"; return 1; }
}

listed_as_champion() { # VERSION
    grep -q "^\* *$1 " <<<"$said" || { echo "said $said"; return 1; }
}

answers() {
    ask Dental 10-25 | jq -e '.predicted_package == "MVP" and .probability > 0.5'
}

for archive in "$volumes"/*.tar.xz; do
    version=$(basename "$archive" .tar.xz)
    data=$scratch/$version/data
    mkdir "$scratch/$version"
    check "the volume of $version" tar -C "$scratch/$version" -xf "$archive"

    check "drift reads the log of $version" exits_with 0 drift
    check "and goes on from its state" result '.state == "RETRAIN" and .cause == "age"'
    check "with all of its twelve predictions" jq -e '.calls.read == 12 and .calls.unreadable == 0' "$data/monitoring/2026-12-01.json"

    check "its registry holds" exits_with 0 register verify
    check "register list" exits_with 0 register list
    check "marks its champion" listed_as_champion 1
    check "the api becomes ready with it" start_api "$data"
    check "and answers" answers
    check "and ends" stop_api

    check "the whole line runs on it" exits_with 0 pipeline run-all
    for stage in etl features train score; do
        check "$stage makes its outputs again" stage_says "$stage" done
    done
    check "the gate waits for new purchases before it compares again" stage_says register "nothing to do"
    check "run again, there is nothing to do" exits_with 99 pipeline run-all
    check "the registry holds as before" exits_with 0 register verify
    check "the api becomes ready again" start_api "$data"
    check "and answers as before" answers
    check "and ends" stop_api
done
exit "$broken"
