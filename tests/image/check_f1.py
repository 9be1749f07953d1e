"""Counts instances of score_segmentation's labels against the Data Science Bowl masks in numpy, and compares with its count.

Usage: check_f1.py SCORE_PROGRAM
"""
import csv
import os
import re
import subprocess
import sys

import numpy as np

try:
    import tifffile
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def counts(truth, found, cut):
    shared = np.zeros((truth.max() + 1, found.max() + 1))
    np.add.at(shared, (truth.ravel(), found.ravel()), 1)
    union = shared.sum(1)[1:, None] + shared.sum(0)[None, 1:] - shared[1:, 1:]
    return int((shared[1:, 1:] > cut * union).sum()), found.max(), truth.max()


def main():
    root = os.environ.get("CYTOSCALE_TEST_DATA", "")
    if not root:
        print("skipped: CYTOSCALE_TEST_DATA is not set")
        return 77
    folder = os.path.join(root, "dsb2018")
    os.makedirs("labels", exist_ok=True)
    printed = subprocess.run([sys.argv[1], folder, "labels"], capture_output=True, text=True, check=True).stdout
    matched, found, truth, f1, ap = re.search(
        r"matched (\d+) found (\d+) truth (\d+) F1@.5 ([\d.]+) AP\S+ ([\d.]+)", printed).groups()
    cuts = np.arange(0.5, 1, 0.05)
    total = np.zeros((len(cuts), 3), int)
    with open(os.path.join(folder, "index.csv"), newline="") as file:
        names = [row["id"] for row in csv.DictReader(file)]
    for name in names:
        mask = tifffile.imread(os.path.join(folder, name + "_label.tif")).astype(int)
        mine = tifffile.imread(os.path.join("labels", name + ".tif")).astype(int)
        total += [counts(mask, mine, cut) for cut in cuts]
    my_f1 = 2 * total[0, 0] / (total[0, 1] + total[0, 2])
    my_ap = np.mean(total[:, 0] / (total[:, 1] + total[:, 2] - total[:, 0]))
    print(printed, f"numpy: matched {total[0, 0]} found {total[0, 1]} truth {total[0, 2]} F1 {my_f1:.4f} AP {my_ap:.4f}")
    same = [int(matched), int(found), int(truth)] == total[0].tolist()
    return 0 if same and abs(my_f1 - float(f1)) < 1e-4 and abs(my_ap - float(ap)) < 1e-4 and my_f1 >= 0.81 else 1


if __name__ == "__main__":
    sys.exit(main())
