#!/usr/bin/env python3
"""The smallest study from end to end: killed while it trains, started again, started once more with nothing left to do, and with
a changed config.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_SOURCE_DIR, CYTOSCALE_MPIRUN (set by CTest).
"""
import csv
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest
import xml.dom.minidom

SOURCE = pathlib.Path(os.environ["CYTOSCALE_SOURCE_DIR"])
SCREEN = {"seed": 3, "moas": 2, "compounds-per-moa": 2, "concentrations": 1, "batches": 6, "replicates": 3,
          "single-group-moas": 0, "plates-per-batch": 1, "controls-per-plate": 1, "fields-per-well": 1, "field-size": 96,
          "nucleus-radius": 5, "cells-per-field": 7, "treatment": "Metadata_Compound"}
LEARNING = {"crop-size": 32, "batch-size": 8, "shard-size": 4, "validation-cells": 16, "warmup-steps": 1, "log-every": 10, "checkpoint-every": 4,
            "layers": "conv2a", "components": 3, "reduce-normalize": "standardize"}
VARIANTS = ["baseline", "rnn-3", "mixup-0.2"]


class StudyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path("study").resolve()
        shutil.rmtree(cls.folder, ignore_errors=True)
        cls.folder.mkdir()
        cls.output = cls.folder / "output"

    def command(self, steps, variants=VARIANTS, ranks=1):
        config = self.folder / "tiny.cfg"
        config.write_text("".join(f"{key} = {value}\n" for key, value in (SCREEN | LEARNING | {"steps": steps}).items()))
        return [sys.executable, SOURCE / "tools/studies/main.py", "chemical", "--config", config, "--output", self.output,
                "--variants", ",".join(variants), "--seeds", "1", "--ranks", str(ranks)]

    def study(self, steps, variants=VARIANTS):
        done = subprocess.run(self.command(steps, variants), capture_output=True, text=True, timeout=400)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        ran = [line.split()[-3].rstrip(":") for line in done.stdout.splitlines() if line.startswith("[") and line.endswith(" s")]
        return ran, json.loads(done.stdout.splitlines()[-1])

    def stamp(self, name):
        try:
            return json.loads((self.output / "state" / f"{name}.json").read_text())
        except (OSError, ValueError):
            return {}

    def kill_while_it_trains(self, steps):
        study = subprocess.Popen(self.command(steps, ranks=2), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        model = self.output / "runs/baseline_seed1/model"
        until = time.time() + 400
        while not list(model.glob("checkpoint_*")):
            self.assertLess(time.time(), until, "it never trained")
            self.assertIsNone(study.poll(), "it ended too early")
            time.sleep(0.05)
        study.send_signal(signal.SIGKILL)
        study.wait()

    def test_it_goes_on_where_it_was_stopped(self):
        steps = 40
        self.kill_while_it_trains(steps)
        self.assertFalse(self.stamp("baseline_seed1.train")["done"])
        jobs = ["train", "embed", "reduce", "evaluate"]
        ran, table = self.study(steps)
        self.assertEqual(ran, [f"{variant}_seed1/{job}" for variant in VARIANTS for job in jobs])
        self.assertIn("continuing from", (self.output / "logs/baseline_seed1.train.log").read_text())
        self.assertEqual(self.stamp("screen.simulate")["starts"], 1)
        self.check_results(table)
        again, same = self.study(steps)
        self.assertEqual(again, [])
        self.assertEqual(same, table)
        (self.output / "runs/baseline_seed1/profiles.h5ad").unlink()
        self.assertEqual(self.study(steps)[0], ["baseline_seed1/reduce"])
        # A changed config: trained anew, on the same screen.
        self.assertEqual(self.study(3, ["baseline"])[0], [f"baseline_seed1/{job}" for job in jobs])

    def check_results(self, table):
        rows = {row["method"]: row for row in table["rows"]}
        self.assertEqual({"untrained network", "untrained network, PCA", "untrained network, factor analysis", *VARIANTS}, set(rows))
        for name, row in rows.items():
            for score in ("nsc", "nscb", "replicate_accuracy"):
                self.assertTrue(0 <= row[score]["mean"] <= 1, (name, score))
            self.assertEqual(row["validation_accuracy"] is not None, name in VARIANTS, name)
        metrics = json.loads((self.output / "runs/baseline_seed1/metrics.json").read_text())["nscb_disjoint"]
        self.assertEqual(rows["baseline"]["nscb"]["mean"], metrics["correct"] / metrics["total"])
        with open(self.output / "study.csv", newline="") as file:
            lines = list(csv.DictReader(file))
        self.assertEqual({line["method"] for line in lines}, set(rows))
        self.assertAlmostEqual(float([l for l in lines if l["method"] == "baseline"][0]["nscb"]), rows["baseline"]["nscb"]["mean"], 5)
        self.assertIn("| Baseline CNN |", (self.output / "table.md").read_text())
        xml.dom.minidom.parse(str(self.output / "figure5.svg"))

    def test_bad_options_are_refused(self):
        for more, word in [(["--variants", "mixup-9"], "mixup-9"), (["--profiles", "nowhere.csv"], "nowhere.csv"),
                           (["--seeds", "-1"], "--seeds")]:
            done = subprocess.run([*self.command(3), *more], capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, more)
            self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main()
