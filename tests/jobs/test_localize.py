#!/usr/bin/env python3
"""Networks over fields judged: a screen of tagged proteins (several labels, only some cells show them) is simulated with masks, a
network is trained on it for a moment, fields are predicted, evaluated and localized. Oracles: scikit-learn for the figures of
`evaluate --predictions`; numpy for the scores of `localize`, from the masks it writes.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_MPIRUN (set by CTest).
"""
import csv
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import unittest

try:
    import h5py
    import numpy as np
    from PIL import Image
    from sklearn import metrics
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

PROGRAM, MPIRUN = os.environ["CYTOSCALE_PROGRAM"], shlex.split(os.environ["CYTOSCALE_MPIRUN"])
SCREEN = ["--design=strains", "--compartments=3", "--strains=1", "--batches=2", "--plates-per-batch=1", "--controls-per-plate=2",
          "--fields-per-well=2", "--channels=DNA,GFP", "--field-size=128", "--nucleus-radius=5", "--cells-per-field=8",
          "--response-fraction=0.5,1", "--masks=true"]
TRAINING = ["--examples=fields", "--crop-size=0", "--crop-normalization=dataset", "--batch-size=8", "--shard-size=4", "--steps=6",
            "--warmup-steps=1", "--validation-fraction=0", "--threads=1", "--device=cpu"]
LABELS = ["--treatment=Metadata_Localization", "--several-labels=true"]
MASKS = "masks/cells/{Plate}_{Well}_s{Site}.tif"


