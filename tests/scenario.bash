# scenario.bash - what the scenarios share: checks that are sentences, a folder of their own, an api to ask.
# Source it after `build` is set.

scratch=$(mktemp -d)
api=0
broken=0
trap 'stop_api; rm -rf "$scratch"' EXIT
export LEADFOREST_NOW=2026-06-01T00:00:00Z LOG_LEVEL=warn
export PSEUDONYM_KEY=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff # not one of each volume's own

# check SENTENCE COMMAND... - one line "ok" or "not ok"; what the command said is shown where it failed.
check() {
    local sentence=$1
    shift
    if "$@" >"$scratch/said" 2>&1; then
        echo "ok $sentence"
    else
        echo "not ok $sentence"
        cat "$scratch/said"
        broken=1
    fi
}

# skip SENTENCE REASON - a check that cannot be made here.
skip() {
    echo "ok $1 # SKIP $2"
}

# small_or_whole SMALL WHOLE - the second in a whole proof, as tests/run --full asks for by FULL=1.
small_or_whole() {
    [ -n "${FULL:-}" ] && echo "$2" || echo "$1"
}

# run PROGRAM ARGUMENT... - its exit code, in $code; stdout in $said, the log in $scratch/log.
run() {
    code=0
    said=$("$build/leadforest-$1" "${@:2}" 2>>"$scratch/log") || code=$?
}

# A port for a server that cannot tell which one it was given; below those that the kernel gives away.
free_port() {
    local port
    for port in $(shuf -i 20000-29999 -n 20); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

# address_in LOG - where the api that writes it listens.
address_in() {
    local port
    port=$(grep -oP 'listening.* port \K\d+' "$1" | tail -n 1) && echo "http://127.0.0.1:$port"
}

# start_api DATA ARGUMENT... - leaves its address in $url and its process in $api; fails where it is not ready in a minute.
start_api() {
    local log try
    log=$(mktemp "$scratch/api-XXXXXX")
    HOST=127.0.0.1 PORT=0 LOG_LEVEL=info DRAIN_SECONDS=${DRAIN_SECONDS:-0} "$build/leadforest-api" --data "$@" 2>"$log" &
    api=$!
    for try in $(seq 1200); do
        url=$(address_in "$log") && curl -fsS -o /dev/null "$url/readyz" 2>/dev/null && return
        sleep 0.05
    done
    cat "$log"
    return 1
}

# stop_api - SIGTERM; its exit code.
stop_api() {
    local code=0
    [ "$api" -ne 0 ] || return 0
    kill -TERM "$api" 2>/dev/null
    wait "$api" || code=$?
    api=0
    return "$code"
}

# ask TYPE SIZE - the api's answer.
ask() {
    curl -fsS "$url/predict" -H 'Content-Type: application/json' -d "{\"business_type\":\"$1\",\"business_size\":\"$2\"}"
}

# A folder's files and what is in them, one line a file; locks and the pipeline's records of its runs are no results.
fingerprint() {
    (cd "$1" && find . -type f ! -path './.locks/*' ! -path './runs/*' -print0 | sort -z | xargs -0 sha256sum)
}
