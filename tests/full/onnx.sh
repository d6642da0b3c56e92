#!/usr/bin/env bash
# Exported forests in onnxruntime: finite domains, numbers, both, missing and unseen values; the same answers as ours.
# onnxruntime comes from PyPI into BUILD/onnx.
set -uo pipefail
build=$1
cd "$(dirname "$0")/../.." || exit 1
venv=$build/onnx/venv
models=$(mktemp -d)
trap 'rm -rf "$models"' EXIT

mkdir -p "$build/onnx"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv" || { echo "no venv: python3-venv is missing"; exit 77; }
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check numpy onnx onnxruntime 2>"$build/onnx/pip.log" || {
    echo "no onnxruntime: $(tail -n 1 "$build/onnx/pip.log")"
    exit 77
}

if ${CC:-cc} -std=c17 -D_GNU_SOURCE -O2 -Wall -Wextra -I. -o "$build/onnx/onnx_forest" tests/full/onnx_forest.c \
    "$build/libforest.a" -pthread -lm && "$build/onnx/onnx_forest" "$models"; then
    echo "ok forests of all shapes are exported"
else
    echo "not ok forests of all shapes are exported"
    exit 1
fi
"$venv/bin/python" tests/full/onnx_check.py "$models"
