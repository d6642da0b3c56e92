#!/usr/bin/env bash
# ./pipeline.sh on a fresh Debian: nothing is installed, nothing built; it ends with the prediction. Run again, by someone
# who is not root, it has nothing to install and nothing to do.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
build=${1:-build}
source "$here/../scenario.bash"
cd "$here/../.."
machine=leadforest-test-machine

docker info >/dev/null 2>&1 || { echo "no Docker engine runs here"; exit 77; }
BASE_IMAGE_FILE=$scratch/base "$here/base-image.sh" >"$scratch/said" 2>&1 || { cat "$scratch/said"; exit 1; }

tidy_up() {
    docker rm --force "$machine" >/dev/null 2>&1
    rm -rf "$scratch"
}
trap tidy_up EXIT

boot() {
    docker rm --force "$machine" >/dev/null 2>&1
    docker run --detach --name "$machine" "$(cat "$scratch/base")" sleep 1800 &&
        git ls-files -z | tar --null --files-from=- --create |
        docker exec --interactive "$machine" sh -c 'mkdir /leadforest && tar -x -C /leadforest'
}

pipeline() { # USER
    docker exec --user "$1" "$machine" /leadforest/pipeline.sh 2>"$scratch/log" | tail -n 1 >"$scratch/answer"
    grep -qE '^\{"predicted_package":"MVP","probability":0\.[0-9]{1,4}\}$' "$scratch/answer" ||
        { tail -n 30 "$scratch/log" "$scratch/answer"; return 1; }
}

says() {
    grep -q "$1" "$scratch/log" || { cat "$scratch/log"; return 1; }
}

says_not() {
    ! grep "$1" "$scratch/log"
}

check "a machine with nothing on it boots" boot
check "pipeline.sh ends with MVP for a dental practice of 10-25" pipeline root
check "it says what it installs" says "^installing .*gcc"
check "the machine changes hands" docker exec "$machine" chown -R 1000:1000 /leadforest
check "someone who is not root gets the same answer" pipeline 1000:1000
check "it installs nothing" says_not "^installing"
start=${EPOCHREALTIME/./}
check "and gets it again" pipeline 1000:1000
took=$(((${EPOCHREALTIME/./} - start) / 1000))
check "it says that everything was up to date" says "up to date"
echo "# that run took $took ms"
exit "$broken"
