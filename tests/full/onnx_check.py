"""onnxruntime's answers against forest_predict's: `onnx_check.py FOLDER` of onnx_forest's files; one line a check."""
import glob
import os
import sys

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 5e-6  # sums of 50 float32 leaves against integers


def read(path):
    """Features as (kind, name), class names, columns by name, probabilities."""
    with open(path, encoding="utf-8", newline="") as f:
        lines = f.read().split("\n")
    features = [field.split(" ", 1) for field in lines[0].split("\t")]
    rows = [line.split("\t") for line in lines[2:]]
    columns = {}
    for j, (kind, name) in enumerate(features):
        given = [row[j] for row in rows]
        columns[name] = np.array(given, dtype=object) if kind == "category" else \
            np.array([float.fromhex(v) for v in given], dtype=np.float32)
    probabilities = [[float.fromhex(v) for v in row[len(features):]] for row in rows]
    return lines[1].split("\t"), columns, np.array(probabilities)


def answer(session, columns, n):
    """Label and probabilities of n rows; every input of the model is one feature, a column."""
    given = {i.name: columns[i.name][:n].reshape((-1, 1) if len(i.shape) == 2 else -1) for i in session.get_inputs()}
    label, probabilities = session.run(None, given)
    return label.reshape(-1), probabilities


def checks(path):
    shape = os.path.basename(path)[:-len(".onnx")]
    classes, columns, expected = read(path[:-len("onnx")] + "txt")
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    opsets = {o.domain: o.version for o in model.opset_import}
    yield f"{shape}: the file is valid ONNX, opset 17 with ml 3", opsets.get("") == 17 and opsets.get("ai.onnx.ml", 3) == 3

    used = {name for node in model.graph.node for name in node.input}
    yield f"{shape}: every constant inside is used", all(i.name in used for i in model.graph.initializer)

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    label, p = answer(session, columns, len(expected))
    gap = float(np.abs(p - expected).max())
    yield f"{shape}: probabilities of {len(expected)} rows equal forest_predict's (largest gap {gap:.1e})", gap <= TOLERANCE
    best = np.sort(expected, axis=1)
    clear = best[:, -1] - best[:, -2] > 2 * TOLERANCE  # a tie may fall either way in float32
    named = np.array(classes, dtype=object)[expected.argmax(axis=1)]
    yield f"{shape}: labels are the names of the most probable classes", bool((label[clear] == named[clear]).all())
    one, p_one = answer(session, columns, 1)
    yield f"{shape}: one row alone gets the same answer", bool(one[0] == label[0] and np.abs(p_one[0] - p[0]).max() <= TOLERANCE)


def main():
    bad = 0
    for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx"))):
        try:
            for sentence, good in checks(path):
                print(("ok " if good else "not ok ") + sentence)
                bad += not good
        except Exception as e:  # what a runtime raises when it refuses a model is its own affair
            print(f"not ok {os.path.basename(path)}: {' '.join(str(e).split())[:300]}")
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
