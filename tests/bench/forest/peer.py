"""What is measured of a peer that is driven from Python, and how; with_<peer>.py say what to call.

A peer is one fresh process.  It reads jobs from stdin, a line each: `train test probabilities trees mtry seed full`,
and answers each with one line of JSON.  Where `full` is 0, only the training is timed.

An adapter is a class with
    __init__(train, trees, mtry, seed, threads)   keeps what it is given; no work yet
    input(rows)      the rows as this peer likes them best; not timed, and part of the input's memory
    fit(input, label), probabilities(input), size()
    one_row(rows, i)  the input of one row; not timed
"""
import importlib
import json
import os
import sys
import time

import numpy as np

import rows as rows_file

TRAIN_THREADS, PREDICT_THREADS = 2, 1
BUDGET_S = 1.0  # repeat what is short until so much time was spent


def memory(key):
    with open("/proc/self/status") as f:
        return next(int(line.split()[1]) * 1024 for line in f if line.startswith(key + ":"))


def forget_peak():
    """Make VmHWM start again from what is resident now."""
    with open("/proc/self/clear_refs", "w") as f:
        f.write("5")


def seconds(what):
    start = time.perf_counter()
    result = what()
    return time.perf_counter() - start, result


def repeated(what, at_most):
    """The median time of what(), repeated while that is cheap."""
    times = []
    while not times or (sum(times) < BUDGET_S and len(times) < at_most):
        times.append(seconds(what)[0])
    return float(np.median(times))


def warm_up(adapter_of, train):
    """Load what the library loads lazily, so that it counts neither as training time nor as memory."""
    small = train.pick(slice(0, 500))
    adapter = adapter_of(small, trees=5, mtry=1, seed=1, threads=TRAIN_THREADS)
    given = adapter.input(small)
    adapter.fit(given, small.label)
    adapter.probabilities(given)


def single_row(adapter, test):
    """Seconds a row, asked one by one: the median over chunks of 20 rows of a chunk's mean."""
    asked = [adapter.one_row(test, i) for i in range(min(1000, len(test.x)))]
    for row in asked[:5]:
        adapter.probabilities(row)
    means, spent = [], 0.0
    while spent < BUDGET_S or len(means) < 3:
        at = len(means) * 20 % len(asked)
        chunk = asked[at:at + 20]
        t, _ = seconds(lambda: [adapter.probabilities(row) for row in chunk])
        means.append(t / len(chunk))
        spent += t
    return float(np.median(means))


def measure(adapter_of, job):
    train_path, test_path, prob_path, trees, mtry, seed, full = job
    train, test = rows_file.read(train_path), rows_file.read(test_path)
    adapter = adapter_of(train, trees=int(trees), mtry=int(mtry), seed=int(seed), threads=TRAIN_THREADS)
    given, asked = adapter.input(train), adapter.input(test)
    result = {}
    if full == "1":
        result["warm_up_s"], _ = seconds(lambda: warm_up(adapter_of, train))
        forget_peak()
        before = memory("VmRSS")
    result["train_s"], _ = seconds(lambda: adapter.fit(given, train.label))
    if full == "1":
        result["memory"] = memory("VmHWM") - before
        if result["train_s"] < BUDGET_S:
            result["train_s"] = repeated(lambda: adapter.fit(given, train.label), 15)
    adapter.predict_with(PREDICT_THREADS)
    if full == "1":
        result["one_row_s"] = single_row(adapter, test)
        result["batch_row_s"] = repeated(lambda: adapter.probabilities(asked), 9) / len(test.x)
    result["bytes"] = adapter.size()
    np.asarray(adapter.probabilities(asked), dtype="<f4").tofile(prob_path)
    return result


def main():
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    adapter_of = importlib.import_module("with_" + sys.argv[1]).Adapter
    for line in sys.stdin:
        print(json.dumps(measure(adapter_of, line.split())), flush=True)


if __name__ == "__main__":
    main()
