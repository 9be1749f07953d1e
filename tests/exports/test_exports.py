#!/usr/bin/env python3
"""What `export` writes, read by those who will read it: pandas, numpy, anndata, pycytominer, copairs; and what is left where it is
killed or the disk is full.

usage: test_exports.py STORE_PROBE. Environment: as small_run.py says; CYTOSCALE_FAULT_SHIM.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from small_run import PROGRAM, has, interpreter_with, interpreters, program, small_run, writes_parquet

try:
    import anndata
    import numpy as np
    import pandas as pd
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

PROBE, SHIM = sys.argv.pop(1), os.environ.get("CYTOSCALE_FAULT_SHIM", "")
FAILED_FIELD, COUNTS = 7, [0 if i % 5 == 4 else 7 * i % 11 for i in range(12)]  # as the probe makes them


def exact(path):
    return pd.read_csv(path, float_precision="round_trip")


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="exports."))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        small_run(cls.folder)
        subprocess.run([PROBE, "write-embeddings", "probe.h5ad"], cwd=cls.folder, check=True, timeout=60)
        cls.parquet = writes_parquet(cls.folder)

    def export(self, *arguments, **how):
        program(self.folder, "export", *arguments, **how)

    def needs(self, *packages):
        python = interpreter_with(packages)
        if not python:
            self.skipTest(f"no interpreter has {', '.join(packages)} (CYTOSCALE_TEST_PYTHON)")
        return python

    def run_python(self, python, code):
        done = subprocess.run([python, "-W", "ignore", "-c", code], cwd=self.folder, capture_output=True, text=True, timeout=600)
        self.assertEqual(done.returncode, 0, f"{python}\n{done.stderr[-3000:]}")
        return done.stdout

    def test_cells_in_csv_are_those_of_the_embeddings(self):
        self.export("--embeddings=probe.h5ad", "--export=cells", "--results=cells")
        cells, data = exact(self.folder / "cells/cells.csv.gz"), anndata.read_h5ad(self.folder / "probe.h5ad")
        data = data[data.obs["Field_Failed"] == 0]
        self.assertEqual(len(cells), sum(COUNTS) - COUNTS[FAILED_FIELD])
        self.assertEqual(cells["Metadata_Cell"].tolist(), data.obs_names.tolist())
        features = [name for name in cells if not name.startswith("Metadata_")]
        self.assertEqual(features, ["Cells_" + name for name in data.var_names])
        np.testing.assert_array_equal(cells[features].to_numpy(np.float32), data.X)
        for name in ("Metadata_Compound", "Metadata_Well", "Metadata_Concentration"):
            self.assertEqual(cells[name].fillna(-1).tolist(), data.obs[name].astype(object).fillna(-1).tolist(), name)
        self.assertEqual(cells["Metadata_Concentration"].dtype, np.float64)
        np.testing.assert_array_equal(cells[["Metadata_Nuclei_Location_Center_X", "Metadata_Nuclei_Location_Center_Y"]], data.obsm["spatial"])
        self.assertEqual(cells.index.tolist(), list(range(len(cells))))

    def test_bytes_do_not_depend_on_threads_and_ranks(self):
        forms = "--to=csv,deepprofiler,gallery" + (",parquet" if self.parquet else "")
        given = ["--output=out", forms, "--gallery-tables=" + ("parquet" if self.parquet else "csv")]
        found = []
        for number, how in enumerate(({"ranks": 0}, {"ranks": 2}, {"ranks": 4})):
            self.export(*given, f"--export=same{number}", f"--threads={1 + 2 * number}", **how)
            folder = self.folder / f"same{number}"
            found.append({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file() and "state" not in path.parts})
        self.assertGreater(len(found[0]), 20)
        self.assertTrue(found[0] == found[1] == found[2])

    def test_profiles_are_read_back(self):
        self.export("--output=out", "--export=profiles")
        for result in ("wells", "profiles", "treatments"):
            table, data = exact(self.folder / f"profiles/{result}.csv.gz"), anndata.read_h5ad(self.folder / f"out/{result}.h5ad")
            np.testing.assert_array_equal(table.filter(regex="^Cells_").to_numpy(), data.X)
            self.assertEqual(table.filter(regex="^Metadata_").columns.tolist(), data.obs.columns.tolist())
        self.assertEqual(data.obs["Metadata_Concentration"].dtype.kind, "f" if data.obs["Metadata_Concentration"].isna().any() else data.obs["Metadata_Concentration"].dtype.kind)
        self.assertIn(data.obs["Metadata_Concentration"].dtype.kind, "if")

    def test_parquet_has_the_same_with_types(self):
        if not self.parquet:
            self.skipTest("the program has no Arrow C++ (CYTOSCALE_PYARROW)")
        python = self.needs("pandas", "pyarrow")
        self.export("--output=out", "--export=both", "--to=csv,parquet")
        self.export("--embeddings=probe.h5ad", "--export=both_probe", "--results=cells", "--to=csv,parquet")
        said = self.run_python(python, """
