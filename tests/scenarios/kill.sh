#!/usr/bin/env bash
# kill -9 during every stage, at random moments and just before each system call that matters: whatever is visible
# afterwards is whole, and the next run ends where an undisturbed one does. Without FULL, of the calls each third.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"

kills=$(small_or_whole 5 25) # at random, a stage
stride=$(small_or_whole 3 1) # from one call to the next
stages="etl features train register score"
visible="processed features candidates registry scores"
export LEADFOREST_RUN=00000000-0000-4000-8000-000000000001
RANDOM=7 # bash's own generator, so that the moments are the same each time
export TRAIN_TREES=10 # many short runs

# A folder for each state of the volume: state-0 before etl, state-1 after it, ... They share one raw/, since etl
# knows its inputs by inode and times.
prepare() {
    run sample --data "$scratch/sample" --leads 2000 --seed 7
    [ "$code" -eq 0 ] || return 1
    mkdir "$scratch/state-0"
    ln -s "$scratch/sample/raw" "$scratch/state-0/raw"
    local stage i=0
    for stage in $stages; do
        cp -a "$scratch/state-$i" "$scratch/state-$((i + 1))"
        i=$((i + 1))
        run "$stage" --data "$scratch/state-$i"
        [ "$code" -eq 0 ] || { echo "$stage ended with $code"; tail -n 3 "$scratch/log"; return 1; }
    done
}

# Runs a stage and kills it after a part of the time it takes undisturbed. True where it was still at work.
kill_within() { # STAGE VOLUME MICROSECONDS
    local pid after=$((RANDOM * 32768 % $3))
    "$build/leadforest-$1" --data "$2" >/dev/null 2>&1 &
    pid=$!
    sleep "$(printf '%d.%06d' $((after / 1000000)) $((after % 1000000)))"
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    [ $? -eq 137 ]
}

# What changes names or makes them last.
calls=rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,ftruncate,fsync,fdatasync

trace() { # STAGE VOLUME STRACE-OPTION...
    strace -f -qq -o "$scratch/trace" -e "trace=$calls" "${@:3}" "$build/leadforest-$1" --data "$2" >/dev/null 2>&1
}

# Those calls as a stage makes them: "rename 1", "fsync 1", "rename 2", ...
moments() { # STAGE VOLUME
    trace "$1" "$2" && awk '{ sub(/^[0-9]+ +/, ""); if (sub(/\(.*/, "")) print $0, ++seen[$0] }' "$scratch/trace"
}

# A log may have fewer lines than afterwards, each whole.
is_log_on_its_way() { # FILE AFTER
    [[ $1 == *.ndjson ]] && cmp -s -n "$(stat -c %s "$1")" "$1" "$2" && [ -z "$(tail -c 1 "$1")" ]
}

# What has its name must be as it was before the stage or as it is after it; a folder of a model wholly so.
only_whole_files() { # VOLUME BEFORE AFTER
    local file folder name
    while IFS= read -r -d '' file; do
        name=${file#"$1"/}
        cmp -s "$file" "$2/$name" || cmp -s "$file" "$3/$name" ||
            is_log_on_its_way "$file" "$3/$name" || { echo "half written: $name"; return 1; }
    done < <(cd "$1" && find $visible -name '.tmp-*' -prune -o -type f -printf "$1/%p\0" 2>/dev/null)
    for folder in "$1"/candidates/*/ "$1"/registry/versions/*/; do
        name=${folder#"$1"/}
        [ ! -d "$folder" ] || diff -rq "$folder" "$2/$name" >/dev/null 2>&1 || diff -rq "$folder" "$3/$name" ||
            { echo "half a folder: $name"; return 1; }
    done
}

# A volume's results. The ETL's report compares with the run before it, which a killed one may have been.
results() {
    fingerprint "$1" | grep -v -e '/report\.json$' -e '/\.stamp-etl\.json$'
    jq 'del(.checks[]? | select(.name == "row count"))' "$1/processed/report.json"
}

same_volume() { # ONE OTHER
    diff <(results "$1") <(results "$2")
}

# After a kill: what is visible is whole, and the next run ends as an undisturbed one.
recovers() { # STAGE VOLUME BEFORE AFTER
    only_whole_files "$2" "$3" "$4" || return 1
    run "$1" --data "$2"
    [ "$code" -eq 0 ] || [ "$code" -eq 99 ] || { echo "then exit code $code"; tail -n 3 "$scratch/log"; return 1; }
    same_volume "$2" "$4" || { echo "the next run ended elsewhere"; return 1; }
}

renew() { # BEFORE
    rm -rf "$volume" && cp -a "$1" "$volume"
}

# Microseconds that a stage takes undisturbed: the least of three, since the machine may have been busy.
time_of() { # STAGE BEFORE
    local round took least=0
    for round in 1 2 3; do
        renew "$2"
        took=${EPOCHREALTIME/./}
        run "$1" --data "$volume"
        took=$((${EPOCHREALTIME/./} - took))
        [ "$least" -ne 0 ] && [ "$least" -lt "$took" ] || least=$took
    done
    echo "$least"
}

at_random() { # STAGE BEFORE AFTER
    local stage=$1 before=$2 after=$3 round hits=0 took
    took=$(time_of "$stage" "$before")
    for ((round = 0; round < kills; round++)); do
        renew "$before"
        kill_within "$stage" "$volume" "$took" && hits=$((hits + 1))
        recovers "$stage" "$volume" "$before" "$after" || { echo "after kill $round"; return 1; }
    done
    [ "$hits" -ge $((kills / 4)) ] || { echo "only $hits of $kills kills met the stage at work"; return 1; }
}

before_each_call() { # STAGE BEFORE AFTER
    local stage=$1 before=$2 after=$3 list call nth
    renew "$before"
    list=$(moments "$stage" "$volume") && [ -n "$list" ] || { echo "strace saw no call"; return 1; }
    while read -r call nth; do
        renew "$before"
        trace "$stage" "$volume" -e "inject=$call:signal=KILL:when=$nth" 2>/dev/null
        recovers "$stage" "$volume" "$before" "$after" || { echo "killed before $call $nth"; return 1; }
    done < <(sed -n "1~${stride}p" <<<"$list")
}

volume=$scratch/volume
check "a sample and five stages, undisturbed" prepare
[ "$broken" -eq 0 ] || exit 1
i=0
for stage in $stages; do
    states=("$scratch/state-$i" "$scratch/state-$((i + 1))")
    check "$stage killed $kills times at random leaves nothing half written and then ends well" \
        at_random "$stage" "${states[@]}"
    sentence="so does $stage killed before calls that name a file or make it last"
    if strace -qq -o /dev/null true 2>/dev/null; then
        check "$sentence" before_each_call "$stage" "${states[@]}"
    else
        skip "$sentence" "strace may not trace here"
    fi
    i=$((i + 1))
done
exit "$broken"
