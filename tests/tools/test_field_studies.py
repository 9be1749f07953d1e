#!/usr/bin/env python3
"""The studies of networks over fields, as small as they go: every step runs, the table is there, and a second start has nothing to do.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_SOURCE_DIR, CYTOSCALE_MPIRUN (set by CTest).
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest
import xml.dom.minidom

SOURCE = pathlib.Path(os.environ["CYTOSCALE_SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "tools/studies"))
import paired  # noqa: E402

LEARNING = {"examples": "fields", "batch-size": 8, "shard-size": 4, "warmup-steps": 1, "steps": 3}
SAILEM = LEARNING | {"fields-per-class": 6, "treatment": "Metadata_Class", "validation-column": "Metadata_Plate",
                     "validation-values": "validation", "crop-size": 0, "crop-normalization": "mean-image", "architecture": "wscnn4"}
KRAUS = LEARNING | {"moas": 2, "compounds-per-moa": 2, "concentrations": 1, "away-compounds": 0, "single-group-moas": 0, "replicates": 2,
                    "batches": 2, "plates-per-batch": 1, "controls-per-plate": 1, "fields-per-well": 2, "field-size": 128,
                    "nucleus-radius": 6, "cells-per-field": 8, "response-fraction": "0.5,1", "compartments": 2, "strains": 1,
                    "architecture": "mil_cnn", "treatment": "Metadata_MOA", "replicates-of": "Metadata_Compound", "exclude-controls": "true",
                    "crop-size": 96, "crop-normalization": "dataset", "validation-fraction": 0}


class FieldStudies(unittest.TestCase):
    def study(self, name, settings, variants, seeds):
        folder = pathlib.Path(name).resolve()
        config = pathlib.Path(f"{name}.cfg").resolve()
        config.write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
        done = subprocess.run([sys.executable, SOURCE / "tools/studies/main.py", name, "--config", config, "--output", folder,
                               "--variants", variants, "--seeds", str(seeds)], capture_output=True, text=True, timeout=280)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        ran = [line for line in done.stdout.splitlines() if line.startswith("[") and line.endswith(" s")]
        return ran, json.loads(done.stdout.splitlines()[-1]), folder

    def check(self, name, settings, variants, methods, seeds=1):
        shutil.rmtree(name, ignore_errors=True)
        ran, table, folder = self.study(name, settings, variants, seeds)
        self.assertTrue(ran)
        self.assertEqual([row["method"] for row in table["rows"]], methods)
        again, same, _ = self.study(name, settings, variants, seeds)
        self.assertEqual(again, [])
        self.assertEqual(same, table)
        for file in ("study.csv", "table.md"):
            self.assertIn(methods[0].split(",")[0], (folder / file).read_text())
        return table, folder

    def test_rare_phenotypes(self):
        table, _ = self.check("sailem", SAILEM, "max,fc",
                              ["Sim 1, Max", "Sim 2, Max, trained on Sim 1", "Sim 1, Max, localization", "Sim 1, FC"])
        for row in table["rows"]:
            self.assertTrue(0 <= row["accuracy"]["mean"] <= 1)
        self.assertEqual(table["rows"][0]["published"]["accuracy"], 99.62)

    def test_multiple_instances(self):
        table, folder = self.check("kraus", KRAUS, "noisy-and-10,max",
                                   ["noisy-AND a = 10", "max", "Several labels, noisy-AND a = 10"], seeds=2)
        self.assertEqual([row["seeds"] for row in table["rows"]], [2, 2, 2])
        truths = [(folder / f"screen_seed{seed}" / "truth.csv").read_text() for seed in (1, 2)]
        self.assertNotEqual(truths[0], truths[1])
        self.assertTrue(0 <= table["rows"][0]["iou"]["mean"] <= 1)
        self.assertIsNone(table["rows"][1]["iou"])
        self.assertEqual(list(table["pairs"]), ["max"])
        pair, rows = table["pairs"]["max"], table["rows"]
        fields = pair["fields"]
        self.assertEqual(fields, 16)  # of two screens: 4 compounds x 2 fields of the one well in the batch held out
        self.assertAlmostEqual((pair["only_reference"] - pair["only_other"]) / fields,
                               rows[0]["field"]["mean"] - rows[1]["field"]["mean"], 9)
        for figure in ("map", "iou"):
            self.assertTrue(0 <= table["rows"][2][figure]["mean"] <= 1)
        self.assertEqual(sorted(table["thresholds"]["10"]), sorted(table["fractions"]))
        self.assertAlmostEqual(table["fractions"]["Microtubule destabilizers"], 1, 9)
        for of_two_classes in table["correlations"]["10"]["values"]:
            self.assertAlmostEqual(abs(of_two_classes), 1, 6)
        xml.dom.minidom.parse(str(folder / "thresholds.svg"))

    def test_pairs(self):
        # scipy.stats.binomtest(min, sum).pvalue
        for first, second, p in ((5, 11, 0.21011352539), (12, 17, 0.45825831962), (0, 6, 0.03125), (4, 4, 1), (0, 0, 1)):
            self.assertAlmostEqual(paired.two_sided(first, second), p, 9)
        self.assertTrue(0 <= paired.two_sided(900, 1100) < 1e-4)
        header = "level,name,truth,predicted,correct\n"
        for name, field in (("a.csv", "x,1"), ("b.csv", "x,0"), ("c.csv", "y,0")):
            pathlib.Path(name).write_text(header + "field,{},l,l,{}\nwell,w,l,l,0\n".format(*field.split(",")))
        self.assertEqual(paired.compare(["a.csv", "b.csv"], ["b.csv", "b.csv"]),
                         {"fields": 2, "only_reference": 1, "only_other": 0, "p": 1})
        with self.assertRaises(ValueError):
            paired.compare(["a.csv"], ["c.csv"])


if __name__ == "__main__":
    unittest.main()
