#!/usr/bin/env bash
# The server as programs of others see it: its OpenAPI contract, its metrics, its Open Inference Protocol.
# openapi-spec-validator, schemathesis and tritonclient come from PyPI into BUILD/contract, promtool from Debian.
set -uo pipefail
build=$(realpath -m "$1")
cd "$(dirname "$0")/../.." || exit 1
venv=$build/contract
[ -x "$venv/bin/python" ] || python3 -m venv "$venv" || { echo "python3 makes no virtual environment"; exit 77; }
"$venv/bin/pip" install -q --disable-pip-version-check openapi-spec-validator schemathesis 'tritonclient[http]' \
    2>"$build/pip.log" || { echo "PyPI is not reached: $(tail -n 1 "$build/pip.log")"; exit 77; }
source tests/scenario.bash

validates() {
    curl -fsS "$url/openapi.json" -o "$scratch/openapi.json" &&
        "$venv/bin/python" -c 'import json, sys
from openapi_spec_validator import validate
validate(json.load(open(sys.argv[1])))' "$scratch/openapi.json"
}

# The contract cannot say that an inference's columns are of one length, nor that a delivery is signed.
cat >"$scratch/schemathesis.toml" <<'END'
[auth.openapi]
key = { api_key = "key" }
[[operations]]
include-path-regex = "infer$|webhooks"
checks.positive_data_acceptance.enabled = false
END
finds_nothing() {
    (cd "$scratch" && "$venv/bin/schemathesis" run "$url/openapi.json" --phases examples,coverage,fuzzing --seed 1 \
        --max-examples "${EXAMPLES:-50}" --generation-allow-x00 false --no-color)
}

export API_KEYS=key ADMIN_KEY=key STRIPE_WEBHOOK_SECRET=whsec_a FORMSPREE_WEBHOOK_SECRET=b
check "a model is promoted" "$build/tests/tools/make_registry" "$scratch/data" 2
check "the api becomes ready" start_api "$scratch/data"
check "the contract is valid OpenAPI 3.1" validates
check "schemathesis finds no request that the contract is wrong about" finds_nothing
check "the server has lived through it" curl -fsS "$url/readyz"
check "a client of the Open Inference Protocol works, with JSON and with binary tensors" \
    "$venv/bin/python" tests/full/api_inference.py "${url#http://}" key
if promtool=$(tests/unpack "$build" prometheus promtool); then
    check "promtool accepts the metrics" bash -c 'curl -fsS "$0/metrics" | "$1" check metrics' "$url" "$promtool"
else
    skip "promtool accepts the metrics" "promtool is not available"
fi
check "SIGTERM ends it with 0" stop_api
exit "$broken"
