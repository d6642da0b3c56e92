#!/usr/bin/env bash
# What is judged and promoted reaches MLflow once, whatever fails on the way; nothing waits for MLflow.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
here=$(dirname "$0")/..
data=$scratch/data
registry=$data/registry
servers=()
trap 'kill "${servers[@]}" 2>/dev/null; rm -rf "$scratch"' EXIT

# start_server ARGUMENT... - a fake; its address in $server.
start_server() {
    local port=$scratch/port-${#servers[@]} try
    python3 "$here/fakes/mlflow.py" "$port" "$@" 2>>"$scratch/fakes" &
    servers+=($!)
    for try in $(seq 1200); do
        [ -s "$port" ] && break
        sleep 0.05
    done
    server=http://127.0.0.1:$(cat "$port")
    export MLFLOW_TRACKING_URI=$server
}
# Nobody listens any more.
stop_server() { kill "${servers[-1]}" && wait "${servers[-1]}" 2>/dev/null; true; }

register() { run register --data "$data" "$@"; }
exits_with() { # CODE ARGUMENT...
    register "${@:2}"
    [ "$code" -eq "$1" ] || { echo "exit code $code: $said"; tail -n 3 "$scratch/log"; return 1; }
}
candidate() { # ARGUMENT...
    python3 "$here/scenarios/purchases.py" "$data" "$@" || return 1
    local stage
    for stage in features train; do
        run "$stage" --data "$data"
        [ "$code" -eq 0 ] || { echo "$stage ended with $code"; tail -n 3 "$scratch/log"; return 1; }
    done
}
state() { curl -fsS "$server/-/state"; }
there() { # JQ-FILTER - holds for what the server has
    state | jq -e "$1" || { state | head -c 3000; return 1; }
}
suffer() { curl -fsS -X PUT -d "$(jq -nc '$ARGS.positional' --args "$@")" "$server/-/faults"; }
requests() { curl -fsS "$server/-/journal" | grep -c .; }
told() { [ "$(jq .told "$registry/mlflow.json")" = "$1" ] || { cat "$registry/mlflow.json"; return 1; }; }
logged() { grep -q -- "$1" "$scratch/log" || { tail -n 3 "$scratch/log"; return 1; }; }
model='.models["package-recommender"]'
# Each file that the manifest names, and the manifest, are there byte for byte.
has_version() { # NUMBER
    (cd "$registry/versions/$1" && { jq -r '.files | keys[]' manifest.json; echo manifest.json; } |
        xargs sha256sum | awk '{print "model/" $2 " " $1}') | sort >"$scratch/ours"
    state | jq -r ".runs[$1 - 1].artifacts | to_entries[] | \"\(.key) \(.value)\"" | sort | diff "$scratch/ours" -
}

check "a first candidate" candidate --days 400
check "is promoted where there is no MLflow" exits_with 0
check "and nothing is kept for one" test ! -e "$registry/mlflow.json"
check "its folder is an MLflow model" jq -e '.flavors.python_function.loader_module == "mlflow.onnx" and .flavors.onnx.data == "model.onnx"
    and (.signature.inputs | fromjson | map(.name)) == ["business_type", "business_size"]' "$registry/versions/1/MLmodel"

start_server
check "a run with MLflow has nothing to decide" exits_with 99
check "but tells what was decided before" told 1
check "a run with parameters" there '.runs | length == 1 and (.[0].params | .trees == "200" and .["gate.confidence"] == "0.95" and .window_days == "all")'
check "and metrics" there '[.runs[0].metrics[] | {(.[0]): .[1]}] | add | .["holdout.accuracy"] > 0.5 and .["majority.log_loss"] > .["holdout.log_loss"]'
check "and tags" there '.runs[0].tags | .["gate.status"] == "promoted" and (.["mlflow.note.content"] | startswith("# promoted"))'
check "and data sets, by their hashes" there ".runs[0].inputs | length == 2 and .[0][1] == \"$(sha256sum "$data/features/features.csv" | cut -c1-36)\""
check "that is finished" there '.runs[0].status == "FINISHED"'
check "all files of the version are there" has_version 1
check "the model has a version, and it is champion" there "$model | (.versions | length == 1) and .versions[0].tags.validation_status == \"approved\" and .aliases == {\"champion\": \"1\"}"
before=$(requests)
check "told once" exits_with 99
check "nothing is asked again" test "$(requests)" = "$before"

check "a candidate of twenty purchases more" candidate --days 402
check "is judged" exits_with 0
check "a rejected one is a run too" there '.runs | length == 2 and .[1].tags["gate.status"] == "rejected" and (.[1].artifacts | keys == ["card.json", "decision.md"])'
check "and no version" there "$model.versions | length == 1"

stop_server
check "while MLflow is down, after customers changed" candidate --days 600 --changed 180
check "the candidate that knows it is promoted" exits_with 0
check "here" test "$(jq .version "$registry/champion.json")" = 2
check "the log says that MLflow waits" logged 'MLflow export failed.*1 decisions pending"'
check "rollback works too" exits_with 0 rollback
start_server
check "a server that is there again, and empty" exits_with 99
check "is told everything" there "(.runs | length == 3) and ($model | (.versions | length == 2) and .aliases == {\"champion\": \"1\", \"previous\": \"2\"})"
check "with all files" bash -c "$(declare -f has_version state); server=$server registry=$registry scratch=$scratch; has_version 1"
check "rollback" exits_with 0 rollback
check "moves the aliases" there "$model.aliases == {\"champion\": \"2\", \"previous\": \"1\"}"
check "promote" exits_with 0 promote 1
check "too" there "$model.aliases == {\"champion\": \"1\", \"previous\": \"2\"}"
check "a candidate that is held" candidate --days 900 --changed 480 --new-type
check "by the cap on changed answers" exits_with 0
check "is a version that is pending" there "$model | .versions[2].tags.validation_status == \"pending\" and .aliases.champion == \"1\""
check "once approved" exits_with 0 approve 3
check "it is champion there" there "$model | .versions[2].tags.validation_status == \"approved\" and .aliases == {\"champion\": \"3\", \"previous\": \"1\"}"

# ---- every step
state >"$scratch/whole"
decided=$(grep -c . "$registry/decisions.ndjson")
start_server
exits_with 99 >"$scratch/said"
steps=$(requests)
check "another server has the same" bash -c "curl -fsS '$server/-/state' | diff - '$scratch/whole'"
forget() { curl -fsS -X DELETE "$server/-/state" && rm "$registry/mlflow.json"; }
same() { # WHEN - what is there, as it should be
    state | diff - "$scratch/whole" >"$scratch/difference" || { echo "$1:"; head -n 20 "$scratch/difference"; return 1; }
}
suffer_at() { # STEP FAULT
    local i oks=()
    for ((i = 1; i < $1; i++)); do oks+=(ok); done
    suffer "${oks[@]}" "$2" >/dev/null
}
fails_at() { # STEP FAULT - one step goes wrong; the next run mends it
    forget
    suffer_at "$@"
    register
    [ "$code" -eq 99 ] || { echo "exit code $code at step $1"; return 1; }
    [ "$2" = lost ] || ! told "$decided" >/dev/null 2>&1 || { echo "not noticed: $2 at step $1"; return 1; }
    register
    same "$2 at step $1" && told "$decided"
}
all_steps() { # FAULT FROM STRIDE
    local step
    for ((step = $2; step <= steps; step += $3)); do fails_at "$step" "$1" || return 1; done
}
check "an answer that is lost at any of $steps steps changes nothing" all_steps lost 1 "$(small_or_whole 3 1)"
check "nor does a server that is busy" all_steps 503 2 9
check "nor what is no JSON" all_steps garbage 1 7
check "nor a file that is not what was sent" fails_at 11 garbage
killed_at() { # STEP
    local victim
    forget
    suffer_at "$1" "slow 30"
    "$build/leadforest-register" --data "$data" >/dev/null 2>>"$scratch/log" &
    victim=$!
    until [ "$(curl -fsS "$server/-/faults-left")" = 0 ] || ! kill -0 "$victim" 2>/dev/null; do sleep 0.02; done
    kill -9 "$victim" 2>/dev/null
    wait "$victim" 2>/dev/null
    [ $? -eq 137 ] || { echo "ended before step $1"; return 1; }
    register
    same "killed at step $1"
}
some_killed() { local step; for step in 2 6 19 "$((steps - 1))"; do killed_at "$step" || return 1; done; }
check "nor a run that is killed" some_killed

# ---- refusals
all=$(grep -c '"action":"gate"' "$registry/decisions.ndjson")
first=$(jq -sr '.[0].candidate' "$registry/decisions.ndjson")
refused() { [ "$(jq -c '[.refused[] | [.line, .candidate]]' "$registry/mlflow.json")" = "$1" ] || { cat "$registry/mlflow.json"; return 1; }; }
forget
check "a decision that MLflow refuses for good" suffer_at 5 refused
check "fails no run" exits_with 99
check "holds up no other" told "$decided"
check "the others are there" there "[.runs[] | select(.status == \"FINISHED\")] | length == $((all - 1))"
check "it is kept for people" refused "[[1,\"$first\"]]"
check "with what MLflow said" jq -e '.refused[0].why | test("status 400, INVALID_PARAMETER_VALUE no such value[?]+$")' "$registry/mlflow.json"
check "it was warned of once" test "$(grep -c 'MLflow rejected a decision.*line 1 of' "$scratch/log")" = 1
check "later decisions" exits_with 0 rollback
check "do not forget it" refused "[[1,\"$first\"]]"
check "what is refused a moment before MLflow goes away" bash -c "$(declare -f forget suffer suffer_at); server=$server registry=$registry; forget; suffer_at 5 refused; suffer ok ok ok ok refused 503"
exits_with 99 >/dev/null
check "is not asked again" test "$(jq -c '[.told, (.refused | length)]' "$registry/mlflow.json")" = "[1,1]"
check "by the run that tells the rest" exits_with 99
check "which is all" told "$((decided + 1))"
check "a refusal of the experiment is of none of them" bash -c "$(declare -f forget suffer); server=$server registry=$registry; forget; suffer refused"
exits_with 99 >/dev/null
check "and all wait" test ! -e "$registry/mlflow.json"
check "rolled back again" exits_with 0 rollback
decided=$((decided + 2))
forget
check "a server too slow for the time given" suffer "slow 3" "slow 3"
check "holds nobody for long" exits_with 99 --mlflow-seconds 1
check "and the rest waits" logged 'MLflow export failed.*out.*[1-9][0-9]* decisions pending'

# ---- who may know what
export MLFLOW_TRACKING_TOKEN=token-0123456789-abcdef
start_server mlflow:5000 "Bearer $MLFLOW_TRACKING_TOKEN"
check "a server that wants a token" exits_with 99
check "gets it" told "$decided"
MLFLOW_TRACKING_URI=http://mlflow.example:5000 check "a token does not go in the open" exits_with 64
MLFLOW_TRACKING_TOKEN=token-wrong-wrong
start_server mlflow:5000 "Bearer token-0123456789-abcdef"
check "with a wrong one" exits_with 99
check "decisions wait" logged 'MLflow export failed.*status 401.*[1-9][0-9]* decisions pending'
unset MLFLOW_TRACKING_TOKEN
export MLFLOW_TRACKING_USERNAME=ann MLFLOW_TRACKING_PASSWORD='pass word ü'
start_server mlflow:5000 "Basic $(printf 'ann:pass word ü' | base64)"
check "user and password" exits_with 99
check "do as well" told "$decided"
unset MLFLOW_TRACKING_PASSWORD
check "a user alone is a mistake" exits_with 64
unset MLFLOW_TRACKING_USERNAME
start_server
MLFLOW_TRACKING_URI=${server/127.0.0.1/mlflow.localhost} check "a server that does not know the name it is called by" exits_with 99
check "is known by its refusal" logged 'MLflow export failed.*status 403.*--allowed-hosts'
check "an address with a password in it is refused" exits_with 64 --mlflow-uri http://ann:secret@127.0.0.1:1
check "no secret stands in a file or log" test -z "$(grep -rlE 'token-0123456789|token-wrong|pass word' "$data" "$scratch/log")"
exit "$broken"
