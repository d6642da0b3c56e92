#!/usr/bin/env bash
# docker-compose up on an empty volume, as a user would: both images built, a model made, a prediction answered.
# Containers, network and volume are removed afterwards; the images stay, as the builder's cache.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
build=${1:-build}
source "$here/../scenario.bash"
cd "$here/../.."

docker info >/dev/null 2>&1 || { echo "no Docker engine runs here"; exit 77; }
if docker compose version >/dev/null 2>&1; then
    compose=(docker compose)
elif command -v docker-compose >/dev/null; then
    compose=(docker-compose)
else
    echo "there is no compose tool"
    exit 77
fi
compose+=(--project-name leadforest-test)

BASE_IMAGE_FILE=$scratch/base "$here/base-image.sh" >"$scratch/said" 2>&1 || { cat "$scratch/said"; exit 1; }
BASE=$(cat "$scratch/base")
PORT=$(free_port)
export BASE PORT
url=http://127.0.0.1:$PORT

tidy_up() {
    "${compose[@]}" down --volumes --timeout 20 >/dev/null 2>&1
    rm -rf "$scratch"
}
trap tidy_up EXIT

container() { # SERVICE - its id
    "${compose[@]}" ps -q "$1"
}

about() { # SERVICE FORMAT
    docker inspect --format "$2" "$(container "$1")"
}

wait_until() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.2
    done
}

is_ready() {
    curl -fsS -o /dev/null "$url/readyz" 2>/dev/null
}

becomes_ready() {
    wait_until 60 is_ready || { "${compose[@]}" logs --tail 30; return 1; }
}

answers_mvp() {
    local answer
    answer=$(ask Dental 10-25)
    grep -qE '^\{"predicted_package":"MVP","probability":0\.[0-9]{1,4}\}$' <<<"$answer" || { echo "answered $answer"; return 1; }
}

is_healthy() {
    [ "$(about api '{{.State.Health.Status}}')" = healthy ]
}

# As the kernel sees the first process, not as the image claims.
runs_as_nobody() {
    local pid
    pid=$(about "$1" '{{.State.Pid}}')
    [ "$(awk '$1 == "Uid:" { print $2 }' "/proc/$pid/status")" = 10001 ]
}

is_the_program() { # SERVICE PROGRAM - it is process 1 itself, so that signals reach it
    local pid
    pid=$(about "$1" '{{.State.Pid}}')
    grep -qz "$2" "/proc/$pid/cmdline" || { tr '\0' ' ' <"/proc/$pid/cmdline"; return 1; }
}

stops_cleanly() {
    local id code
    id=$(container "$1")
    docker stop --time 20 "$id" >/dev/null
    code=$(docker inspect --format '{{.State.ExitCode}}' "$id")
    [ "$code" -eq 0 ] || { echo "exit code $code"; docker logs --tail 20 "$id"; return 1; }
}

size() { # SERVICE
    docker image inspect --format '{{.Size}}' "$(about "$1" '{{.Image}}')" | numfmt --to=si --suffix=B
}

up_again() {
    "${compose[@]}" up -d && becomes_ready && answers_mvp
}

"${compose[@]}" down --volumes >/dev/null 2>&1
check "both images build" "${compose[@]}" build
check "up on an empty volume" "${compose[@]}" up -d
started=$EPOCHREALTIME
check "the api becomes ready by itself" becomes_ready
took=$(awk -v from="$started" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }')
[ "$broken" -eq 0 ] || exit 1
check "it answers MVP for a dental practice of 10-25" answers_mvp
check "its health check says healthy" wait_until 30 is_healthy
for service in api worker; do
    check "the $service does not run as root" runs_as_nobody "$service"
done
check "the api is process 1" is_the_program api leadforest-api
check "the worker is process 1" is_the_program worker leadforest-pipeline
check "SIGTERM ends the api with 0" stops_cleanly api
check "SIGTERM ends the worker with 0" stops_cleanly worker
check "started again on the same volume, it answers" up_again
echo "# ready $took s after up; api image $(size api), worker image $(size worker)"
exit "$broken"
