#!/usr/bin/env python3
"""The report of a run judged: every figure is metrics.json's, the page is well-formed and needs nothing else, what is not there is
left out with the reason, and a report that cannot be made does not fail the run.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_MPIRUN (set by CTest).
"""
import csv
import functools
import html
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import unittest

from report_page import Page, chromium, seconds_in_chromium

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "exports"))
from small_run import interpreter_with  # noqa: E402

PROGRAM, MPIRUN = os.environ["CYTOSCALE_PROGRAM"], shlex.split(os.environ["CYTOSCALE_MPIRUN"])
SCREEN = ["--moas=3", "--compounds-per-moa=2", "--concentrations=2", "--batches=4", "--replicates=2", "--plates-per-batch=1",
          "--controls-per-plate=4", "--fields-per-well=1", "--channels=DNA,Actin", "--field-size=96", "--nucleus-radius=5",
          "--cells-per-field=8", "--masks"]
OPTIONS = ["--manifest=screen/screen.csv", "--crop-size=32", "--steps=4", "--warmup-steps=1", "--batch-size=16", "--shard-size=8", "--threads=1",
           "--device=cpu", "--layers=conv4b,conv5b", "--bootstrap=100", "--null-size=200", "--compare-untrained=true", "--sweep=true",
           "--report-cells=200", "--drop-blurred=0.3", "--drop-outliers=3"]


def run(job, *options, output=True, expect=0):
    if output:
        options = [f"--output={options[0]}", *options[1:]]
    done = subprocess.run([*MPIRUN, "-n", "2", PROGRAM, job, *options], capture_output=True, text=True, timeout=250)
    assert done.returncode == expect, (job, done.returncode, done.stderr)
    return done.stderr


