#!/usr/bin/python3
"""What a user of Python would write in place of `cytoscale reduce`, for tools/bench/compare: cells -> means of wells, standardized by
the control wells -> CSV, with h5py and pandas.

usage: peer_reduce.py --embeddings embeddings.h5ad --out profiles.csv

Prints a JSON line; the seconds are of the whole process but for Python's own start.
"""
import time

BEGUN = time.perf_counter()

import argparse
import json

import h5py
import pandas

KEYS = ["Metadata_Plate", "Metadata_Well", "Metadata_Control"]


def column(frame, name):
    item = frame[name]
    if isinstance(item, h5py.Group):
        return pandas.Categorical.from_codes(item["codes"][:], [text.decode() for text in item["categories"][:]])
    return item[:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--embeddings", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    with h5py.File(options.embeddings) as file:
        features = [text.decode() for text in file["var/_index"][:]]
        cells = pandas.DataFrame(file["X"][:], columns=features)
        keys = [column(file["obs"], key) for key in KEYS]
    wells = cells.groupby(keys, observed=True).mean()
    wells.index.names = KEYS
    controls = wells.xs("negcon", level="Metadata_Control")
    profiles = (wells - controls.mean()) / controls.std()
    profiles.to_csv(options.out)
    seconds = time.perf_counter() - BEGUN
    print(json.dumps({"cells": len(cells), "seconds": round(seconds, 2), "per_s": round(len(cells) / seconds, 1),
                      "library": f"pandas {pandas.__version__}"}))


if __name__ == "__main__":
    main()
