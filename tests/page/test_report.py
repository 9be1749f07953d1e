#!/usr/bin/env python3
"""The report of a run judged: every figure is metrics.json's, the page is well-formed and needs nothing else, what is not there is
left out with the reason, and a report that cannot be made does not fail the run.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_MPIRUN (set by CTest).
"""
import csv
import functools
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import unittest

from report_page import Page, chromium, seconds_in_chromium

PROGRAM, MPIRUN = os.environ["CYTOSCALE_PROGRAM"], shlex.split(os.environ["CYTOSCALE_MPIRUN"])
SCREEN = ["--moas=3", "--compounds-per-moa=2", "--concentrations=2", "--batches=3", "--replicates=3", "--plates-per-batch=1",
          "--controls-per-plate=4", "--fields-per-well=1", "--channels=DNA,Actin", "--field-size=96", "--nucleus-radius=5",
          "--cells-per-field=8"]
OPTIONS = ["--manifest=screen/screen.csv", "--crop-size=32", "--steps=4", "--warmup-steps=1", "--batch-size=16", "--shard-size=8", "--threads=1",
           "--device=cpu", "--layers=conv4b,conv5b", "--bootstrap=100", "--null-size=200", "--compare-untrained=true", "--sweep=true",
           "--report-cells=200"]


def run(job, output, *options, expect=0):
    done = subprocess.run([*MPIRUN, "-n", "2", PROGRAM, job, f"--output={output}", *options], capture_output=True, text=True,
                          timeout=250)
    assert done.returncode == expect, (job, done.returncode, done.stderr)
    return done.stderr


def at(metrics, pointer):
    keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]
    return functools.reduce(lambda value, key: value[int(key)] if isinstance(value, list) else value[key], keys, metrics)


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for name in ("screen", "out", "alone", "empty"):
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
                if isinstance(score, dict) and "accuracy" in score:
                    self.assertIn(f"/compared/{number}/{key}/accuracy", shown)

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
        for part in ("Scores", "What was run", "Edge wells", "Distance from the controls", "Fields and cells", "Training", "Confusion",
                     "Layers", "trustworthiness", "cosine similarity", "its cells", "nearest control"):
            self.assertIn(part, words)
        self.assertIn("localize was not run", words)
        self.assertRegex(words, r"train\s+steps\s+4")
        self.assertNotIn("No example cells", words)

    def test_same_results_same_page_and_it_is_not_made_anew(self):
        run("run", "out", *OPTIONS)
        before = pathlib.Path("out/report.html").read_bytes()
        self.assertIn("report: complete, skipped", run("run", "out", *OPTIONS))
        run("report", "out", "--manifest=screen/screen.csv", "--report-cells=200", "--threads=1")
        self.assertEqual(before, pathlib.Path("out/report.html").read_bytes())

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
