#!/usr/bin/env bash
# What the server promises of reloads, proven at length: 1,000 promotions under load, and some more with every access to
# memory watched by ThreadSanitizer, which ends a server with code 66 after any finding.
set -uo pipefail
build=$1
cd "$(dirname "$0")/../.." || exit 1
broken=0
PROMOTIONS=1000 tests/scenarios/api_reload.sh "$build" || broken=1

# It wants an address space that is not laid out at random; containers may forbid to ask for one.
unrandomised=(setarch -R)
setarch -R true 2>/dev/null || unrandomised=()
watched=$build/tsan
make -s BUILD="$watched" SANITIZE=thread CFLAGS="-O1 -g" "$watched/leadforest-api" "$watched/tests/tools/make_registry" || exit 1
PROMOTIONS=40 "${unrandomised[@]}" python3 tests/scenarios/api_reload.py "$watched" | sed 's/$/, under ThreadSanitizer/' || broken=1
exit "$broken"