import json, numpy as np, pandas as pd, pyarrow.parquet as pq
for folder, results in (("both", ("cells", "wells", "profiles", "treatments")), ("both_probe", ("cells",))):
    for result in results:
        path = f"{folder}/{result}.parquet"
        table, text = pd.read_parquet(path), pd.read_csv(f"{folder}/{result}.csv.gz", float_precision="round_trip", dtype={"Metadata_Site": str})
        assert table.columns.tolist() == text.columns.tolist() and isinstance(table.index, pd.RangeIndex)
        features = [name for name in table if name.startswith("Cells_")]
        kind = np.float32 if result == "cells" else np.float64
        assert (table[features].dtypes == kind).all(), table.dtypes
        np.testing.assert_array_equal(table[features].to_numpy(), text[features].to_numpy().astype(kind))
        for name in table.columns.difference(features):
            a, b = table[name], text[name]
            if a.dtype.kind in "if":
                np.testing.assert_array_equal(a.astype(float), b.astype(np.float32).astype(float) if a.dtype == np.float32 else b.astype(float), name)
            else:
                assert a.astype(object).fillna("").tolist() == b.astype(object).fillna("").astype(str).tolist(), name
        assert json.loads(pq.ParquetFile(path).metadata.metadata[b"cytoscale"])["job"]
print(table["Metadata_Concentration"].dtype, table["Metadata_Plate"].dtype)
""")
        self.assertIn("float64", said)

    def test_without_arrow_parquet_is_refused_with_the_remedy(self):
        alone = self.folder / "alone"
        alone.mkdir()
        shutil.copy(PROGRAM, alone / "cytoscale")
        for given in (["--to=parquet"], ["--to=gallery"]):
            done = subprocess.run([alone / "cytoscale", "export", "--output=out", "--export=none", *given], cwd=self.folder,
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertRegex(done.stderr, "Arrow C\\+\\+.*docs/install.md")
        self.assertFalse((self.folder / "none").exists())

    def test_npz_are_as_deepprofiler_writes_them(self):
        self.export("--embeddings=probe.h5ad", "--export=deep", "--results=cells", "--to=deepprofiler")
        self.export("--embeddings=probe.h5ad", "--export=stored", "--results=cells", "--to=deepprofiler", "--compress=false")
        data = anndata.read_h5ad(self.folder / "probe.h5ad")
        index = pd.read_csv(self.folder / "deep/deepprofiler/index.csv", dtype=str)
        self.assertEqual(len(index), sum(1 for i, n in enumerate(COUNTS) if n and i != FAILED_FIELD))
        for row in index.to_dict("records"):
            path = pathlib.Path("deepprofiler/features", row["Metadata_Plate"], row["Metadata_Well"], row["Metadata_Site"] + ".npz")
            of_site = data.obs_names.str.startswith("{Metadata_Plate}_{Metadata_Well}_s{Metadata_Site}_".format(**row))
            for folder in ("deep", "stored"):
                with np.load(self.folder / folder / path, allow_pickle=True) as file:
                    self.assertEqual(sorted(file.files), ["features", "locations", "metadata"])
                    np.testing.assert_array_equal(file["features"], data.X[of_site])
                    np.testing.assert_array_equal(file["locations"], data.obsm["spatial"][of_site])
                    metadata = file["metadata"].item()
                    self.assertEqual({key: value for key, value in metadata.items() if value and key != "Metadata_Model"},
                                     {key: value for key, value in row.items() if isinstance(value, str)})
                    self.assertRegex(metadata["Metadata_Model"], "^net_[0-9a-f]{7}$")
        names = pd.read_csv(self.folder / "deep/deepprofiler/features.csv")
        self.assertEqual(names["feature"].tolist(), data.var_names.tolist())

    def test_gallery(self):
        tables = "parquet" if self.parquet else "csv"
        self.export("--output=out", "--export=cpg", "--to=gallery", f"--gallery-tables={tables}", "--model-name=net")
        folder, ending = self.folder / "cpg/gallery/workspace_dl", ".parquet" if self.parquet else ".csv.gz"
        wells = anndata.read_h5ad(self.folder / "out/wells.h5ad")
        for plate, batch in wells.obs[["Metadata_Plate", "Metadata_Batch"]].drop_duplicates().itertuples(index=False):
            for suffix in ("", "_normalized"):
                self.assertTrue((folder / f"profiles/net/{batch}/{plate}/{plate}{suffix}{ending}").is_file())
            self.assertTrue(list((folder / f"embeddings/net/{batch}/{plate}").glob("*/*/embedding.npz")))
        self.assertTrue((folder / f"collated/net/collated{ending}").is_file())
        self.assertTrue((folder / f"consensus/net/consensus{ending}").is_file())
        said = program(self.folder, "export", "--embeddings=probe.h5ad", "--export=x", "--results=cells", "--to=gallery",
                       "--gallery-tables=csv", check=False)
        self.assertEqual(said.returncode, 2)
        self.assertIn("Metadata_Batch", said.stderr)

    def test_pycytominer(self):
        pythons = [python for python in interpreters() if has(python, "pycytominer")]
        if not pythons:
            self.skipTest("no interpreter has pycytominer (CYTOSCALE_TEST_PYTHON)")
        self.export("--output=out", "--export=pyc", "--to=csv,deepprofiler")
        for python in pythons:
            print(self.run_python(python, """
