#!/usr/bin/python3
"""What a user of Python would write in place of `cytoscale evaluate`, for tools/bench/compare: mAP of replicates against the control
wells and of classes against other classes, both with p-values (copairs), and the nearest treatments (numpy).

usage: peer_evaluate.py --profiles wells.csv

Prints a JSON line; the seconds are those after the imports.
"""
import argparse
import importlib.metadata
import json
import time

import numpy as np
import pandas as pd
from copairs import map as cmap

NULL_SIZE = 10_000
TREATMENT = ["Metadata_Compound", "Metadata_Concentration"]


def replicates(meta, values):
    control = (meta.Metadata_Control == "negcon").to_numpy()
    meta = meta.assign(reference=np.where(control, np.arange(len(meta)), -1))
    ap = cmap.average_precision(meta, values, TREATMENT, [], [], [*TREATMENT, "reference"], progress_bar=False)
    return cmap.mean_average_precision(ap[~control], TREATMENT, null_size=NULL_SIZE, threshold=0.05, seed=0, progress_bar=False)


def classes(meta, values):
    ap = cmap.average_precision(meta, values, ["Metadata_MOA"], ["Metadata_Compound"], [], ["Metadata_MOA"], progress_bar=False)
    return cmap.mean_average_precision(ap, ["Metadata_MOA"], null_size=NULL_SIZE, threshold=0.05, seed=0, progress_bar=False)


def nearest(meta, values):
    """Accuracy of the nearest treatment of another compound (NSC), and of another compound and batch (NSCB)."""
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    similarity = unit @ unit.T
    compound, batch, label = (meta[key].to_numpy() for key in ("Metadata_Compound", "Metadata_Batch", "Metadata_MOA"))
    found = []
    for key in (compound, batch):
        similarity[key[:, None] == key] = -np.inf
        found.append(float(np.mean(label[similarity.argmax(1)] == label)))
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--profiles", required=True)
    options = parser.parse_args()
    begun = time.perf_counter()
    table = pd.read_csv(options.profiles)
    features = [name for name in table if not name.startswith("Metadata_")]
    meta, values = table.drop(columns=features), table[features].to_numpy()
    of_wells = replicates(meta, values)
    treated = table[table.Metadata_Control != "negcon"]
    means = treated.groupby([*TREATMENT, "Metadata_MOA", "Metadata_Batch"], sort=False)[features].mean().reset_index()
    of_classes = classes(means.drop(columns=features), means[features].to_numpy())
    nsc, nscb = nearest(means, means[features].to_numpy())
    figures = {"replicates": of_wells.mean_average_precision.mean(), "classes": of_classes.mean_average_precision.mean(), "nsc": nsc,
               "nscb": nscb}
    print(json.dumps({"cells": len(table), "seconds": round(time.perf_counter() - begun, 2),
                      "figures": {name: round(float(value), 6) for name, value in figures.items()},
                      "library": f"copairs {importlib.metadata.version('copairs')}"}))


if __name__ == "__main__":
    main()