def at(metrics, pointer):
    keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    return functools.reduce(lambda value, key: value[int(key)] if isinstance(value, list) else value[key], keys, metrics)


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for name in ("screen", "out", "alone", "empty", "masked"):
            shutil.rmtree(name, ignore_errors=True)
        run("simulate", "screen", *SCREEN)
        cls.log = run("run", "out", *OPTIONS)
        cls.page = Page(pathlib.Path("out/report.html").read_text(encoding="utf-8"))
        cls.metrics = json.loads(pathlib.Path("out/metrics.json").read_text())

    def test_page_is_well_formed_and_stands_alone(self):
        self.page.check(self)
        self.assertGreater(len(self.page.drawings()), 20)

    def test_every_figure_is_that_of_metrics_json(self):
        self.assertGreater(len(self.page.figures), 60)
        for path, value, text in self.page.figures:
            truth = at(self.metrics, path)
            self.assertEqual(value, truth, path)
            number = float(re.sub(r"[ %,]", "", text))
            percent = "%" in text or "/ci95/" in path
            self.assertLess(abs(number - (100 * truth if percent and "top_percent" not in path else truth)),
                            0.0501 if percent else 0.01 * abs(truth) + 1e-12, (path, text))
        shown = {path for path, _, _ in self.page.figures}
        for number, row in enumerate(self.metrics["compared"]):
            for key, score in row.items():
                for value in ("accuracy", "mean"):
                    if isinstance(score, dict) and value in score:
                        self.assertIn(f"/compared/{number}/{key}/{value}", shown)
            for key in ("nsc", "nscb_disjoint", "nscb_joined", "map_replicates", "map_classes"):
                self.assertIn(key, row)
        for number, entry in enumerate(self.metrics["sweep"]):
            for key, score in entry.items():
                if isinstance(score, dict) and "accuracy" in score:
                    for part in ("accuracy", "correct", "total"):
                        self.assertIn(f"/sweep/{number}/{key}/{part}", shown)

    def told(self, label):
        """What the marks of a drawing say to a pointer."""
        drawing = next(d for d in self.page.drawings() if f'aria-label="{label}"' in d)
        return [html.unescape(title) for title in re.findall(r"<title>(.*?)</title>", drawing)]

    @staticmethod
    def text_of(score, value):
        interval = " [{:.1f}, {:.1f}]".format(*(100 * bound for bound in score["ci95"])) if "ci95" in score else ""
        return f"{100 * score[value]:.1f} %{interval}"

    def test_marks_of_figures_say_what_metrics_json_says(self):
        titles = {"nsc": "NSC", "nscb_disjoint": "NSCB, disjoint", "nscb_joined": "NSCB, joined", "map_replicates": "mAP, replicates",
                  "map_classes": "mAP, classes", "replicate_accuracy": "replicates"}
        told = self.told("scores with 95 % intervals")
        for row in self.metrics["compared"]:
            for key, title in titles.items():
                self.assertIn(f"{title}, {row['name']}: {self.text_of(row[key], 'mean' if key.startswith('map') else 'accuracy')}", told)
        told, expected = self.told("accuracies by layer"), 0
        for entry in self.metrics["sweep"]:
            for key, score in entry.items():
                if isinstance(score, dict) and "accuracy" in score:
                    self.assertIn(f"{entry['layer']}, {entry['profiles']}, {entry['normalize']}: {self.text_of(score, 'accuracy')}", told)
                    expected += 1
        self.assertEqual(len(told), expected)

    def test_quality_control_is_that_of_dropped_csv(self):
        with open("out/dropped.csv", newline="") as file:
            dropped = list(csv.DictReader(file))
        self.assertTrue({"outlying area"} <= {row["reason"] for row in dropped}, dropped)
        words = " ".join(self.page.words)
        fields = {}
        for row in dropped:  # a field that was left out for several reasons counts once
            key = (row["Metadata_Plate"], row["Metadata_Well"], row["Metadata_Site"])
            whole = row["reason"] in ("blurred", "saturated")
            fields[key] = max(fields.get(key, 0), int(row["cells"])) if whole else fields.get(key, 0) + int(row["cells"])
        self.assertRegex(words, rf"{sum(fields.values())} of \d[\d,]* cells were left out")
        for option in ("--drop-blurred 0.3", "--drop-outliers 3", "--min-nucleus-area 20"):
            self.assertIn(option, words)
        for label, count in (("focus of the fields", len(self.fields())), ("area of the cells", self.cells())):
            counts = [int(text.rsplit(": ", 1)[1].split()[0].replace(",", "")) for text in self.told(label) if ": " in text]
            self.assertEqual(sum(counts), count, label)

    @staticmethod
    def fields():
        with open("screen/screen.csv", newline="") as file:
            return list(csv.DictReader(file))

    def cells(self):
        return int(re.search(r'<b>([\d,]+)</b><span>cells</span>', self.page.text).group(1).replace(",", ""))

    def test_outlines_are_those_of_masks(self):
        masks = "--masks=screen/masks/cells/{Plate}_{Well}_s{Site}.tif"
        run("segment", "masked", "--manifest=screen/screen.csv", masks, "--drop-border", "--threads=1")
        for more, circles in ([masks], 0), ([], 1):
            run("report", "masked", "--manifest=screen/screen.csv", "--pixel-size=0.5", *more)
            page = Page(pathlib.Path("masked/report.html").read_text(encoding="utf-8"))
            page.check(self)
            words = " ".join(page.words)
            self.assertEqual("Circles: cells that segment was given" in words, bool(circles))
            self.assertIn("10 µm", words)
            self.assertRegex(words, r"\d+ left out: border")
            self.assertEqual("found, and left out" in words, not circles)

    def test_maps_are_read_by_scanpy_and_meet_scikit_learn(self):
        python = interpreter_with(["scanpy", "sklearn"])
        if not python:
            self.skipTest("no interpreter of CYTOSCALE_TEST_PYTHON has scanpy and scikit-learn")
        done = subprocess.run([python, "-W", "ignore", HERE / "judge_maps.py", "out"], capture_output=True, text=True, timeout=200)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_confusion_is_that_of_metrics_json(self):
        for rule, confusion in self.metrics["confusion"].items():
            drawn = re.search(rf'<figure data-path="/confusion/{rule}">(.*?)</figure>', self.page.text, re.S).group(1)
            shown = re.findall(r"<title>(.*?) matched with (.*?): (\d+) of \d+</title>", drawn)
            columns = confusion["classes"] + ["(none)"]
            for truth, matched, count in shown:
                row = confusion["counts"][confusion["classes"].index(truth)]
                self.assertEqual(int(count), row[columns.index(matched)])
            self.assertGreaterEqual(len(shown), len(confusion["classes"]) ** 2)

    def test_nearest_neighbors_are_those_of_matches_csv(self):
        with open("out/matches.csv", newline="") as file:
            matches = {row["treatment"]: row for row in csv.DictReader(file)}
        self.assertEqual(len(self.page.neighbors), len(matches))
        for treatment, nearest, similarity in self.page.neighbors:
            self.assertEqual(nearest, matches[treatment]["nsc_nearest"])
            self.assertEqual(similarity, float(matches[treatment]["nsc_similarity"]))

    def test_every_part_is_there(self):
        words = " ".join(self.page.words)
        for part in ("Scores", "What was run", "Edge wells", "Distance from the controls", "Quality control", "Fields and cells", "Training", "Confusion",
                     "Layers", "trustworthiness", "cosine similarity", "drawn at random from one field", "nearest control"):
            self.assertIn(part, words)
        self.assertIn("localize was not run", words)
        self.assertRegex(words, r"train\s+steps\s+4")
        self.assertNotIn("No example cells", words)

    def test_same_results_same_page_and_it_is_not_made_anew(self):
        run("run", "out", *OPTIONS)
        files = [pathlib.Path("out") / name for name in ("report.html", "treatment_map.h5ad", "cell_map.h5ad")]
        before = [file.read_bytes() for file in files]
        self.assertIn("report: complete, skipped", run("run", "out", *OPTIONS))
        run("report", "out", "--manifest=screen/screen.csv", "--report-cells=200", "--threads=2")
        self.assertEqual(before, [file.read_bytes() for file in files])
        run("verify", "out/treatment_map.h5ad", "out/cell_map.h5ad", output=None)

    def test_what_is_not_there_is_left_out(self):
        os.mkdir("alone")
        for name in ("metrics.json", "matches.csv"):
            shutil.copy(f"out/{name}", f"alone/{name}")
        log = run("report", "alone")
        page = Page(pathlib.Path("alone/report.html").read_text(encoding="utf-8"))
        page.check(self)
        self.assertIn("there is no profiles.h5ad", log)
        self.assertIn("there is no train_log.csv", " ".join(page.words))

    def test_nothing_to_show_is_refused(self):
        os.mkdir("empty")
        self.assertIn("no results to show", run("report", "empty", expect=2))
        self.assertIn("--perplexity", run("report", "out", "--perplexity=0", expect=2))

    def test_run_does_not_fail_with_its_report(self):
        log = run("run", "out", *OPTIONS, "--report=out/metrics.json/report.html")
        self.assertIn("no report: ", log)

    @unittest.skipUnless(chromium(), "there is no Chromium")
    def test_chromium_draws_it(self):
        _, dom = seconds_in_chromium(f"file://{os.path.abspath('out/report.html')}")
        self.assertIn("Nearest neighbors", dom)


if __name__ == "__main__":
    unittest.main(verbosity=2)
