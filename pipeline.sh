#!/usr/bin/env bash
# From nothing to a served prediction: installs what is missing, builds, makes sample data where data/raw
# is empty, runs the pipeline, starts the api, asks it about a dental practice, prints the answer, stops it.
# DATA_DIR (./data), BUILD (build), PORT (any free one) and SAMPLE_LEADS (20000) may be set.
set -euo pipefail
cd "$(dirname "$0")"
build=${BUILD:-build}
export HOST=127.0.0.1 LOG_FORMAT=${LOG_FORMAT:-text}

say() {
    printf '== %s\n' "$*" >&2
}

free_port() {
    local port
    for port in $(shuf -i 20000-29999 -n 20); do
        (exec 3<>"/dev/tcp/$HOST/$port") 2>/dev/null || { echo "$port"; return; }
    done
    return 1
}

wait_until_ready() {
    local try
    for try in $(seq 1200); do
        curl -fsS -o /dev/null "$url/readyz" 2>/dev/null && return
        kill -0 "$api" 2>/dev/null || break
        sleep 0.05
    done
    say "the api did not become ready"
    return 1
}

say "packages"
deploy/install-packages build ask

say "build"
make --silent -j"$(nproc)" BUILD="$build"

say "etl, features, train, register, score"
deploy/run-all "$build" >&2

say "api"
export PORT=${PORT:-$(free_port)}
url=http://$HOST:$PORT
DRAIN_SECONDS=0 "$build/leadforest-api" &
api=$!
trap 'kill "$api" 2>/dev/null || true' EXIT
wait_until_ready
answer=$(curl -fsS "$url/predict" -H 'Content-Type: application/json' \
    -d '{"business_type":"Dental","business_size":"10-25"}')

kill -TERM "$api"
wait "$api"
trap - EXIT
say "the answer for a dental practice of 10-25 people"
printf '%s\n' "$answer"
