#!/usr/bin/env python3
"""mAP of classes where treatments have several of them (`A|B`), as `evaluate` has it, against copairs' multilabel functions: each
label's mean of average precision, plain and normalized, and how many queries it has.

Environment: CYTOSCALE_PROGRAM; CYTOSCALE_TEST_PYTHON: interpreters, one of them with copairs.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "exports"))
from small_run import interpreter_with  # noqa: E402

PYTHON = interpreter_with(("copairs", "pandas"))
if not PYTHON:
    print("skipped: no interpreter has copairs (CYTOSCALE_TEST_PYTHON)")
    sys.exit(77)

MAKE = """
import sys, numpy as np, pandas as pd
rng = np.random.default_rng(int(sys.argv[1]))
labels = ["m%d" % k for k in range(6)]
centers = rng.normal(size=(6, 20))
rows = []
for compound in range(26):
    own = sorted(rng.choice(6, size=rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15]), replace=False))
    for dose in (1, 3):
        profile = sum(centers[k] for k in own) + rng.normal(size=20) * 2
        rows.append(["c%d" % compound, dose, "|".join(labels[k] for k in own), "trt", *profile])
for well in range(6):
    rows.append(["DMSO", 0, "", "negcon", *rng.normal(size=20)])
table = pd.DataFrame(rows, columns=["Metadata_Compound", "Metadata_Concentration", "Metadata_MOA", "Metadata_Control",
                                    *["f_%d" % f for f in range(20)]])
table.insert(0, "Metadata_Plate", "P1")
table.insert(1, "Metadata_Well", ["%s%02d" % ("ABCDEFGH"[i // 12], i % 12 + 1) for i in range(len(table))])
table.to_csv("profiles.csv", index=False)
"""

COMPARE = """
import numpy as np, pandas as pd
from copairs.map import multilabel
table = pd.read_csv("profiles.csv", float_precision="round_trip").query("Metadata_Control == 'trt'").reset_index(drop=True)
meta = pd.DataFrame({"compound": table["Metadata_Compound"], "moa": table["Metadata_MOA"].str.split("|")})
features = table.filter(regex="^f_").to_numpy()
scores = multilabel.average_precision(meta, features, ["moa"], ["compound"], [], ["moa"], multilabel_col="moa", progress_bar=False)
theirs = scores.groupby("moa").agg(queries=("average_precision", "size"), map=("average_precision", "mean"),
                                   normalized_map=("normalized_average_precision", "mean"))
ours = pd.read_csv("retrieval.csv", float_precision="round_trip").query("kind == 'class'").set_index("name")
assert sorted(ours.index) == sorted(theirs.index) and len(ours) == 6, (ours, theirs)
ours = ours.loc[theirs.index]
assert (ours["queries"] == theirs["queries"]).all() and theirs["queries"].sum() > len(table), (ours, theirs)
for column in ("map", "normalized_map"):
    np.testing.assert_allclose(ours[column], theirs[column], atol=1e-12)
assert 0.1 < theirs["map"].mean() < 0.95
"""


class SeveralLabels(unittest.TestCase):
    def run_python(self, folder, code, *arguments):
        done = subprocess.run([PYTHON, "-W", "ignore", "-c", code, *map(str, arguments)], cwd=folder, capture_output=True, text=True,
                              timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])

    def test_map_of_classes(self):
        for seed in range(3):
            with self.subTest(seed), tempfile.TemporaryDirectory(prefix="copairs.") as folder:
                self.run_python(folder, MAKE, seed)
                done = subprocess.run([os.environ["CYTOSCALE_PROGRAM"], "evaluate", "--profiles=profiles.csv", "--normalize=none",
                                       "--bootstrap=0", "--metrics=metrics.json", "--batch=Metadata_Plate"],
                                      cwd=folder, capture_output=True, text=True, timeout=120)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.run_python(folder, COMPARE)


if __name__ == "__main__":
    unittest.main()
