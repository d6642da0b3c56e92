"""LightGBM's rf mode.  It has no bootstrap (0.632 of the rows without replacement has as many distinct ones), one tree
a class, and histograms that do not let it grow large trees to purity: 1024 leaves at most."""
import lightgbm


class Adapter:
    def __init__(self, train, trees, mtry, seed, threads):
        features = len(train.levels)
        self.trees, self.categorical, self.binary = trees, train.categorical, train.classes == 2
        self.params = {
            "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.632,
            "feature_fraction_bynode": mtry / features, "num_leaves": 1024, "max_depth": -1,
            "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0.0, "num_threads": threads, "seed": seed,
            "verbose": -1, "objective": "binary" if self.binary else "multiclass",
        }
        if not self.binary:
            self.params["num_class"] = train.classes

    def input(self, rows):
        return rows.x

    def one_row(self, rows, i):
        return rows.x[i:i + 1]

    def fit(self, given, label):
        data = lightgbm.Dataset(given, label, categorical_feature=self.categorical, params=self.params)
        self.model = lightgbm.train(self.params, data, num_boost_round=self.trees)

    def predict_with(self, threads):
        self.threads = threads

    def probabilities(self, given):
        p = self.model.predict(given, num_threads=getattr(self, "threads", 1))
        return [[1 - q, q] for q in p] if self.binary else p

    def size(self):
        return len(self.model.model_to_string())
