#!/usr/bin/env bash
# What is in the images: programs, their libraries and little else, able to do their work on a read-only root; and two
# builds give the same programs.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
build=${1:-build}
source "$here/../scenario.bash"
source "$here/engine.bash"
cd "$here/../.."
build_stage=leadforest-test-build

files_of() { # IMAGE
    local id
    id=$(docker create "$1") && docker export "$id" | tar -t | grep -v '/$'
    docker rm --volumes "$id" >/dev/null
}

has_programs_and_libraries_alone() { # what is neither, nor made by the engine at every start
    local others
    others=$(files_of leadforest-api | grep -vE '^usr/bin/leadforest-api$|^lib(64)?/.*\.so(\.|$)|^(\.dockerenv|etc/(hostname|hosts|resolv\.conf|mtab)|dev/console)$')
    [ -z "$others" ] || { echo "$others"; return 1; }
}

is_below() { # IMAGE MEGABYTES
    [ "$(docker image inspect --format '{{.Size}}' "$1")" -lt $(($2 * 1000000)) ]
}

every_program_starts() {
    docker run --rm --read-only --user 10001:10001 leadforest-worker sh -c 'for p; do "$p" --version || exit 1; done' - \
        $(basename -a "$build"/leadforest-*)
}

# E-mails of other character sets are read by the C library's modules, names are found by its resolver.
reads_latin_1() {
    mkdir "$scratch/mail"
    printf 'From: Formspree <noreply@formspree.io>\r\nSubject: x\r\nDate: Mon, 1 Jun 2026 08:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nHey there,\r\n\r\nSomeone just submitted your form on example.com. Here'"'"'s what they had to say:\r\n\r\nemail:\r\nada@example.com\r\n\r\nname:\r\nCaf\xe9\r\n\r\nThis form was submitted at 08:00 AM UTC - 01 June 2026.\r\n' >"$scratch/mail/one.eml"
    chmod -R a+rX "$scratch"
    docker run --rm --read-only --user 10001:10001 --volume "$scratch/mail:/mail:ro" leadforest-worker sh -c \
        'leadforest-sync --mail /mail mail >&2; cat /data/raw/inbox/*' >"$scratch/read" 2>"$scratch/log"
    grep -q 'Caf\(é\|\\u00e9\)' "$scratch/read" || { cat "$scratch/log"; return 1; }
}

speaks_tls() { # certificates are there, and what does not answer by them is not believed
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$scratch/tls.key" -out "$scratch/tls.pem" -days 1 2>/dev/null
    openssl s_server -quiet -accept 127.0.0.1:"$1" -key "$scratch/tls.key" -cert "$scratch/tls.pem" -www >/dev/null 2>&1 &
    local server=$! said
    said=$(docker run --rm --network host --env SYNC_MAX_WAIT=0 --env STRIPE_API_KEY=sk_test_12345678 --env STRIPE_URL="https://127.0.0.1:$1" \
        --user 10001:10001 leadforest-worker leadforest-sync stripe 2>&1)
    kill "$server"
    grep -qiE 'certificate|self.signed' <<<"$said" || { echo "$said"; return 1; }
}

begins_as_root_and_goes_on_as_nobody() {
    [ "$(docker run --rm leadforest-worker sh -c 'id -u; grep CapEff /proc/self/status' | xargs)" = '10001 CapEff: 0000000000000000' ]
}

ends_when_told() { # CODE WORD ARGUMENT... - a container, once its log has the word, on SIGTERM and long before SIGKILL
    local id code
    id=$(docker run --detach "${@:3}") && wait_until 60 has_said "$id" "$2"
    docker stop --time 60 "$id" >/dev/null
    code=$(inspect "$id" '{{.State.ExitCode}}')
    docker rm --force --volumes "$id" >/dev/null
    [ "$code" = "$1" ] || { echo "exit code $code"; return 1; }
}

has_said() { # CONTAINER WORD
    grep -q "$2" <<<"$(docker logs "$1" 2>&1)"
}

same_programs_again() { # another container, another number of jobs
    docker build -q --target build -f Dockerfile.worker --build-arg BASE="$BASE" -t "$build_stage" . >/dev/null &&
        docker run --rm "$build_stage" sh -c 'cd /build && sha256sum leadforest-*' >"$scratch/first" &&
        docker run --rm "$build_stage" sh -c 'rm -r /build && make -j3 BUILD=/build programs >/dev/null && strip /build/leadforest-* && cd /build && sha256sum leadforest-*' >"$scratch/second" &&
        [ "$(wc -l <"$scratch/first")" -ge 10 ] && diff "$scratch/first" "$scratch/second"
}

same_base_everywhere() {
    [ "$(sed -n 's/^ARG BASE=//p' Dockerfile.api Dockerfile.worker; sed -n 's/.*${BASE:-\(.*\)}/\1/p' docker-compose.yml)" = \
        "$(for _ in 1 2 3; do sed -n 's/^ARG BASE=//p' Dockerfile.api; done)" ]
}

check "one base is named everywhere" same_base_everywhere
check "the api's image builds" docker build -q -f Dockerfile.api --build-arg BASE="$BASE" -t leadforest-api .
check "the worker's image builds" docker build -q -f Dockerfile.worker --build-arg BASE="$BASE" -t leadforest-worker .
check "the api's image is its program and its libraries" has_programs_and_libraries_alone
check "below 20 MB" is_below leadforest-api 20
check "the worker's is below 40 MB" is_below leadforest-worker 40
check "every program starts in it" every_program_starts
check "an e-mail in Latin-1 is read in it" reads_latin_1
check "a certificate of an unknown issuer is refused in it" speaks_tls "$(free_port)"
check "it starts as root and continues as nobody" begins_as_root_and_goes_on_as_nobody
check "a job that gets SIGTERM forwards it to its worker" ends_when_told 143 works leadforest-worker leadforest-job \
    sh -c 'trap "exit 143" TERM; echo works; while :; do sleep 0.1; done'
check "a worker that gets SIGTERM while it makes its sample stops" ends_when_told 0 sample --env SAMPLE_LEADS=20000000 leadforest-worker
check "another build gives the same programs" same_programs_again
echo "# api $(size_of leadforest-api), worker $(size_of leadforest-worker)"
exit "$broken"
