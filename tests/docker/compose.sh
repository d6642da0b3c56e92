#!/usr/bin/env bash
# docker-compose up on an empty volume, as a user would: a model is made, new data are taken in, the worker dies in the
# middle, the disk fills up; the api answers all along. Containers, network and volume are removed afterwards; the images
# stay, as the builder's cache.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
build=${1:-build}
source "$here/../scenario.bash"
source "$here/engine.bash"
source "$here/compose.bash"
cd "$here/../.."
PORT=$(free_port)
export PORT SAMPLE_LEADS=2000 WATCH_QUIET=2
url=http://127.0.0.1:$PORT

becomes_ready() {
    wait_until 300 is_ready || { "${compose[@]}" logs --tail 30; return 1; }
}

is_healthy() {
    [ "$(inspect "$(container api)" '{{.State.Health.Status}}')" = healthy ]
}

cannot_write_beside_the_volume() { # SERVICE
    [ "$(inspect "$(container "$1")" '{{.HostConfig.ReadonlyRootfs}}')" = true ] &&
        [ "$(awk '$1 == "CapEff:" { print $2 }' "/proc/$(inspect "$(container "$1")" '{{.State.Pid}}')/status")" = 0000000000000000 ]
}

decisions() {
    docker exec "$(container worker)" sh -c 'while read -r _; do echo; done </data/registry/decisions.ndjson' | wc -l
}

has_decided() { # COUNT
    [ "$(decisions 2>/dev/null)" -ge "$1" ]
}

# Process 1 of the worker, killed as by the kernel, while a stage runs.
trains() {
    pgrep -P "$worker" -f leadforest-train >/dev/null
}

dies_in_training() {
    worker=$(inspect "$(container worker)" '{{.State.Pid}}')
    wait_until 300 trains && kill -KILL "$worker"
}

was_started_again() {
    [ "$(inspect "$(container worker)" '{{.RestartCount}}')" -ge 1 ]
}

nothing_is_half_done() {
    local left
    left=$(docker run --rm -v leadforest-test_data:/data leadforest-worker sh -c \
        'for f in /data/*/.tmp-* /data/registry/versions/.tmp-*; do [ ! -e "$f" ] || echo "$f"; done')
    [ -z "$left" ] || { echo "$left"; return 1; }
}

up_again() {
    "${compose[@]}" up -d && becomes_ready && answers_mvp
}

"${compose[@]}" down --volumes >/dev/null 2>&1
check "both images build" "${compose[@]}" build
check "up on an empty volume, without any .env" "${compose[@]}" up -d
started=$EPOCHREALTIME
check "the api becomes ready by itself" becomes_ready
took=$(awk -v from="$started" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }')
[ "$broken" -eq 0 ] || exit 1
check "it answers MVP for a dental practice of 10-25" answers_mvp
check "its health check says healthy" wait_until 300 is_healthy
for service in api worker; do
    check "the $service does not run as root" runs_as_nobody "$(container "$service")"
    check "the $service has no capability and a read-only root" cannot_write_beside_the_volume "$service"
done
check "the api is process 1" is_process_1 "$(container api)" leadforest-api
check "the worker is process 1" is_process_1 "$(container worker)" leadforest-pipeline

start_asking
check "version 1 is served" serves 1
check "new customers and transactions are dropped into the volume" put_data 20000 2
check "and a better model is served" wait_until 300 serves 2
check "more of them, of later months" put_data 20000 3 --end 2026-11-01 --days 150
check "and the worker is killed while it trains" dies_in_training
check "Docker starts it again" wait_until 300 was_started_again
check "it continues to a decision about the new data" wait_until 300 has_decided 3
check "nothing half-done is left" wait_until 60 nothing_is_half_done # once the run that decided has ended
check "no request failed meanwhile" no_request_failed

check "SIGTERM ends the api with 0" stops_cleanly api
check "SIGTERM ends the worker with 0" stops_cleanly worker
check "started again on the same volume, it answers" up_again
check "down" "${compose[@]}" down --timeout 20
check "and up again: the volume has kept the model" up_again
echo "# ready $took s after up; api image $(size_of leadforest-api), worker image $(size_of leadforest-worker)"
exit "$broken"
