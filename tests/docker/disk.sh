#!/usr/bin/env bash
# The volume fails: it is full, and the worker waits and continues when there is room, while the api answers; it is
# read-only, and the api answers all the same.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
build=${1:-build}
source "$here/../scenario.bash"
source "$here/engine.bash"
cd "$here/../.."
volume=leadforest-test-small worker=leadforest-test-worker api=leadforest-test-api

tidy_up() {
    docker rm --force "$worker" "$api" >/dev/null 2>&1
    docker volume rm --force "$volume" >/dev/null 2>&1
    rm -rf "$scratch"
}
trap tidy_up EXIT
unset LEADFOREST_NOW

# In memory, and so small that it fills at once; it lasts as long as a container uses it.
start() {
    docker rm --force "$worker" "$api" >/dev/null 2>&1
    docker volume rm --force "$volume" >/dev/null 2>&1
    docker volume create --opt type=tmpfs --opt device=tmpfs --opt o=size=48m,uid=10001,gid=10001 "$volume" &&
        docker run --detach --name "$worker" --user 10001:10001 --volume "$volume:/data" --env SAMPLE_LEADS=2000 \
            --env WATCH_QUIET=1 --env WATCH_POLL=0.5 --env WATCH_RETRY=1 --env WATCH_RETRY_MAX=2 leadforest-worker && serve "$volume:/data"
}

serve() { # MOUNT
    docker rm --force "$api" >/dev/null 2>&1
    docker run --detach --name "$api" --read-only --publish 127.0.0.1::8000 --volume "$1" --env STRIPE_WEBHOOK_SECRET=whsec_test leadforest-api &&
        url=http://127.0.0.1:$(docker port "$api" 8000/tcp | sed 's/.*://')
}

in_worker() { docker exec "$worker" sh -c "$1"; }

fill() { in_worker 'cat /dev/zero >/data/fill 2>/dev/null; [ "$(df -k /data | tail -n 1 | awk "{print \$4}")" -lt 8 ]'; }

# A file that is there already can be touched, a new one would not fit.
more_arrives() { in_worker 'touch /data/raw/customers.csv'; }

waits() { grep -q 'exit 75' <<<"$(docker logs "$worker" 2>&1)"; }

says_why() { grep -qi 'no space left' <<<"$(docker logs "$worker" 2>&1)"; }

lives() { [ "$(inspect "$1" '{{.State.Running}} {{.RestartCount}}')" = "true 0" ]; }

runs_done() { in_worker 'grep -l "\"exit\": 0" /data/runs/*.json | wc -l'; }

has_done() { [ "$(runs_done)" -ge "$1" ]; }

refuses_a_delivery() { # which it could not keep: Stripe sends it again
    local now body signature code
    now=$(date +%s) body='{"id":"evt_full","object":"event"}'
    signature=$(printf '%s.%s' "$now" "$body" | openssl dgst -sha256 -hmac whsec_test | sed 's/.* //')
    code=$(curl -s -o /dev/null -w '%{http_code}' "$url/webhooks/stripe" -H "Stripe-Signature: t=$now,v1=$signature" -H 'Content-Type: application/json' -d "$body")
    [ "$code" -ge 500 ] || { echo "status $code"; return 1; }
}

check "the images build" bash -c "docker build -q -f Dockerfile.worker --build-arg BASE=$BASE -t leadforest-worker . && docker build -q -f Dockerfile.api --build-arg BASE=$BASE -t leadforest-api ."
check "worker and api start on a small volume" start
check "a model is served" wait_until 300 answers_mvp
check "the run that made it is done" wait_until 300 has_done 1
start_asking
check "the volume fills up" fill
check "raw data change" more_arrives
check "the worker will try again later" wait_until 300 waits
check "and says why" says_why
check "both live" eval 'lives "$worker" && lives "$api"'
check "a delivery that cannot be kept is refused" refuses_a_delivery
check "there is room again" in_worker 'rm /data/fill'
check "and the worker continues" wait_until 300 has_done 2
check "no prediction failed meanwhile" no_request_failed
check "an api on the volume read-only" serve "$volume:/data:ro"
check "answers" wait_until 60 answers_mvp
check "takes no delivery" refuses_a_delivery
check "and lives" lives "$api"
exit "$broken"
