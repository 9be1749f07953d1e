#!/usr/bin/env python3
"""Prints the numbers that test_sphering.cpp, test_feature_selection.cpp and test_factors.cpp expect. Needs pycytominer 1.2.4,
scikit-learn and scipy (pip), so it is run by hand; the small tables are made by the same formulas in the tests."""
import numpy as np
import pandas as pd
from pycytominer import feature_select
from pycytominer.operations import Spherize
from scipy.stats import trim_mean
from sklearn.decomposition import PCA, FactorAnalysis


def sample(rows, columns):
    return np.array([[np.sin(1.7 * i + 0.9 * j * j + 0.37 * i * j) + 0.1 * j * (i % 3) for j in range(columns)] for i in range(rows)])


def sphering():
    for columns in (5, 8):  # more controls than features, and fewer
        x = sample(9, columns)
        for method in ("PCA", "PCA-cor", "ZCA", "ZCA-cor"):
            w = Spherize(epsilon=1e-6, method=method).fit(pd.DataFrame(x[:6])).transform(pd.DataFrame(x)).to_numpy()
            print(f"{columns} {method}: norm {np.linalg.norm(w)!r} product {float(w[0] @ w[8])!r} first row 8 {w[8, :3].tolist()!r}")


def selection():
    x = np.empty((40, 8))
    for i in range(40):
        a, b = np.sin(1.3 * i), np.cos(0.7 * i * i)
        x[i] = [a, b, a + 0.1 * b, 3 if i < 39 else 4, i % 2, -a + 0.2 * b, 0.3 * a + b, np.sin(2.1 * i)]
    table = pd.DataFrame(x, columns=[f"f{i}" for i in range(8)])
    for operation in (["variance_threshold"], ["correlation_threshold"], ["variance_threshold", "correlation_threshold"]):
        print(operation, list(feature_select(table, features=list(table), operation=operation, unique_cut=0.06)))
    print("threshold 0.2", list(feature_select(table, features=[c for c in table if c != "f3"],
                                               operation="correlation_threshold", corr_threshold=0.2)))


def factors():
    for rows, columns, count in ((30, 6, 2), (9, 12, 3)):
        x = sample(rows, columns)
        for model in (PCA(count, svd_solver="full"), FactorAnalysis(count, svd_method="lapack")):
            z = model.fit_transform(x)
            z *= np.sign(model.components_[np.arange(count), np.abs(model.components_).argmax(1)])
            print(f"{type(model).__name__} {rows}x{columns}: {z[3].tolist()!r} norm {np.linalg.norm(z)!r}",
                  getattr(model, "n_iter_", ""))


if __name__ == "__main__":
    sphering()
    selection()
    factors()
    print("trim_mean", trim_mean([float(np.sin(i) * np.exp(i % 5)) for i in range(23)], 0.1),
          trim_mean([float(np.sin(i) * np.exp(i % 5)) for i in range(23)], 0.25))