import importlib.metadata, numpy as np, pandas as pd, pycytominer
from pycytominer.cyto_utils import infer_cp_features
wells = pd.read_csv("pyc/wells.csv.gz", float_precision="round_trip")
features = infer_cp_features(wells)
assert features == [name for name in wells if name.startswith("Cells_")] and len(features) > 10
assert infer_cp_features(wells, metadata=True) == [name for name in wells if name.startswith("Metadata_")]
normalized = pycytominer.normalize(wells, samples="Metadata_Control == 'negcon'", method="standardize")
ours = pd.read_csv("pyc/profiles.csv.gz", float_precision="round_trip")
both = [name for name in ours if name.startswith("Cells_")]
spread = normalized.loc[normalized.Metadata_Control == "negcon", both].std(ddof=0)
both = [name for name in both if spread[name] > 1e-3]
assert len(both) > 5
scale = (ours[both] / normalized[both]).median()
np.testing.assert_allclose(ours[both], normalized[both] * scale, rtol=1e-6, atol=1e-8)
cells = pd.read_csv("pyc/cells.csv.gz", float_precision="round_trip")
means = pycytominer.aggregate(cells, strata=["Metadata_Plate", "Metadata_Well"], features="infer", operation="mean")
merged = wells.merge(means, on=["Metadata_Plate", "Metadata_Well"], suffixes=("", "_theirs"))
assert len(merged) == len(wells)
np.testing.assert_allclose(merged[[f + "_theirs" for f in features]].to_numpy(), merged[features].to_numpy(), rtol=1e-5, atol=1e-7)
from pycytominer.cyto_utils import DeepProfiler_processing as dp
data = dp.DeepProfilerData("pyc/deepprofiler/index.csv", "pyc/deepprofiler/features", filename_delimiter="/")
singles = dp.SingleCellDeepProfiler(data).get_single_cells(output=True)
assert len(singles) == len(cells)
np.testing.assert_array_equal(np.sort(singles["Location_Center_X"]), np.sort(cells["Metadata_Nuclei_Location_Center_X"].astype(np.float32)))
deep = [name for name in singles if name.startswith("resnet18_")]
means = pycytominer.aggregate(singles, strata=["Metadata_Plate", "Metadata_Well"], features=deep, operation="mean")
merged = wells.merge(means, on=["Metadata_Plate", "Metadata_Well"])
assert len(merged) == len(wells)
np.testing.assert_allclose(merged[deep].to_numpy(float), merged[features].to_numpy(), rtol=1e-5, atol=1e-7)
version = importlib.metadata.version("pycytominer")
if version != "1.2.4":  # which takes the well for the plate with this delimiter
    whole = dp.AggregateDeepProfiler(data, aggregate_operation="mean", aggregate_on="well").aggregate_deep()
    assert len(whole) == len(wells)
    merged = wells.merge(whole, on=["Metadata_Plate", "Metadata_Well"])
    np.testing.assert_allclose(merged[deep].to_numpy(float), merged[features].to_numpy(), rtol=1e-5, atol=1e-7)
