#!/usr/bin/env bash
# The same rows and seed give the same model, byte for byte, whatever compiler and optimisation built libforest.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
root=$(cd "$(dirname "$0")/../.." && pwd)

# models NAME COMPILER ARGUMENT... - the checksums that such a build gives, into $scratch/NAME.
models() {
    "$2" -std=c17 -D_GNU_SOURCE -w -I"$root" -o "$scratch/models" "$root/tests/scenarios/compilers.c" "${@:3}" -pthread -lm &&
        "$scratch/models" >"$scratch/$1"
}

same() { # COMPILER OPTION
    models other "$1" "$2" -ffp-contract=off $(find "$root/libforest" -name "*.c") && diff "$scratch/ours" "$scratch/other"
}

check "the library trains" models ours cc "$build/libforest.a"
builds=$(small_or_whole "gcc -O0,clang -O3" "gcc -O0,gcc -O3,clang -O0,clang -O3")
while read -r compiler option; do
    if command -v "$compiler" >/dev/null; then
        check "$compiler $option gives the same bytes" same "$compiler" "$option"
    else
        skip "$compiler $option gives the same bytes" "there is no $compiler"
    fi
done < <(tr , '\n' <<<"$builds")
exit "$broken"
