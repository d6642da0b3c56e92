"""Yggdrasil Decision Forests: its own categorical splits, mean of leaves instead of votes, no depth limit."""
import os
import tempfile

import numpy as np
import ydf

ydf.verbose(0)


def name(j):
    return f"x{j}"


class Adapter:
    def __init__(self, train, trees, mtry, seed, threads):
        self.levels, self.classes, self.threads = train.levels, train.classes, threads
        features = [
            ydf.Feature(name(j), ydf.Semantic.CATEGORICAL, max_vocab_count=-1, min_vocab_frequency=1)
            if levels else ydf.Feature(name(j), ydf.Semantic.NUMERICAL)
            for j, levels in enumerate(train.levels)
        ]
        self.learner = ydf.RandomForestLearner(
            label="label", features=features, num_trees=trees, num_candidate_attributes=mtry, max_depth=-1,
            min_examples=1, winner_take_all=False, compute_oob_performances=False, random_seed=seed,
            num_threads=threads, label_classes=[str(c) for c in range(train.classes)])

    def columns(self, rows):
        """Columns, categories as text: the form in which YDF takes them."""
        return {name(j): rows.x[:, j].astype(np.int32).astype("S") if levels else np.ascontiguousarray(rows.x[:, j])
                for j, levels in enumerate(self.levels)}

    def input(self, rows):
        return self.columns(rows) | {"label": rows.label.astype("S")}

    def one_row(self, rows, i):
        return self.columns(rows.pick(slice(i, i + 1)))

    def fit(self, given, label):
        self.model = self.learner.train(given)

    def predict_with(self, threads):
        self.threads = threads

    def probabilities(self, given):
        p = self.model.predict(given, num_threads=self.threads)
        if p.ndim == 1:
            p = np.stack([1 - p, p], axis=1)
        return p[:, np.argsort([int(c) for c in self.model.label_classes()])]

    def size(self):
        with tempfile.TemporaryDirectory() as folder:
            self.model.save(folder + "/model")
            return sum(os.path.getsize(os.path.join(at, f)) for at, _, files in os.walk(folder) for f in files)
