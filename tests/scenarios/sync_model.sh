#!/usr/bin/env bash
# Two api replicas without the shared volume: leadforest-sync model brings them the signed champion from a plain web
# server, and nothing but a whole model by the right signer moves what they serve.
set -uo pipefail
build=$1
here=$(cd "$(dirname "$0")/.." && pwd)
source "$here/scenario.bash"
web=$scratch/published started=()
trap 'kill "${started[@]}" 2>/dev/null; wait; rm -rf "$scratch"' EXIT
export SYNC_MAX_WAIT=0.3 PYTHONDONTWRITEBYTECODE=1

openssl genpkey -algorithm ed25519 -out "$scratch/key.pem" 2>/dev/null
openssl genpkey -algorithm ed25519 -out "$scratch/other.pem" 2>/dev/null
MODEL_PUBLIC_KEY=$(openssl pkey -in "$scratch/key.pem" -pubout)
export MODEL_PUBLIC_KEY

sign() { # VERSION [KEY]
    local folder=$web/registry/versions/$1
    openssl pkeyutl -sign -rawin -inkey "${2:-$scratch/key.pem}" -in "$folder/manifest.json" -out "$folder/manifest.sig"
}

promote() { # VERSION [KEY] - made, signed and pointed at in the published registry
    "$build/tests/tools/make_registry" "$web" "$1" && sign "$@"
}

point_at() { # VERSION - the published pointer alone moves
    local hash
    hash=$(sha256sum "$web/registry/versions/$1/manifest.json" | cut -d ' ' -f 1)
    printf '{"version": %s, "sha256": "%s", "promoted_at": ""}\n' "$1" "$hash" >"$scratch/pointer"
    mv "$scratch/pointer" "$web/registry/champion.json"
}

replica() { # NAME - its folder
    echo "$scratch/replica-$1"
}

fetch() { # NAME CODE - leadforest-sync model ends so
    run sync --data "$(replica "$1")" model
    [ "$code" = "$2" ] || { echo "exit $code"; tail -n 3 "$scratch/log"; return 1; }
}

has() { # NAME VERSION... - these versions, and nothing half-done beside them
    local found
    found=$(cd "$(replica "$1")/registry/versions" && ls -A | sort -n | xargs)
    [ "$found" = "${*:2}" ] || { echo "has $found"; return 1; }
}

serve() { # NAME - an api on its folder
    api=0
    start_api "$(replica "$1")" --instance "replica-$1" || return 1
    started+=("$api")
    address[$1]=$url
}

serves() { # NAME VERSION - within a minute
    local try
    for try in $(seq 1200); do
        curl -fsS -o /dev/null -D "$scratch/headers" "${address[$1]}/predict" -H 'Content-Type: application/json' \
            -d '{"business_type":"Dental","business_size":"10-25"}'
        grep -qi "^x-model-version: $2"$'\r' "$scratch/headers" && return
        sleep 0.05
    done
    cat "$scratch/headers"
    return 1
}

says() { # TEXT - in the last lines of the log
    grep -q "$1" <<<"$(tail -n 3 "$scratch/log")" || { tail -n 3 "$scratch/log"; return 1; }
}

requests() { # PATTERN - how many requests the web server had of it
    grep -c "$1" "$scratch/requests"
}

mkdir -p "$web/registry" "$(replica 1)" "$(replica 2)"
python3 "$here/fakes/files_with_etags.py" "$scratch/port" "$web" 2>>"$scratch/requests" &
started+=($!)
for _ in $(seq 1200); do [ -s "$scratch/port" ] && break; sleep 0.05; done
declare -A address
export MODEL_URL=http://127.0.0.1:$(<"$scratch/port")/registry

check "nothing is published yet: try later" fetch 1 75
check "a first model is published" promote 1
for name in 1 2; do
    check "replica $name fetches it" fetch "$name" 0
    check "replica $name is ready" serve "$name"
    check "and serves version 1" serves "$name" 1
