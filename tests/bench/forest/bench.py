"""Every forest on every task, in one run: fresh processes, interleaved rounds, medians; then one table, JSON and a plot.

Called by ./run with the build folder.  QUICK=1 takes smaller data and one round, ROUNDS=1 one, PEERS=libforest:ranger
only those.  QUICK and PEERS leave results.json, the plot and docs/benchmarks.md alone and write the first two
into the build folder.
"""
import json
import math
import os
import subprocess
import sys

import numpy as np

import machine
import page
import plot
import rows as rows_file
import table
import tasks

HERE = os.path.dirname(os.path.abspath(__file__))
TREES, ROUNDS = 100, int(os.environ.get("ROUNDS", 3))
SLOW_S = 10  # who needs longer for a training is measured once


def peers(build):
    """{name: command}; the first is the yardstick."""
    ours = os.path.join(build, "bench", "bench_forest")
    found = {"libforest": [ours, "plain"], "libforest, tuned": [ours, "tuned"]}
    for name, module in (("scikit-learn", "sklearn"), ("scikit-learn, one-hot", "sklearn_onehot"), ("oneDAL", "onedal"),
                         ("ydf", "ydf"), ("LightGBM rf", "lightgbm"), ("XGBoost rf", "xgboost")):
        if machine.has_python(module):
            found[name] = [sys.executable, os.path.join(HERE, "peer.py"), module]
    if machine.r_version("ranger"):
        found["ranger"] = ["Rscript", os.path.join(HERE, "with_ranger.R")]
    wanted = os.environ.get("PEERS", "")
    return {name: command for name, command in found.items() if not wanted or name in wanted.split(":")}


def job(paths, prob, seed, full):
    features = len(rows_file.read(paths[1]).levels)
    return f"{paths[0]} {paths[1]} {prob} {TREES} {max(1, math.isqrt(features))} {seed} {int(full)}\n"


def run(command, jobs):
    """What a fresh process measured, one dict a job; None where it failed, which is said."""
    done = subprocess.run(command, input="".join(jobs), capture_output=True, text=True)
    lines = done.stdout.splitlines()
    if done.returncode or len(lines) != len(jobs):
        print(f"{' '.join(command)} failed: {done.stderr.strip()[-400:]}", file=sys.stderr)
        return None
    return [json.loads(line) for line in lines]


def quality(prob_path, test):
    p = np.fromfile(prob_path, "<f4").reshape(len(test.label), test.classes).astype("f8")
    true = p[np.arange(len(p)), test.label]
    return {"accuracy": float((p.argmax(axis=1) == test.label).mean()),
            "log_loss": float(-np.log(np.maximum(true, 1e-15)).mean()),
            "log_loss_floor_0.001": float(-np.log(np.maximum(true, 1e-3)).mean())}


def applies(name, test):
    return name != "scikit-learn, one-hot" or bool(test.categorical)


def measure(name, command, task, pairs, seeds, full, folder):
    tests = [rows_file.read(test) for _, test in pairs]
    if not applies(name, tests[0]):
        return []
    probs = [os.path.join(folder, f"probabilities.{i}") for i in range(len(pairs))]
    found = run(command, [job(pair, prob, seed, full) for pair, prob, seed in zip(pairs, probs, seeds)])
    print(f"  {task}: {name}" + (f" {found[0]['train_s']:.4g} s" if found else ""), file=sys.stderr, flush=True)
    return [m | quality(prob, test) for m, prob, test in zip(found, probs, tests)] if found else []


def median_of(measurements):
    """Medians of costs, and each round's quality."""
    costs = {key: float(np.median([m[key] for m in measurements]))
             for key in measurements[0] if key not in ("accuracy", "oob_log_loss") and "log_loss" not in key}
    each = {key: [round(m[key], 6) for m in measurements] for key in ("accuracy", "log_loss", "log_loss_floor_0.001")}
    return costs | each | {"rounds": len(measurements)}


def timed(found, name, pair, rounds, folder):
    """Rounds of full measurements of one large task, the peers taking turns."""
    kept = {peer: [] for peer in found}
    for r in range(rounds):
        for peer, command in found.items():
            if not kept[peer] or kept[peer][0]["train_s"] < SLOW_S:
                kept[peer] += measure(peer, command, name, [pair], [r + 1], True, folder)
    return {peer: median_of(m) for peer, m in kept.items() if m}


def main():
    build, quick = sys.argv[1], os.environ.get("QUICK", "") not in ("", "0")
    if os.getloadavg()[0] > 0.5:
        print("others are busy on this machine: the figures will not be worth keeping", file=sys.stderr)
    folder = os.path.join(build, "bench", "data")
    os.makedirs(folder, exist_ok=True)
    found = peers(build)
    result = {"machine": machine.describe(), "absent": machine.absent(), "quick": quick, "trees": TREES,
              "threads": {"train": 2, "predict": 1}, "timed": {}, "public": {}}
    for name, pair in tasks.made(folder, quick).items():
        result["timed"][name] = timed(found, name, pair, 1 if quick else ROUNDS, folder)
    for name, pairs in tasks.public(folder, quick).items():
        measured = {peer: measure(peer, command, name, pairs, tasks.SEEDS, False, folder)
                    for peer, command in found.items()}
        result["public"][name] = {peer: median_of(m) for peer, m in measured.items() if m}

    where = os.path.join(build, "bench") if quick or os.environ.get("PEERS") else HERE
    with open(os.path.join(where, "results.json"), "w") as f:
        json.dump(result, f, indent=1)
        f.write("\n")
    with open(os.path.join(where, "results.svg"), "w") as f:
        f.write(plot.svg(result))
    if where == HERE:
        page.update(result)
    print(table.markdown(result))


if __name__ == "__main__":
    main()
