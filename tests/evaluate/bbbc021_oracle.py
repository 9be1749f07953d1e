"""The oracle table of the public BBBC021 profiles through the program: `cytoscale evaluate` from the raw table, and
`cytoscale reduce --profiles-in` followed by `evaluate`, against figures computed here with numpy alone."""
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd

# normalization, lambda, aggregate; then the published counts NSC/103, NSCB disjoint/92, NSCB joined/92 and the norm (6 digits)
ROWS = [("none", 1, "mean", 94, 67, 67, None), ("none", 1, "median", 94, 68, 69, None),
        ("standardize", 1, "mean", 95, 68, 69, None), ("whiten", 1, "mean", 95, 72, 72, 292.666),
        ("tvn", 1, "mean", 95, 72, 72, 303.820), ("tvn", 0.01, "mean", 95, 78, 78, 608.103)]
SINGLE = ["Cholesterol-lowering", "Kinase inhibitors"]


def power(covariance, shift, exponent):
    values, vectors = np.linalg.eigh(covariance)
    return vectors @ np.diag((values + shift) ** exponent) @ vectors.T


def normalize(x, control, batch, method, shift):
    if method == "none":
        return x
    z = (x - x[control].mean(0)) / x[control].std(0)
    if method == "standardize":
        return z
    values, vectors = np.linalg.eigh(z[control].T @ z[control] / control.sum())
    w = z @ vectors @ np.diag((values + shift) ** -0.5)
    if method == "whiten":
        return w
    target = power(w[control].T @ w[control] / control.sum(), shift, 0.5)
    aligned = np.empty_like(w)
    for name in np.unique(batch):
        here = w[(batch == name) & control]
        aligned[batch == name] = w[batch == name] @ power(here.T @ here / len(here), 1, -0.5) @ target
    return aligned


def match(x, table, batch, control, aggregate):
    treatment = table.Metadata_Compound + "_" + table.Metadata_Concentration
    groups = [np.flatnonzero((treatment == t) & ~control) for t in dict.fromkeys(treatment[~control])]
    profiles = np.array([getattr(np, aggregate)(x[rows], axis=0) for rows in groups])
    profiles /= np.linalg.norm(profiles, axis=1, keepdims=True)
    compound = np.array([table.Metadata_Compound[rows[0]] for rows in groups])
    moa = np.array([table.Metadata_moa[rows[0]] for rows in groups])
    batches = [frozenset(batch[rows]) for rows in groups]
    single = np.isin(moa, SINGLE)
    counts = {}
    for rule in ("nsc", "nscb_disjoint", "nscb_joined"):
        correct = total = 0
        for i in range(len(groups)):
            if rule != "nsc" and single[i]:
                continue
            admissible = compound != compound[i]
            if rule == "nscb_disjoint":
                admissible &= np.array([not (batches[i] & b) for b in batches])
            if rule == "nscb_joined":
                admissible &= np.array([b != batches[i] for b in batches]) & ~single
            total += 1
            correct += moa[np.argmax(np.where(admissible, profiles @ profiles[i], -2))] == moa[i]
        counts[rule] = {"correct": int(correct), "total": total}
    return counts


def run(*arguments):
    done = subprocess.run([os.environ["CYTOSCALE_PROGRAM"], *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def evaluate(profiles, *more):
    run("evaluate", "--profiles", profiles, "--metrics", "metrics.json", "--treatment",
        "Metadata_Compound,Metadata_Concentration", "--compound", "Metadata_Compound", "--class", "Metadata_moa", "--plate",
        "Metadata_Plate", "--batch-from-plate", "^[^_]+", "--control", "Metadata_Compound=DMSO", "--single-batch-classes",
        'Cholesterol-lowering,"Kinase inhibitors"', *more)
    with open("metrics.json") as file:
        return json.load(file)


def check_counts(metrics, expected, what):
    for rule, counts in expected.items():
        got = {key: metrics[rule][key] for key in counts}
        assert got == counts, f"{what}: {rule} is {got}, numpy has {counts}"


def main():
    data = os.environ.get("CYTOSCALE_TEST_DATA", "")
    if not data:
        print("CYTOSCALE_TEST_DATA is not set")
        return 77
    source = os.path.join(data, "bbbc021", "BBBC021_feature_selected_mad_robustize.csv")
    table = pd.read_csv(source, dtype={"Metadata_Concentration": str}, float_precision="round_trip")
    features = [c for c in table if not c.startswith("Metadata_")]
    control = (table.Metadata_Compound == "DMSO").to_numpy()
    batch = table.Metadata_Plate.str.split("_").str[0].to_numpy()
    import anndata
    for method, shift, aggregate, nsc, disjoint, joined, norm in ROWS:
        what = f"{method}, lambda {shift}, {aggregate}"
        x = normalize(table[features].to_numpy(float), control, batch, method, shift)
        expected = match(x, table, batch, control, aggregate)
        assert [expected[r]["correct"] for r in expected] == [nsc, disjoint, joined], f"{what}: numpy is off the table"
        assert norm is None or abs(np.linalg.norm(x) - norm) < 1e-3
        check_counts(evaluate(source, "--normalize", method, "--lambda", shift, "--aggregate", aggregate), expected, what)
        run("reduce", "--profiles-in", source, "--profiles", "reduced.h5ad", "--reduce-normalize", method, "--lambda", shift,
            "--aggregate", aggregate, "--batch-from-plate", "^[^_]+", "--control", "Metadata_Compound=DMSO")
        reduced = anndata.read_h5ad("reduced.h5ad")
        text = pd.read_csv("reduced.csv", float_precision="round_trip")
        assert np.array_equal(text[list(reduced.var_names)].to_numpy(), np.asarray(reduced.X)), "csv and h5ad differ"
        # Directions of whitening may be turned: what is fixed is the product of any two wells.
        assert np.allclose(np.asarray(reduced.X) @ np.asarray(reduced.X).T, x @ x.T, rtol=1e-6, atol=1e-6), what
        assert abs(np.linalg.norm(reduced.X) / np.linalg.norm(x) - 1) < 1e-9, what
        for profiles in ("reduced.h5ad", "reduced.csv"):
            check_counts(evaluate(profiles, "--aggregate", aggregate), expected, f"{what}, through reduce, {profiles}")
        print(f"{what}: {nsc}/103 {disjoint}/92 {joined}/92, norm {np.linalg.norm(reduced.X):.6f}")
    return 0


sys.exit(main())
