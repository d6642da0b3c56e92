"""Rows on disk, as every peer reads them: one file of one data set, loaded before anything is timed.

    char magic[4] = "ROWS"; uint32 rows, features, classes; uint32 levels[features] (0: numeric)
    float32 x[rows][features]; uint16 label[rows]

All little-endian.  A category is the number of its level.
"""
import numpy as np


class Rows:
    def __init__(self, x, label, levels, classes):
        self.x = np.ascontiguousarray(x, dtype="<f4")
        self.label = np.ascontiguousarray(label, dtype="<u2")
        self.levels = [int(n) for n in levels]
        self.classes = int(classes)

    @property
    def categorical(self):
        """The columns that are categories."""
        return [j for j, n in enumerate(self.levels) if n]

    def pick(self, index):
        return Rows(self.x[index], self.label[index], self.levels, self.classes)


def write(path, rows):
    with open(path, "wb") as f:
        f.write(b"ROWS")
        np.array([len(rows.x), len(rows.levels), rows.classes, *rows.levels], dtype="<u4").tofile(f)
        rows.x.tofile(f)
        rows.label.tofile(f)


def read(path):
    with open(path, "rb") as f:
        if f.read(4) != b"ROWS":
            raise ValueError(f"{path}: not a file of rows")
        n, features, classes = (int(v) for v in np.fromfile(f, "<u4", 3))
        levels = np.fromfile(f, "<u4", features)
        x = np.fromfile(f, "<f4", n * features).reshape(n, features)
        return Rows(x, np.fromfile(f, "<u2", n), levels, classes)
