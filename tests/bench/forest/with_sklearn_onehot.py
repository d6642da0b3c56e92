"""scikit-learn with categories one-hot encoded, as its manual advises; the encoding itself is not timed."""
import with_sklearn


class Adapter(with_sklearn.Adapter):
    def __init__(self, train, trees, mtry, seed, threads):
        super().__init__(train, trees, "sqrt", seed, threads)  # of the columns that it sees

    def input(self, rows):
        return with_sklearn.one_hot(rows)
