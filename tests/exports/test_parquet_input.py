#!/usr/bin/env python3
"""Tables that are Parquet, as pandas writes them, give what the same tables give as CSV: profiles, manifest, plate map, compounds.
What is no table of text is refused by name. Without Arrow C++ the file is called what it is (tests/jobs/test_field_inputs.py).

Environment: as small_run.py says.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from small_run import interpreter_with, program, small_run, writes_parquet

try:
    import anndata
    import numpy as np
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

PYTHON = interpreter_with(("pandas", "pyarrow"))
if not PYTHON:
    print("skipped: no interpreter has pandas and pyarrow (CYTOSCALE_TEST_PYTHON)")
    sys.exit(77)


class ParquetInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="parquet."))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        small_run(cls.folder)
        if not writes_parquet(cls.folder):
            raise unittest.SkipTest("this program was built without Arrow C++")
        program(cls.folder, "export", "--output=out", "--to=csv,parquet")

    def pandas(self, code):
        code = "import numpy as np, pandas as pd, pyarrow as pa, pyarrow.parquet as pq\n" + code
        done = subprocess.run([PYTHON, "-W", "ignore", "-c", code], cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)

    def metrics(self, profiles):
        program(self.folder, "evaluate", f"--profiles={profiles}", "--metrics=m.json", "--bootstrap=100")
        metrics = json.loads((self.folder / "m.json").read_text())
        metrics.pop("provenance")
        return metrics

    def refusal(self, path, job=("evaluate", "--profiles={}")):
        done = program(self.folder, job[0], job[1].format(path), "--metrics=m.json", check=False)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        return done.stderr

    def test_profiles(self):
        expected = self.metrics("out/export/profiles.csv.gz")
        self.assertEqual(self.metrics("out/export/profiles.parquet"), expected)
        self.pandas("""
table = pd.read_csv("out/export/profiles.csv.gz", float_precision="round_trip")
table["Metadata_Compound"] = table["Metadata_Compound"].astype("category")
table["Metadata_Used"] = [i % 2 == 0 for i in range(len(table))]
table = table.sample(frac=1, random_state=0).sort_index()
table.index = [f"row{i}" for i in range(len(table))]
for kind in ("snappy", "gzip", "zstd"):
    table.to_parquet(f"{kind}.parquet", compression=kind, row_group_size=5)
""")
        for kind in ("snappy", "gzip", "zstd"):
            self.assertEqual(self.metrics(f"{kind}.parquet"), expected, kind)

    def test_numbers_are_those_of_csv(self):
        self.pandas("""
rng = np.random.default_rng(1)
wells = 24
table = pd.DataFrame({"Metadata_Plate": ["p%d" % (i % 2) for i in range(wells)], "Metadata_Well": ["A%02d" % (i + 1) for i in range(wells)],
                      "Metadata_Compound": ["c%d" % (i // 4) for i in range(wells)], "Metadata_MOA": ["m%d" % (i // 8) for i in range(wells)],
                      "Metadata_Batch": [None if i == 3 else "b%d" % (i % 2) for i in range(wells)],
                      "Metadata_Concentration": np.float32([0.1, 3] * (wells // 2)), "Metadata_Control": "trt"})
for f in range(12):
    table[f"f_{f}"] = (rng.normal(size=wells) * 10.0 ** rng.integers(-9, 9)).astype(np.float32 if f % 2 else np.float64)
table["f_int"] = rng.integers(-3, 9, wells).astype(np.int8)
table["f_uint"] = rng.integers(0, 200, wells).astype(np.uint8)
table.loc[3, "f_1"] = np.nan
table.to_csv("typed.csv", index=False)
table.to_parquet("typed.parquet")
""")
        given = ("--treatment=Metadata_Compound,Metadata_Concentration", "--normalize=none", "--bootstrap=0", "--metrics=m.json")
        figures = []
        for path in ("typed.csv", "typed.parquet"):
            program(self.folder, "evaluate", f"--profiles={path}", *given)
            figures.append(json.loads((self.folder / "m.json").read_text()))
            figures[-1].pop("provenance")
        self.assertEqual(*figures)

    def test_manifest_plate_map_and_compounds(self):
        self.pandas("""
import os
manifest = pd.read_csv("screen/screen.csv", dtype={"Metadata_Site": int})
keep = [c for c in manifest if c in ("Metadata_Plate", "Metadata_Well", "Metadata_Site") or not c.startswith("Metadata_")]
wells = manifest.drop_duplicates(["Metadata_Plate", "Metadata_Well"])
given = wells[["Metadata_Plate", "Metadata_Well"]].assign(broad_sample=wells["Metadata_Compound"].str.upper(), dose=wells["Metadata_Concentration"].astype("float32"))
compounds = wells[["Metadata_Compound", "Metadata_MOA"]].drop_duplicates("Metadata_Compound")
compounds = pd.DataFrame({"broad_sample": compounds["Metadata_Compound"].str.upper(), "Compound": compounds["Metadata_Compound"], "MOA": compounds["Metadata_MOA"].astype("category"), "weight": None})
for name, table in {"manifest": manifest[keep], "map": given, "compounds": compounds}.items():
    table.to_csv(name + ".csv", index=False)
    table.to_parquet(name + ".parquet")
""")
        found = {}
        for kind in ("csv", "parquet"):
            given = [f"--manifest=manifest.{kind}", "--image-root=screen", f"--platemap=map.{kind}", f"--compounds=compounds.{kind}",
                     f"--output=of_{kind}"]
            program(self.folder, "segment", *given, "--min-nucleus-area=15")
            program(self.folder, "embed", *given, "--model=untrained", "--device=cpu", "--crop-size=32", "--layers=conv1")
            found[kind] = anndata.read_h5ad(self.folder / f"of_{kind}/embeddings.h5ad")
        self.assertIn("Metadata_MOA", found["csv"].obs)
        self.assertTrue(found["csv"].obs.equals(found["parquet"].obs))
        np.testing.assert_array_equal(found["csv"].X, found["parquet"].X)

    def test_what_is_no_table_of_text_is_named(self):
        self.pandas("""
pq.write_table(pa.table({"Metadata_Plate": ["p"], "f_0": [[1.0, 2.0]]}), "lists.parquet")
pq.write_table(pa.table({"Metadata_Plate": [b"\\x01"], "f_0": [1.0]}), "bytes.parquet")
pq.write_table(pa.Table.from_arrays([pa.array([1.0]), pa.array([2.0])], ["f_0", "f_0"]), "twice.parquet")
bad = pa.Array.from_buffers(pa.utf8(), 1, [None, pa.py_buffer(np.int32([0, 1]).tobytes()), pa.py_buffer(b"\\xb5")])
pq.write_table(pa.table({"Metadata_Plate": bad, "f_0": [1.0]}), "latin.parquet")
""")
        self.assertIn("column 'f_0' is of type list", self.refusal("lists.parquet"))
        self.assertIn("column 'Metadata_Plate' is of type binary", self.refusal("bytes.parquet"))
        self.assertIn("occurs twice", self.refusal("twice.parquet"))
        self.assertIn("UTF8", self.refusal("latin.parquet").replace("UTF-8", "UTF8"))
        whole = (self.folder / "out/export/profiles.parquet").read_bytes()
        for name, bytes_ in {"cut": whole[: len(whole) // 2], "short": whole[:6], "middle": whole[:300] + bytes(200) + whole[500:]}.items():
            (self.folder / f"{name}.parquet").write_bytes(bytes_)
            self.assertIn(f"{name}.parquet: the Parquet file cannot be read", self.refusal(f"{name}.parquet"))


if __name__ == "__main__":
    unittest.main()
