# compose.bash - docker-compose as the tests use it: a project of its own, in $compose. Source it after engine.bash.

compose=(docker compose)
docker compose version >/dev/null 2>&1 || compose=(docker-compose)
command -v "${compose[0]}" >/dev/null || { echo "there is no compose tool"; exit 77; }
compose+=(--project-name leadforest-test)

tidy_up() {
    [ -z "${asker:-}" ] || kill "$asker" 2>/dev/null
    "${compose[@]}" --profile scale --profile monitoring --profile mlflow down --volumes --timeout 20 >/dev/null 2>&1
    rm -rf "$scratch"
}
trap tidy_up EXIT

container() { # SERVICE - its id
    "${compose[@]}" ps -q "$1"
}

put_data() { # LEADS SEED ARGUMENT... - a customers.csv and a transactions.json more in the volume, as a user drops them
    local file
    "$build/leadforest-sample" --data "$scratch/sample-$2" --leads "$1" --seed "$2" "${@:3}" >/dev/null &&
        for file in customers.csv transactions.json; do
            docker cp "$scratch/sample-$2/raw/$file" "$(container worker):/data/raw/${file%%.*}-$2.${file##*.}" || return 1
        done
}

stops_cleanly() { # SERVICE
    local id code
    id=$(container "$1")
    docker stop --time 20 "$id" >/dev/null
    code=$(inspect "$id" '{{.State.ExitCode}}')
    [ "$code" -eq 0 ] || { echo "exit code $code"; docker logs --tail 20 "$id"; return 1; }
}
