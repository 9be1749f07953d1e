#!/usr/bin/env python3
"""Prints the numbers that test_average_precision.cpp, test_retrieval.cpp and test_score.cpp expect. Needs copairs 0.5, scipy,
statsmodels and pandas (pip), so it is run by hand; the small tables are made by the same formulas in the tests. With the path of
the public BBBC021 table it prints those of test_bbbc021_oracle.cpp too."""
import itertools
import sys

import numpy as np
import pandas as pd
from copairs import map as cmap
from copairs.compute import random_ap
from scipy.stats import fisher_exact, hypergeom
from statsmodels.stats.multitest import multipletests


def wells():
    """Four treatments of five wells, six controls; seven features."""
    x, names = [], []
    for i in range(26):
        t = i // 5 if i < 20 else -1
        names.append("abcd"[t] if t >= 0 else "DMSO")
        x.append([np.sin(1.7 * i + 0.9 * j * j + 0.37 * i * j) + (0.8 * np.cos(3.1 * t * (j + 1)) if t >= 0 else 0) for j in range(7)])
    return np.array(x), names


def classes():
    """Twelve treatments: six compounds at two doses, three classes of two compounds."""
    x = [[np.sin(1.3 * i + 0.7 * j * j + 0.21 * i * j) + 0.7 * np.cos(2.3 * (i // 4) * (j + 1)) for j in range(7)] for i in range(12)]
    return np.array(x), [f"c{i // 2}" for i in range(12)], [f"m{i // 4}" for i in range(12)]


def replicates(x, names, control):
    meta = pd.DataFrame({"t": names, "reference": np.where(control, np.arange(len(names)), -1)})
    ap = cmap.average_precision(meta, x, ["t"], [], [], ["t", "reference"], progress_bar=False)
    ap = ap[~control]
    result = cmap.mean_average_precision(ap, ["t"], null_size=10000, threshold=0.05, seed=0, progress_bar=False)
    return ap, result


def consistency(x, compound, moa):
    meta = pd.DataFrame({"compound": compound, "moa": moa})
    ap = cmap.average_precision(meta, x, ["moa"], ["compound"], [], ["moa"], progress_bar=False)
    return ap, cmap.mean_average_precision(ap, ["moa"], null_size=10000, threshold=0.05, seed=0, progress_bar=False)


def show(title, ap, result):
    print(title, "ap", ap.average_precision.iloc[:4].tolist())
    print(result[["mean_average_precision", "mean_normalized_average_precision", "p_value", "corrected_p_value"]].to_string())
    print("mean of mAP", repr(float(result.mean_average_precision.mean())))


def correlations():
    x, names = wells()
    r = np.corrcoef(x[:20])
    for g in range(4):
        print("median correlation", "abcd"[g], np.median(r[5 * g:5 * g + 5, 5 * g:5 * g + 5][np.tril_indices(5, -1)]))


def enrichment():
    x, compound, moa = classes()
    u = x / np.linalg.norm(x, axis=1, keepdims=True)
    pairs = [(float(u[a] @ u[b]), moa[a] == moa[b]) for a in range(12) for b in range(a) if compound[a] != compound[b]]
    pairs.sort(reverse=True)
    k = int(np.ceil(0.1 * len(pairs)))
    a, same = sum(s for _, s in pairs[:k]), sum(s for _, s in pairs)
    table = [[a, k - a], [same - a, len(pairs) - k - same + a]]
    print("enrichment", table, fisher_exact(table, alternative="greater"), "tail", hypergeom.sf(2, 60, 12, 6))


def exact_tail(positives, total, value):
    """Share of all rankings whose AP is above the value."""
    aps = [np.mean([(i + 1) / (r + 1) for i, r in enumerate(ranks)]) for ranks in itertools.combinations(range(total), positives)]
    return np.mean(np.array(aps) > value + 1e-12), np.mean(aps)


def main():
    x, names = wells()
    control = np.array([n == "DMSO" for n in names])
    show("wells", *replicates(x, names, control))
    show("classes", *consistency(*classes()))
    correlations()
    enrichment()
    p = [0.01, 0.04, 0.03, 0.005, 0.5, 0.04]
    print("bh", multipletests(p, method="fdr_bh")[1].tolist())
    print("null 3 of 9, above 0.6:", exact_tail(3, 9, 0.6), "copairs", np.mean(random_ap(200000, 3, 9, 1) > 0.6))
    print("percentiles", np.percentile([3.0, 1.0, 4.0, 1.5, 9.0, 2.6], [2.5, 50, 97.5]).tolist())
    for path in sys.argv[1:]:
        table = pd.read_csv(path, dtype={"Metadata_Concentration": str})
        features = [c for c in table if not c.startswith("Metadata_")]
        values, control = table[features].to_numpy(float), (table.Metadata_Compound == "DMSO").to_numpy()
        treatment = table.Metadata_Compound + "_" + table.Metadata_Concentration
        treatment[control] = "DMSO"
        ap, result = replicates(values, treatment.tolist(), control)
        print("BBBC021 replicates", len(result), repr(float(result.mean_average_precision.mean())), repr(float(ap.average_precision.mean())),
              int((result.corrected_p_value < 0.05).sum()))
        order = list(dict.fromkeys(treatment[~control]))
        rows = [np.flatnonzero(treatment == t) for t in order]
        mean = np.array([values[r].mean(0) for r in rows])
        ap, result = consistency(mean, [table.Metadata_Compound[r[0]] for r in rows], [table.Metadata_moa[r[0]] for r in rows])
        print("BBBC021 classes", len(result), repr(float(result.mean_average_precision.mean())), int((ap.n_pos_pairs > 0).sum()))


if __name__ == "__main__":
    main()
