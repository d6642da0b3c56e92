#!/usr/bin/env bash
# Compose's profile "scale": three servers behind the gateway; each is replaced and one dies while a load runs, and no
# request fails.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
build=${1:-build}
source "$here/../scenario.bash"
source "$here/engine.bash"
source "$here/compose.bash"
cd "$here/../.."
PORT=$(free_port) GATEWAY_PORT=$(free_port)
export PORT GATEWAY_PORT SAMPLE_LEADS=2000 DRAIN_SECONDS=1
gateway=http://127.0.0.1:$GATEWAY_PORT
url=$gateway

docker image inspect nginx:1.28.0-alpine >/dev/null 2>&1 || docker pull -q nginx:1.28.0-alpine >/dev/null 2>&1 || {
    export NGINX_IMAGE=leadforest-test-nginx
    package_image "$NGINX_IMAGE" nginx nginx 'ENV PATH=/usr/bin' || { echo "there is no nginx"; exit 77; }
}

cat >"$scratch/predict.lua" <<'END'
wrk.method, wrk.body = "POST", '{"business_type":"Dental","business_size":"10-25"}'
wrk.headers["Content-Type"] = "application/json"
END

start_load() { # SECONDS
    wrk -t 1 -c 8 -d "$1" --timeout 60s -s "$scratch/predict.lua" "$gateway/predict" >"$scratch/load" 2>&1 &
    load=$!
}

load_met_no_failure() {
    wait "$load"
    grep -q 'requests in' "$scratch/load" && ! grep -E 'Non-2xx|Socket errors' "$scratch/load" || { cat "$scratch/load"; return 1; }
}

replicas() {
    "${compose[@]}" --profile scale ps -q replica
}

address_of() { # CONTAINER
    inspect "$1" '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
}

are_all_asked() { # every server has answered predictions
    local id
    for id in $(replicas); do
        curl -fsS -o "$scratch/metrics" "http://$(address_of "$id"):8000/metrics" &&
            grep '^leadforest_http_requests_total{route="/predict",method="POST",code="200"} [1-9]' "$scratch/metrics" || return 1
    done
}

is_each_ready() {
    local id
    for id in $(replicas); do
        curl -fsS -o /dev/null "http://$(address_of "$id"):8000/readyz" 2>/dev/null || return 1
    done
}

are_three() {
    [ "$(replicas | wc -w)" = 3 ]
}

are_new() {
    ! replicas | grep -xF "$before"
}

dies() {
    kill -KILL "$(inspect "$(replicas | head -n 1)" '{{.State.Pid}}')"
}

trusts_the_gateway() { # the address in the access log is the asker's
    [ "$(curl -s -o /dev/null -w '%{http_code}' "$gateway/metrics")" = 404 ]
}

"${compose[@]}" down --volumes >/dev/null 2>&1
check "up with the profile" "${compose[@]}" --profile scale up -d --build
check "the gateway answers" wait_until 300 answers_mvp
check "three servers run" are_three
check "and are ready" wait_until 60 is_each_ready
start_load 3
check "a load is answered" load_met_no_failure
check "by all of them" are_all_asked
check "the gateway keeps the metrics for itself" trusts_the_gateway
before=$(replicas)
start_load 600 # until it is stopped
check "each is replaced under load" env PORT="$PORT" GATEWAY_PORT="$GATEWAY_PORT" deploy/roll --project-name leadforest-test
check "three run again" are_three
check "and they are other ones" are_new
check "one of them dies" dies
sleep 3
kill -INT "$load"
check "no request failed" load_met_no_failure
sed -n 's/^ *\([0-9]*\) requests in \(.*\),.*/# \1 requests in \2/p' "$scratch/load"
exit "$broken"
