"""The data that every peer is given: two made here from fixed seeds, and public sets that come inside packages.

    leads     1,000,000 rows x 2 categories (10 x 6 levels) x 4 classes
    numeric   100,000 rows x 20 normal variables x 4 classes, noisy, so that trees to purity are large
    public    scikit-learn's and R's; for each seed 70 % of the rows to train on, 30 % held out
"""
import csv
import os
import subprocess
import sys

import numpy as np
from sklearn import datasets

import rows as rows_file
from rows import Rows

SEEDS = [1, 2, 3, 4, 5]
FROM_SKLEARN = {"digits": datasets.load_digits, "breast cancer": datasets.load_breast_cancer, "wine": datasets.load_wine}
FROM_R = ["letter", "satellite", "attrition", "churn", "telco", "hpc"]


def drawn(rng, log_odds):
    """One class a row, with probabilities softmax(log_odds)."""
    return np.argmax(log_odds + rng.gumbel(size=log_odds.shape), axis=1)


def leads(n):
    rng = np.random.default_rng(20240501)
    kind, size = rng.choice(10, n, p=np.arange(10, 0, -1) / 55), rng.choice(6, n)
    odds = rng.normal(0, 0.8, (10, 4))[kind] + rng.normal(0, 0.8, (6, 4))[size] + rng.normal(0, 0.6, (10, 6, 4))[kind, size]
    return Rows(np.stack([kind, size], axis=1), drawn(rng, odds), [10, 6], 4)


def numeric(n):
    rng = np.random.default_rng(20240502)
    x = rng.normal(size=(n, 20)).astype("<f4")
    odds = x[:, :10] @ rng.normal(0, 0.7, (10, 4))
    odds += (x[:, 10:15] * x[:, :5]) @ rng.normal(0, 0.7, (5, 4))
    odds += np.sin(2 * x[:, 12:16]) @ rng.normal(0, 0.7, (4, 4))
    return Rows(x, drawn(rng, odds), [0] * 20, 4)


def from_csv(path):
    """Columns of numbers are numbers; others are categories, levels in alphabetical order."""
    with open(path, newline="") as f:
        columns = list(zip(*list(csv.reader(f))[1:]))
    x, levels = [], []
    for column in columns:
        try:
            x.append(np.array(column, dtype="<f4"))
            levels.append(0)
        except ValueError:
            names, codes = np.unique(column, return_inverse=True)
            x.append(codes.astype("<f4"))
            levels.append(len(names))
    return Rows(np.stack(x[:-1], axis=1), x[-1], levels[:-1], levels[-1])


def split(rows, train, rng):
    order = rng.permutation(len(rows.x))
    return rows.pick(order[:train]), rows.pick(order[train:])


def save(folder, name, pair):
    paths = [os.path.join(folder, f"{name}.{part}".replace(" ", "_")) for part in ("train", "test")]
    for path, rows in zip(paths, pair):
        rows_file.write(path, rows)
    return paths


def made(folder, quick):
    """{name: (train, test)} of the two large ones."""
    big, held = (100_000, 20_000) if quick else (1_000_000, 200_000)
    deep, deep_held = (10_000, 5_000) if quick else (100_000, 50_000)
    return {"leads": save(folder, "leads", split(leads(big + held), big, np.random.default_rng(1))),
            "numeric": save(folder, "numeric", split(numeric(deep + deep_held), deep, np.random.default_rng(1)))}


def public(folder, quick):
    """{name: [(train, test) for each seed]}; those of R only where R and the packages are there."""
    sets = {}
    for name, load in FROM_SKLEARN.items():
        x, label = load(return_X_y=True)
        sets[name] = Rows(x, label, [0] * x.shape[1], label.max() + 1)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "export.R")
    try:
        subprocess.run(["Rscript", script, folder], check=True, capture_output=True)
        for name in FROM_R:
            sets[name] = from_csv(os.path.join(folder, name + ".csv"))
    except (OSError, subprocess.CalledProcessError) as e:
        print(f"data sets of R are left out: {e}", file=sys.stderr)
    if quick:
        sets = {name: sets[name] for name in ("digits", "wine", "attrition", "hpc") if name in sets}
    return {name: [save(folder, f"{name}.{seed}", split(rows, len(rows.x) * 7 // 10, np.random.default_rng(seed)))
                   for seed in SEEDS]
            for name, rows in sets.items()}
