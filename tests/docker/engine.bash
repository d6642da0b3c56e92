# engine.bash - what the tests with Docker share. Source it after tests/scenario.bash; it skips where no engine runs.

docker info >/dev/null 2>&1 || { echo "no Docker engine runs here"; exit 77; }

# The base image, in $BASE.
BASE_IMAGE_FILE=$scratch/base "$here/base-image.sh" >"$scratch/said" 2>&1 || { cat "$scratch/said"; exit 1; }
BASE=$(cat "$scratch/base")
export BASE

wait_until() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.05
    done
}

inspect() { # CONTAINER FORMAT
    docker inspect --format "$2" "$1"
}

# As the kernel sees the first process, not as the image claims.
runs_as_nobody() { # CONTAINER
    [ "$(awk '$1 == "Uid:" { print $2 }' "/proc/$(inspect "$1" '{{.State.Pid}}')/status")" = 10001 ]
}

is_process_1() { # CONTAINER PROGRAM - so that signals reach it
    local command
    command=$(tr '\0' ' ' <"/proc/$(inspect "$1" '{{.State.Pid}}')/cmdline")
    [[ $command == *"$2"* ]] || { echo "$command"; return 1; }
}

size_of() { # IMAGE
    docker image inspect --format '{{.Size}}' "$1" | numfmt --to=si --suffix=B
}

is_ready() {
    curl -fsS -o /dev/null "$url/readyz" 2>/dev/null
}

answers_mvp() {
    local answer
    answer=$(ask Dental 10-25)
    grep -qE '^\{"predicted_package":"MVP","probability":0\.[0-9]{1,4}\}$' <<<"$answer" || { echo "answered $answer"; return 1; }
}

version_served() { # [ADDRESS]
    curl -fsS -o /dev/null -D - "${1:-$url}/predict" -H 'Content-Type: application/json' \
        -d '{"business_type":"Dental","business_size":"10-25"}' | tr -d '\r' | sed -n 's/^[Xx]-[Mm]odel-[Vv]ersion: //p'
}

serves() { # VERSION [ADDRESS]
    [ "$(version_served "${2:-$url}" 2>/dev/null)" = "$1" ]
}

# A steady caller in the background, and what it met: a line a failed request.
start_asking() {
    : >"$scratch/failures" >"$scratch/asked"
    while :; do
        ask Dental 10-25 >/dev/null 2>>"$scratch/failures"
        echo >>"$scratch/asked"
        sleep 0.02
    done &
    asker=$!
}
no_request_failed() {
    kill "$asker" && wait "$asker" 2>/dev/null
    [ "$(wc -l <"$scratch/asked")" -ge 20 ] || { echo "hardly asked: $(wc -l <"$scratch/asked")"; return 1; }
    [ ! -s "$scratch/failures" ] || { sort "$scratch/failures" | uniq -c; return 1; }
}

# An image of one program of a Debian package, with its libraries, where its official image cannot be had.
package_image() { # IMAGE PACKAGE PROGRAM CHANGE...
    local image=$1 root=$scratch/$2-image program change changes=()
    for change in "${@:4}"; do changes+=(--change "$change"); done
    docker image inspect "$image" >/dev/null 2>&1 && return
    program=$(tests/unpack "$build" "$2" "$3") && deploy/image-parts "$root" "$program" &&
        install -d "$root/etc" "$root/tmp" "$root/var/log/nginx" "$root/var/lib/nginx" "$root/prometheus" &&
        echo 'nobody:x:65534:65534::/:/' >"$root/etc/passwd" && echo 'nogroup:x:65534:' >"$root/etc/group" &&
        tar -C "$root" -c . | docker import "${changes[@]}" - "$image" >/dev/null
}

# An image with Python, in $PYTHON_BASE: the official one (which compose names) where it can be had, otherwise the base with
# Debian's Python, which trusts the certificates that this machine trusts.
python_base() {
    PYTHON_BASE=$(sed -n 's/.*PYTHON_BASE:-\(.*\)}/\1/p' docker-compose.yml)
    docker image inspect "$PYTHON_BASE" >/dev/null 2>&1 || docker pull -q "$PYTHON_BASE" >/dev/null 2>&1 && return
    PYTHON_BASE=leadforest-test-python
    mkdir "$scratch/python" && cp /etc/ssl/certs/ca-certificates.crt "$scratch/python" &&
        docker build -q -t "$PYTHON_BASE" -f - "$scratch/python" >/dev/null 2>"$scratch/said" <<END || { tail -n 3 "$scratch/said"; return 1; }
FROM $BASE
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv && rm -rf /var/lib/apt/lists/*
COPY ca-certificates.crt /etc/ssl/certs/
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt
END
}
