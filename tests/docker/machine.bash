# machine.bash - a fresh machine: a container of a Debian release with this checkout in /leadforest. Source it after
# tests/scenario.bash, in the checkout, with the folder of this file in $here.

docker info >/dev/null 2>&1 || { echo "no Docker engine runs here"; exit 77; }
machine=leadforest-test-machine-$$

tidy_up() {
    docker rm --force "$machine" >/dev/null 2>&1
    rm -rf "$scratch"
}
trap tidy_up EXIT

boot() { # RELEASE
    docker rm --force "$machine" >/dev/null 2>&1 # the one before
    RELEASE=$1 BASE_IMAGE_FILE=$scratch/base "$here/base-image.sh" &&
        docker run --detach --rm --init --name "$machine" "$(cat "$scratch/base")" sleep 7200 &&
        git ls-files -z | tar --null --files-from=- --create |
        docker exec --interactive "$machine" sh -c 'mkdir /leadforest && tar -x -C /leadforest'
}

on_machine() { # USER COMMAND...
    docker exec --user "$1" --workdir /leadforest "$machine" "${@:2}"
}

# What a long command said is shown from its end where it failed.
on_machine_shortly() { # USER COMMAND...
    on_machine "$@" >"$scratch/log" 2>&1 || { tail -n 50 "$scratch/log"; return 1; }
}
