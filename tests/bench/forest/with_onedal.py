"""Intel's oneDAL through scikit-learn-intelex: histograms where scikit-learn sorts."""
from sklearnex.ensemble import RandomForestClassifier

import with_sklearn


class Adapter(with_sklearn.Adapter):
    forest = RandomForestClassifier