done
: >"$scratch/requests"
check "asked again, there is nothing to do" fetch 1 99
check "which one request with an ETag told" test "$(cat "$scratch/requests")" = "/registry/champion.json 304"

check "a second model is published" promote 2
check "replica 1 fetches it" fetch 1 0
check "and serves it" serves 1 2
check "replica 2 still serves the first" serves 2 1
check "until it fetches too" fetch 2 0
check "and serves the second" serves 2 2

check "a third, signed by somebody else" promote 3 "$scratch/other.pem"
check "is refused" fetch 1 65
check "with the reason" says "signature does not match MODEL_PUBLIC_KEY"
check "the second is served" serves 1 2
sign 3
printf x >>"$web/registry/versions/3/forest.bin"
check "signed, but with a byte too many" fetch 1 65
check "it is refused for its hash" says "forest.bin.*hash"
check "and nothing of it stays" has 1 1 2
"$build/tests/tools/make_registry" "$web" 4 flipped && sign 4
check "a damaged forest that hash and signature agree with is refused" fetch 1 65
check "and nothing of it stays" has 1 1 2
jq '.files["../../../escaped"] = .files["card.json"]' "$web/registry/versions/2/manifest.json" >"$scratch/manifest"
mkdir "$web/registry/versions/5" && cp "$web/registry/versions/2"/* "$web/registry/versions/5/"
jq '.version = 5' "$scratch/manifest" >"$web/registry/versions/5/manifest.json" && sign 5 && point_at 5
check "a manifest that names a file elsewhere is refused" fetch 1 65
check "no file is there" test ! -e "$(replica 1)/escaped"
mv "$web/registry/versions/2" "$scratch/second" && cp -r "$web/registry/versions/1" "$web/registry/versions/2" && point_at 2
check "an older model under the number of the one that is here is refused" fetch 1 65
check "which stays whole" "$build/leadforest-api" --check --data "$(replica 1)"
rm -r "$web/registry/versions/2" && mv "$scratch/second" "$web/registry/versions/2"
echo '{"version": 6' >"$web/registry/champion.json"
check "half a pointer is refused" fetch 1 65
check "the second is served" serves 1 2

: >"$scratch/requests"
point_at 1
check "a rollback at the source" fetch 1 0
check "needs no file that is still here" test "$(requests versions/)" = 0
check "and is served" serves 1 1
point_at 2
check "back again" fetch 1 0
printf x >>"$(replica 1)/registry/versions/2/forest.bin"
check "a copy that was damaged here is fetched again" fetch 1 0
check "and whole" fetch 1 99
check "a seventh model" promote 7
check "is fetched" fetch 1 0
check "and the oldest goes" has 1 2 7

# A container's process: fetcher and api together, which end together there.
mkdir "$(replica 3)"
PATH=$build:$PATH DATA_DIR=$(replica 3) HOST=127.0.0.1 PORT=0 LOG_LEVEL=info DRAIN_SECONDS=0 MODEL_EVERY=0.2 \
    setsid "$here/../deploy/replica" 2>"$scratch/following" &
following=$!
until address[3]=$(address_in "$scratch/following") || ! kill -0 "$following"; do sleep 0.05; done
check "a replica that follows by itself serves it too" serves 3 7
promote 8
check "and the eighth, soon after it is published" serves 3 8
kill -- "-$following"
wait "$following" 2>/dev/null

kill "${started[0]}"
wait "${started[0]}" 2>/dev/null
check "without the web server: try later" fetch 1 75
check "and the seventh is served" serves 1 7
MODEL_URL=http://models.example.com/registry
check "an address without TLS is refused" fetch 1 64
MODEL_URL=https://models.example.com/registry
unset MODEL_PUBLIC_KEY
check "so is a source without a key to check it with" fetch 1 64
MODEL_PUBLIC_KEY=x
touch "$(replica 2)/registry/decisions.ndjson"
check "and a registry that makes its own models" fetch 2 64
exit "$broken"
