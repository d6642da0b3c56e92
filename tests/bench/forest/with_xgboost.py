"""XGBoost's random forest mode: one boosting round of parallel trees, one tree a class, 1024 leaves at most (to purity
it needs some minutes where the others need seconds)."""
import numpy as np
import xgboost


class Adapter:
    def __init__(self, train, trees, mtry, seed, threads):
        features = len(train.levels)
        self.types = ["c" if levels else "float" for levels in train.levels]
        self.binary = train.classes == 2
        self.params = {
            "num_parallel_tree": trees, "learning_rate": 1.0, "subsample": 0.632, "sampling_method": "uniform",
            "colsample_bynode": mtry / features, "max_depth": 0, "max_leaves": 1024, "grow_policy": "lossguide",
            "min_child_weight": 0, "reg_lambda": 1e-5, "tree_method": "hist", "nthread": threads, "seed": seed,
            "verbosity": 0,
            "objective": "binary:logistic" if self.binary else "multi:softprob",
        }
        if not self.binary:
            self.params["num_class"] = train.classes

    def data(self, given, label=None):
        kind = xgboost.QuantileDMatrix if label is not None else xgboost.DMatrix
        return kind(given, label, feature_types=self.types, enable_categorical=True, nthread=self.params["nthread"])

    def input(self, rows):
        return rows.x

    def one_row(self, rows, i):
        return rows.x[i:i + 1]

    def fit(self, given, label):
        self.model = xgboost.train(self.params, self.data(given, label), num_boost_round=1)

    def predict_with(self, threads):
        self.params["nthread"] = threads
        self.model.set_param("nthread", threads)

    def probabilities(self, given):
        p = self.model.predict(self.data(given)) if "c" in self.types else self.model.inplace_predict(given)
        return np.stack([1 - p, p], axis=1) if self.binary else p

    def size(self):
        return len(self.model.save_raw("ubj"))
