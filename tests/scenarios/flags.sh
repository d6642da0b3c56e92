#!/usr/bin/env bash
# A build with other flags or another compiler: what the compiler warns of does not stop it, unless WERROR=1 is set.
set -uo pipefail
build=$1
source "$(dirname "$0")/../scenario.bash"
cd "$(dirname "$0")/../.." || exit 1
unset WERROR

compile() { # VARIABLE=VALUE... - one file, in a folder of its own
    rm -rf "$scratch/build"
    make -s BUILD="$scratch/build" "$@" "$scratch/build/obj/libforest/base/parallel.o" >"$scratch/compiled" 2>&1 ||
        { cat "$scratch/compiled"; return 1; }
}

compiles_without_a_word() { # VARIABLE=VALUE...
    compile "$@" && [ ! -s "$scratch/compiled" ] || { cat "$scratch/compiled"; return 1; }
}

compiles_with_warnings() { # VARIABLE=VALUE...
    compile "$@" && grep -q warning: "$scratch/compiled"
}

stops() { # VARIABLE=VALUE...
    ! compile "$@"
}

for flags in -O0 -g "-O2 -march=native" "-O2 -D_FORTIFY_SOURCE=3"; do
    check "CFLAGS='$flags' compiles without a warning" compiles_without_a_word CFLAGS="$flags"
done
check "a compiler that warns of more compiles" compiles_with_warnings CC="gcc -Wc++-compat"
check "not so with WERROR=1" stops CC="gcc -Wc++-compat" WERROR=1
exit "$broken"
