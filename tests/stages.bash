# stages.bash - a pipeline whose stages do what they are told: leadforest-pipeline in $bin beside scripts with the stages' names.
# Source it after scenario.bash. A stage writes down in $scratch/ran that it ran, sleeps as long as $bin/sleep-<stage> says,
# closes with the members of $bin/says-<stage> in its result line, and ends as $bin/exit-<stage> says (0 where it says nothing).

data=$scratch/data
bin=$scratch/bin
mkdir -p "$bin" "$data/raw"
cp "$build/leadforest-pipeline" "$bin"
: >"$scratch/ran"

for stage in etl features train register score drift api; do
    cat >"$bin/leadforest-$stage" <<STAGE
#!/usr/bin/env bash
trap 'echo "$stage terminated" >>"$scratch/ran"; [ -e "$bin/deaf-$stage" ] || exit 143' TERM
echo "\$\$" >"$scratch/process-$stage"
echo "$stage \$LEADFOREST_RUN" >>"$scratch/ran"
echo "\$TRAIN_ALARM \$GATE_ALARM" >"$scratch/alarm-$stage"
echo "working"
sleep "\$(cat "$bin/sleep-$stage" 2>/dev/null || echo 0)" &
wait \$!
while [ -e "$bin/deaf-$stage" ]; do sleep 0.1; done
echo "{\"stage\":\"$stage\",\"rows\":7,\"data\":\"\$DATA_DIR\"\$(cat "$bin/says-$stage" 2>/dev/null)}"
exit "\$(cat "$bin/exit-$stage" 2>/dev/null || echo 0)"
STAGE
    chmod +x "$bin/leadforest-$stage"
done

started() { # STAGE TIMES
    [ "$(grep "^$1" "$scratch/ran" | grep -vc terminated)" -ge "$2" ]
}

# Waits up to a minute for a command to be true: so long that a slow machine is no failure.
in_time() {
    local try
    for try in $(seq 600); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.1
    done
    "$@"
}

# watch ARGUMENT... - a watching pipeline in the background, in $pipeline; its log in $scratch/log.
watch() {
    "$bin/leadforest-pipeline" --data "$data" --quiet 0.3 --poll 0.05 --retry 0.2 --nightly never "$@" watch \
        >"$scratch/out" 2>>"$scratch/log" &
    pipeline=$!
}

# stop_watch - SIGTERM; its exit code.
stop_watch() {
    kill -TERM "$pipeline"
    wait "$pipeline"
}