print("pycytominer", version, "pandas", pd.__version__)
"""))

    def test_map_equals_copairs(self):
        python = self.needs("copairs")
        self.export("--output=out", "--export=map")
        self.run_python(python, """
import json, numpy as np, pandas as pd
from copairs import map as cmap
table = pd.read_csv("map/profiles.csv.gz", float_precision="round_trip")
metadata, features = table.filter(regex="^Metadata_").copy(), table.filter(regex="^(?!Metadata_)").to_numpy()
treatment = ["Metadata_Compound", "Metadata_Concentration"]
control = (metadata["Metadata_Control"] == "negcon").to_numpy()
metadata["reference"] = np.where(control, np.arange(len(metadata)), -1)
precision = cmap.average_precision(metadata, features, treatment, [], [], [*treatment, "reference"])
scores = cmap.mean_average_precision(precision[~control], treatment, null_size=1000, threshold=0.05, seed=0)
ours = pd.read_csv("out/retrieval.csv").query("kind == 'treatment'")
names = scores["Metadata_Compound"] + "_" + scores["Metadata_Concentration"].map("{:g}".format)
theirs = pd.Series(scores["mean_average_precision"].to_numpy(), names)
assert len(ours) == len(theirs) >= 4, (ours, theirs)
np.testing.assert_allclose(ours.set_index("name")["map"].loc[theirs.index], theirs, atol=1e-12)
""")

    def test_nothing_is_half_written(self):
        if not os.path.exists(SHIM):
            self.skipTest("there is no fault shim")
        given = [PROGRAM, "export", "--output=out", "--export=killed", "--results=wells,profiles"]
        faults = {**os.environ, "LD_PRELOAD": SHIM, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
        folder = self.folder / "killed"
        with open(self.folder / "killed.log", "w") as log:
            running = subprocess.Popen(given, cwd=self.folder, env={**faults, "FAULT_RULES": "rename:profiles.csv.gz:stall"}, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while not list(folder.glob("profiles.csv.gz.*.tmp")) and time.monotonic() < end:
            time.sleep(0.05)
        running.send_signal(signal.SIGKILL)
        running.wait()
        self.assertEqual(len(list(folder.glob("profiles.csv.gz.*.tmp"))), 1)
        self.assertFalse((folder / "profiles.csv.gz").exists())
        exact(folder / "wells.csv.gz")  # which came before it, is whole
        done = subprocess.run(given, cwd=self.folder, capture_output=True, text=True, timeout=120,
                              env={**faults, "FAULT_RULES": "write:profiles.csv.gz:ENOSPC"})
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("profiles.csv.gz", done.stderr)
        self.assertFalse((folder / "profiles.csv.gz").exists())
        program(self.folder, *given[1:])
        self.assertEqual(sorted(path.name for path in folder.glob("*.*")), ["profiles.csv.gz", "wells.csv.gz"])
        exact(folder / "profiles.csv.gz")

    def test_what_is_asked_wrongly_is_refused(self):
        for given, words in ((["--output=out", "--to=xlsx"], "xlsx"), (["--output=nowhere"], "there is nothing to export"),
                             (["--output=out", "--results=cells,plates"], "plates"), ([], "--output"),
                             (["--output=out", "--to=deepprofiler", "--results=wells"], "deepprofiler is of cells"),
                             (["--profiles=none.h5ad", "--results=profiles", "--export=x"], "none.h5ad")):
            done = program(self.folder, "export", *given, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)

    def test_the_lines_it_prints_run(self):
        python = self.needs("pandas", "pycytominer")
        said = program(self.folder, "export", "--output=out", "--export=lines").stdout
        lines = [line.strip() for line in said.splitlines() if line.startswith("  ") and "copairs" not in line]
        self.assertEqual(len(lines), 3, said)
        self.run_python(python, "import pandas, pycytominer\n" + "\n".join(lines) + "\nassert len(selected) == len(table) and features.shape[1] > 5")


if __name__ == "__main__":
    unittest.main()
