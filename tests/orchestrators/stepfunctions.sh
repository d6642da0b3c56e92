#!/usr/bin/env bash
# deploy/stepfunctions: the template linted and deployed into moto, whose interpreter runs the state machine with the
# real programs in place of Fargate tasks.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "${1:-build}")
. tests/orchestrators/venv.bash
venv stepfunctions 'moto[stepfunctions,cloudformation,ecs,ec2,efs,iam,logs]>=5.2,<5.3' 'cfn-lint>=1.40,<2'

log=$(mktemp)
trap 'rm -f "$log"' EXIT
export BUILD=$build PATH=$venv/bin:$PATH LOG_LEVEL=warn LEADFOREST_RETRY_SECONDS=1
export PYTHONPATH=$PWD/deploy/orchestration:$PWD/tests/orchestrators
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=eu-central-1

if cfn-lint deploy/stepfunctions/template.yaml; then
    echo "ok cfn-lint finds nothing"
else
    echo "not ok cfn-lint finds nothing"
fi
python tests/orchestrators/stepfunctions_check.py deploy/stepfunctions/template.yaml 2>"$log" || { tail -n 40 "$log" | cut -c 1-300; exit 1; }