def run(job, output, *options, ranks=1, expect=0):
    command = [*MPIRUN, "-n", str(ranks), PROGRAM, job, f"--output={output}", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, (command, done.returncode, done.stderr)
    return done.stderr


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def picture(path):
    return np.array(Image.open(path)).astype(int)


class Localize(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for name in ("strains", "shapes", "several", "one"):
            shutil.rmtree(name, ignore_errors=True)
        run("simulate", "strains", *SCREEN, ranks=2)
        run("simulate-shapes", "shapes", "--fields-per-class=6")
        cls.strains, cls.shapes = "--manifest=strains/screen.csv", "--manifest=shapes/screen.csv"
        run("train", "several", cls.strains, *LABELS, *TRAINING, "--exclude-controls=true", "--architecture=mil_cnn")
        run("train", "one", cls.shapes, "--treatment=Metadata_Class", *TRAINING, "--architecture=wscnn4")

    def table(self, folder):
        with h5py.File(f"{folder}/predictions.h5ad") as file:
            values, labels = file["X"][()], [text.decode() for text in file["var/_index"][()]]
            obs = file["obs"]
            columns = {name: np.array([c.decode() for c in obs[name]["categories"][()]])[obs[name]["codes"][()]]
                       for name in obs if isinstance(obs[name], h5py.Group) and "codes" in obs[name]}
        return values, labels, columns

    def compare(self, found, truth, told, values, labels):
        several = truth.ndim == 2
        self.assertAlmostEqual(found["accuracy"]["accuracy"], metrics.accuracy_score(truth, told), 9)
        recall = metrics.recall_score(truth, told, average=None, zero_division=0, labels=range(len(labels)))
        precision = metrics.precision_score(truth, told, average=None, zero_division=0, labels=range(len(labels)))
        each = truth if several else np.eye(len(labels), dtype=int)[truth]
        occur = each.sum(0) > 0
        self.assertAlmostEqual(found["mean_class_accuracy"], recall[occur].mean(), 9)
        self.assertAlmostEqual(found["mean_precision"], precision[occur].mean(), 9)
        ap = [metrics.average_precision_score(each[:, k], values[:, k]) for k in range(len(labels))]
        self.assertAlmostEqual(found["map"], np.mean(ap), 6)
        for k, label in enumerate(labels):
            entry = found["per_label"][label]
            self.assertEqual(entry["n"], each[:, k].sum())
            self.assertAlmostEqual(entry["precision"], precision[k], 9)
            self.assertAlmostEqual(entry["recall"], recall[k], 9)
            self.assertAlmostEqual(entry["average_precision"], ap[k], 6)

    def test_figures_of_several_labels_are_those_of_scikit_learn(self):
        run("predict", "several", self.strains)
        notes = run("evaluate", "several", *LABELS, "--predictions=several/predictions.h5ad", "--replicates-of=Metadata_Strain")
        self.assertIn("untagged", notes)  # controls: no label that the network knows
        values, labels, obs = self.table("several")
        figures = json.loads(pathlib.Path("several/metrics.json").read_text())["classification"]
        self.assertEqual(sorted(figures), ["field", "treatment", "well"])
        strains = obs["Metadata_Strain"] != "untagged"
        truth = np.array([[label in text.split("|") for label in labels] for text in obs["Metadata_Localization"]], int)
        self.compare(figures["field"], truth[strains], (values >= 0.5)[strains].astype(int), values[strains], labels)
        names = sorted(set(obs["Metadata_Strain"][strains]))
        wells = {}
        for i in np.flatnonzero(strains):
            wells.setdefault((obs["Metadata_Strain"][i], obs["Metadata_Plate"][i], obs["Metadata_Well"][i]), []).append(i)
        median = [np.median([np.median(values[rows], 0) for (strain, _, _), rows in wells.items() if strain == name], 0) for name in names]
        where = [np.flatnonzero(obs["Metadata_Strain"] == name)[0] for name in names]
        self.compare(figures["treatment"], truth[where], (np.array(median) >= 0.5).astype(int), np.array(median), labels)
        self.assertEqual(len([r for r in rows_of("several/predicted.csv") if r["level"] == "treatment"]), len(names))

    def test_figures_of_one_label_are_those_of_scikit_learn(self):
        run("predict", "one", self.shapes)
        run("evaluate", "one", "--treatment=Metadata_Class", "--predictions=one/predictions.h5ad", "--test-select=Metadata_Plate=test")
        values, labels, obs = self.table("one")
        test = obs["Metadata_Plate"] == "test"
        truth = np.array([labels.index(name) for name in obs["Metadata_Class"]])
        figures = json.loads(pathlib.Path("one/metrics.json").read_text())["classification"]
        self.compare(figures["field"], truth[test], values[test].argmax(1), values[test], labels)
        self.assertEqual(figures["field"]["confusion"]["counts"], metrics.confusion_matrix(truth[test], values[test].argmax(1)).tolist())

    def test_any_number_of_ranks_finds_the_same(self):
        for ranks in (1, 2, 4):
            run("localize", f"several/ranks{ranks}", self.strains, "--model=several/model", "--label=all", "--overlays=3",
                f"--truth-masks=strains/{MASKS}", ranks=ranks)
        files = sorted(p.relative_to("several/ranks1") for p in pathlib.Path("several/ranks1").rglob("*")
                       if p.is_file() and p.parent.name != "state")  # times
        self.assertEqual(len([f for f in files if f.suffix == ".png"]), 3)
        for ranks in (2, 4):
            for file in files:
                one, other = (pathlib.Path(f"several/ranks{n}") / file for n in (1, ranks))
                self.assertEqual(one.read_bytes(), other.read_bytes(), file)

    def test_intersection_over_union_is_numpys(self):
        run("localize", "several/iou", self.strains, "--model=several/model", "--label=all", f"--truth-masks=strains/{MASKS}",
            "--mrf-coupling=1", "--mrf-contrast=0.5")
        scores = []
        for mask in sorted(pathlib.Path("several/iou/localization/masks").iterdir()):
            found, truth = picture(mask) > 0, picture(pathlib.Path("strains/masks/cells") / mask.name) > 0
            scores.append((found & truth).sum() / max(1, (found | truth).sum()) if (found | truth).any() else 1.0)
            table = rows_of(f"several/iou/localization/locations/{mask.stem}.csv")
            self.assertEqual(len(table), picture(mask).max())
            for row in table:
                ys, xs = np.nonzero(picture(mask) == int(row["ObjectNumber"]))
                self.assertAlmostEqual(float(row["Location_Center_Y"]), ys.mean(), 3)
                self.assertEqual([int(row[k]) for k in ("box_top", "box_bottom", "box_left", "box_right")],
                                 [ys.min(), ys.max(), xs.min(), xs.max()])
        summary = json.loads(pathlib.Path("several/iou/localization.json").read_text())
        self.assertAlmostEqual(summary["mean_iou"], np.mean(scores), 5)

    def test_regions_are_cells_to_the_next_job(self):
        run("localize", "several/cells", self.strains, "--model=several/model", "--label=all", "--mask=peaks", "--evidence-threshold=0.2")
        pattern = "several/cells/localization/locations/{Plate}_{Well}_s{Site}.csv"
        run("segment", "several/cells", self.strains, f"--locations={pattern}")
        with h5py.File("several/cells/cells.h5") as file:
            count = len(file["cells/y"] if "cells" in file else file["y"])
        regions = json.loads(pathlib.Path("several/cells/localization.json").read_text())["regions"]
        self.assertEqual(count, regions)
        self.assertGreater(count, 0)

    def test_boxes_are_found_as_sailem_counts_them(self):
        run("localize", "one", self.shapes, "--label=positive", "--least-probability=0", "--truth-boxes=shapes/truth.csv",
            "--truth-target=shape=circle", "--evidence-smoothing=2", "--peak-extent=0.05", "--peak-reach=0", "--evidence-threshold=0.1")
        counts = {"true_positives": 0, "false_negatives": 0, "false_positives": 0, "true_negatives": 0}
        for row in rows_of("shapes/truth.csv"):
            mask = picture(f"one/localization/masks/{row['Metadata_Plate']}_{row['Metadata_Well']}_s1.tif")
            ys, xs = np.mgrid[:mask.shape[0], :mask.shape[1]]
            box = (ys >= float(row["box_top"])) & (ys <= float(row["box_bottom"])) & (xs >= float(row["box_left"])) & (xs <= float(row["box_right"]))
            taken = (mask[box] > 0).mean() >= 0.9
            counts[("true_positives" if taken else "false_negatives") if row["shape"] == "circle" else ("false_positives" if taken else "true_negatives")] += 1
        boxes = json.loads(pathlib.Path("one/localization.json").read_text())["boxes"]
        self.assertEqual({key: boxes[key] for key in counts}, counts)

    def test_what_does_not_fit_is_said_before_any_compute(self):
        def refused(job, *options, words):
            text = run(job, "bad", *options, expect=2)
            for word in words:
                self.assertIn(word, text)

        several = [self.strains, "--model=several/model"]
        refused("localize", *several, "--label=vacuole", words=["vacuole", "nucleus", "--label"])
        refused("localize", *several, "--truth-masks=strains/masks/none/{Well}.tif", words=["masks/none"])
        refused("localize", self.shapes, "--model=one/model", "--truth-masks=strains/masks/cells/batch1_plate1_{Well}.tif",
                words=["batch1_plate1_"])
        small = pathlib.Path("small")
        shutil.rmtree(small, ignore_errors=True)
        run("simulate", "small", *(option for option in SCREEN if not option.startswith("--field-size")), "--field-size=96")
        refused("localize", *several, f"--truth-masks=small/{MASKS}", words=["96 × 96 px", "128 × 128 px", "--truth-masks"])
        refused("localize", *several, "--mask=watershed", words=["--mask"])
        refused("localize", *several, "--truth-boxes=shapes/truth.csv", words=["--truth-target"])
        refused("localize", *several, "--evidence=saliency", words=["--evidence"])
        refused("localize", self.strains, "--model=untrained", words=["Train one first"])
        refused("evaluate", "--predictions=several/nothing.h5ad", words=["nothing.h5ad"])
        refused("train", self.strains, "--treatment=Metadata_Control", "--select=Metadata_Control=trt", *TRAINING, words=["at least two"])
        gaps = pathlib.Path("strains/screen.csv").read_text().replace(",nucleus,", ",,", 1)
        pathlib.Path("strains/gaps.csv").write_text(gaps)
        refused("train", "--manifest=strains/gaps.csv", *LABELS, *TRAINING, "--architecture=mil_cnn",
                words=["has no label", "Metadata_Localization", "--train-select"])
        self.assertFalse(pathlib.Path("bad").exists())


if __name__ == "__main__":
    unittest.main()
