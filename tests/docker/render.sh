#!/usr/bin/env bash
# The worker's image as Render runs it: PORT=10000, generated keys, one disk that belongs to root and is empty at first;
# SIGTERM and 30 s until SIGKILL; and a next instance on the same disk. deploy/render.yaml says nothing that Render or
# leadforest does not know.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
build=${1:-build}
source "$here/../scenario.bash"
source "$here/engine.bash"
cd "$here/../.."
service=leadforest-test-render
disk=leadforest-test-disk

tidy_up() {
    docker rm --force "$service" >/dev/null 2>&1
    docker volume rm --force "$disk" >/dev/null 2>&1
    rm -rf "$scratch"
}
trap tidy_up EXIT

blueprint_holds() {
    python3 "$here/render_blueprint.py" deploy/render.yaml deploy/env.example
}

# The blueprint's own settings, and for the keys what Render generates: 256 bits in base64.
instance() {
    local settings=() line
    while read -r line; do settings+=(--env "$line"); done < <(python3 "$here/render_blueprint.py" deploy/render.yaml --env)
    docker rm --force "$service" >/dev/null 2>&1
    docker run --detach --name "$service" --publish 127.0.0.1::10000 --memory 512m --cpus 0.5 --volume "$disk:/data" \
        --env PORT=10000 --env RENDER=true "${settings[@]}" --env SAMPLE_LEADS="${1:-2000}" \
        --env PSEUDONYM_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= --env STRIPE_WEBHOOK_SECRET=whsec_test leadforest-worker &&
        url=http://127.0.0.1:$(docker port "$service" 10000/tcp | sed 's/.*://')
}

is_alive() { # as Render asks
    curl -fsS -m 5 -o /dev/null "$url/healthz" 2>/dev/null
}

stays_alive() { # SECONDS
    local end=$((SECONDS + $1))
    while [ "$SECONDS" -lt "$end" ]; do is_alive || return 1; sleep 0.2; done
}

ends_with() { # CODE, within 30 s of SIGTERM, or it were SIGKILL's
    local code
    docker stop --time 30 "$service" >/dev/null
    code=$(inspect "$service" '{{.State.ExitCode}}')
    [ "$code" = "$1" ] || { echo "exit $code"; docker logs --tail 20 "$service"; return 1; }
}

all_run_as_nobody() {
    local owners
    owners=$(docker top "$service" -o pid,uid | awk 'NR > 1 { print $2 }' | sort -u)
    [ "$owners" = 10001 ] || { docker top "$service"; return 1; }
}

deliver() { # a webhook, signed
    local now body signature
    now=$(date +%s) body='{"id":"evt_render","object":"event","type":"charge.succeeded","data":{"object":{"id":"ch_1","object":"charge"}}}'
    signature=$(printf '%s.%s' "$now" "$body" | openssl dgst -sha256 -hmac whsec_test | sed 's/.* //')
    curl -fsS -o /dev/null "$url/webhooks/stripe" -H "Stripe-Signature: t=$now,v1=$signature" -H 'Content-Type: application/json' -d "$body"
}

delivery_is_kept() {
    docker exec "$service" sh -c 'grep -q evt_render /data/raw/inbox/stripe-*.ndjson'
}

begins_without_a_model() {
    ! is_ready
}

new_disk() { # empty, root's
    docker rm --force "$service" >/dev/null 2>&1
    docker volume rm --force "$disk" && docker volume create "$disk" &&
        docker run --rm --user 0:0 --entrypoint chown --volume "$disk:/data" leadforest-worker 0:0 /data
}

unset LEADFOREST_NOW
check "the blueprint is valid" blueprint_holds
check "the image builds" docker build -q -f Dockerfile.worker --build-arg BASE="$BASE" -t leadforest-worker .

check "an empty disk of root's" new_disk
check "an instance without any data" instance 0
check "is alive" wait_until 60 is_alive
check "without a model" begins_without_a_model
check "and stays so" stays_alive 6
check "data of one's own have a folder to go to" docker exec "$service" sh -c 'echo email >/data/raw/customers-mine.csv'
check "a delivery of Stripe is taken" deliver
check "SIGTERM ends it with 0" ends_with 0
check "the next instance on the same disk" instance 0
check "is alive" wait_until 60 is_alive
check "and has kept the delivery" delivery_is_kept

check "another empty disk" new_disk
check "an instance with sample data" instance 2000
check "is alive" wait_until 60 is_alive
check "SIGTERM while it works ends it with 0" ends_with 0
check "the next instance on the same disk" instance 2000
check "makes a model" wait_until 300 is_ready
check "and answers" answers_mvp
check "nothing in it runs as root" all_run_as_nobody
docker kill --signal KILL "$service" >/dev/null
check "after SIGKILL the next one" instance 2000
check "serves what was made" wait_until 60 is_ready
check "and answers" answers_mvp
check "SIGTERM ends it with 0" ends_with 0
exit "$broken"
