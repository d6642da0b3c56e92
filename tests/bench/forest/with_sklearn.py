"""scikit-learn: no categories, so they are given as ordered codes (its cheapest way)."""
import pickle

import numpy as np
from sklearn.ensemble import RandomForestClassifier


class Adapter:
    forest = RandomForestClassifier

    def __init__(self, train, trees, mtry, seed, threads):
        self.model = self.forest(n_estimators=trees, max_features=mtry, min_samples_leaf=1, bootstrap=True,
                                 n_jobs=threads, random_state=seed)

    def input(self, rows):
        return rows.x

    def one_row(self, rows, i):
        return self.input(rows.pick(slice(i, i + 1)))

    def fit(self, given, label):
        self.model.fit(given, label)

    def predict_with(self, threads):
        self.model.set_params(n_jobs=threads)

    def probabilities(self, given):
        return self.model.predict_proba(given)

    def size(self):
        return len(pickle.dumps(self.model, protocol=5))


def one_hot(rows):
    """Every category as one 0/1 column a level; the numeric columns as they are."""
    parts = []
    for j, levels in enumerate(rows.levels):
        column = rows.x[:, j:j + 1]
        parts.append(column if not levels else (column == np.arange(levels)).astype("<f4"))
    return np.ascontiguousarray(np.concatenate(parts, axis=1), dtype="<f4")
