#!/usr/bin/env bash
# The same rows and seed give the same model, byte for byte, whatever compiler and optimisation built libforest.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
root=$(cd "$(dirname "$0")/../.." && pwd)

# say COMPILER OPTION - the checksums that such a build gives, into $scratch/COMPILER OPTION.
say() {
    "$1" "$2" -std=c17 -D_GNU_SOURCE -ffp-contract=off -w -I"$root" -o "$scratch/models" \
        $(find "$root/libforest" -name '*.c') "$root/tests/scenarios/compilers.c" -pthread -lm && "$scratch/models" > "$scratch/$1$2"
}

same() { # COMPILER OPTION
    say "$1" "$2" && diff "$scratch/gcc-O3" "$scratch/$1$2"
}

check "gcc -O3 builds libforest and trains" say gcc -O3
for compiler in gcc clang; do
    if ! command -v $compiler > /dev/null; then
        echo "ok $compiler gives the same bytes # skipped: there is no $compiler"
        continue
    fi
    for option in -O0 -O3; do
        [ $compiler$option = gcc-O3 ] || check "$compiler $option gives the same bytes as gcc -O3" same $compiler $option
    done
done
exit $broken
