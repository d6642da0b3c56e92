#!/usr/bin/env bash
# Lineage events against a JSON schema of the specification and against the classes of OpenLineage's own client.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "${1:-build}")
. tests/orchestrators/venv.bash
venv lineage openlineage-python==1.54.0 'jsonschema[format-nongpl]>=4.20'
export BUILD=$build PYTHONPATH=$PWD/tests/orchestrators LOG_LEVEL=error
"$venv/bin/python" tests/orchestrators/lineage_check.py tests/orchestrators/openlineage.schema.json
