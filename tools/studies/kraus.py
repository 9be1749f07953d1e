"""Kraus et al. 2016, Table 2 in kind: a screen whose wells hold some cells that show the class' phenotype, and many that do not; which
pool tells the class of fields and treatments of a batch that was held out, and what the networks learn of where and how many."""
import csv
import json
import statistics
import struct

from field_report import FieldReport
from figure import BOTTOM, COLORS, HEIGHT, LEFT, RIGHT, WIDTH, Axes, line, svg, text, titles
from paired import compare
from steps import write_atomically
from summary import mean_and_sd

VARIANTS = {
    "noisy-and-5": {"pool": "noisy-and", "pool-sharpness": "5"},
    "noisy-and-7.5": {"pool": "noisy-and", "pool-sharpness": "7.5"},
    "noisy-and-10": {"pool": "noisy-and", "pool-sharpness": "10"},
    "noisy-or": {"pool": "noisy-or"},
    "isr": {"pool": "isr"},
    "generalized-mean": {"pool": "generalized-mean"},
    "lse": {"pool": "lse"},
    "mean": {"pool": "mean"},
    "max": {"pool": "max"},
}
SEEDS = 1
QUICK = "study_kraus_quick.cfg"
COLUMNS = [("field", "Full image"), ("treatment", "Treatment"), ("iou", "Mean IU, cells"), ("responding", "Mean IU, responding cells"),
           ("map", "mAP"), ("exact", "All labels right")]
TITLES = {"noisy-or": "noisy-OR", "isr": "ISR", "generalized-mean": "generalized mean", "lse": "LSE"} | \
    {f"noisy-and-{a}": f"noisy-AND a = {a}" for a in ("5", "7.5", "10")}
REFERENCE = "noisy-and-10"  # the others are compared with it
SEVERAL = "Several labels, noisy-AND a = 10"
# Of a held-out repetition of BBBC021, and of yeast: other images, so the ranking is the claim.
PUBLISHED = {"noisy-AND a = 10": {"field": 95.8, "treatment": 97.1}, SEVERAL: {"iou": 81.2}}
# The screen of several labels is another one: a protein tagged in one compartment or two.
STRAINS = {"design": "strains", "channels": "DNA,GFP", "response-fraction": "1,0.7,0.5"}
SEVERAL_LABELS = {"treatment": "Metadata_Localization", "several-labels": "true"}
# What is asked for, of which masks: all that tells, against cells; the likeliest label, against the cells that respond.
PLACES = {
    "cells": {"label": "all", "evidence-smoothing": "2", "evidence-threshold": "0.003", "mrf-brightness": "1", "mrf-confidence": "0.6",
              "mrf-contrast": "0.3"},
    "responding": {"label": "predicted", "evidence-smoothing": "3", "evidence-threshold": "0.03"},
}


def add_arguments(parser):
    pass


def thresholds_of(model):
    """b of each class: the tensor pool.threshold of a safetensors file."""
    with open(model / "model.safetensors", "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        start, end = header["pool.threshold"]["data_offsets"]
        file.seek(start, 1)
        values = struct.unpack(f"<{(end - start) // 4}f", file.read(end - start))
    labels = json.loads(header["__metadata__"]["labels"])
    return dict(zip(labels, values))


def correlation(truth, learned):
    """Of b with the true share, over the classes; none where all b are alike."""
    try:
        return statistics.correlation([truth[label] for label in learned], list(learned.values()))
    except statistics.StatisticsError:
        return None


class Study:
    def __init__(self, arguments, steps):
        self.arguments, self.steps, self.output = arguments, steps, steps.output
        self.seeds = range(1, arguments.seeds + 1)
        title = "A heterogeneous screen (in kind, the paper's Table 2)" + (", quick" if arguments.quick else "")
        self.report = FieldReport(title, self.output, COLUMNS, PUBLISHED, steps.say)

    def plates(self, held_out):
        batches, plates = (int(self.steps.config[key]) for key in ("batches", "plates-per-batch"))
        chosen = [batches] if held_out else range(1, batches)
        return ",".join(f"batch{b}_plate{p}" for b in chosen for p in range(1, plates + 1))

    def manifest(self, screen, held_out):
        return {"manifest": str(self.output / screen / "screen.csv"), "plates": self.plates(held_out)}

    def simulate(self, kind, seed, options):
        """Each seed has screens of its own: what one screen says of two pools, another may not."""
        screen = f"{kind}_seed{seed}"
        self.steps.run(f"{screen}/simulate", "simulate",
                       options | {"output": str(self.output / screen), "masks": "true", "seed": str(seed)},
                       [self.output / screen / "screen.csv"])
        return screen

    def fit(self, name, screen, learning, scoring):
        """Trained with these options of `train`, scored with those of `evaluate`, on the batch held out."""
        folder = self.output / "runs" / name
        self.steps.run(f"{name}/train", "train",
                       learning | {"output": str(folder), "model": str(folder / "model")} | self.manifest(screen, False), [folder / "model"],
                       after=[f"{screen}/simulate"])
        held_out = self.manifest(screen, True)
        self.steps.run(f"{name}/predict", "predict", {"output": str(folder)} | held_out, [folder / "predictions.h5ad"],
                       after=[f"{name}/train"])
        self.steps.run(f"{name}/evaluate", "evaluate",
                       scoring | {"output": str(folder), "predictions": str(folder / "predictions.h5ad"),
                                  "metrics": str(folder / "metrics.json")}, [folder / "metrics.json"], after=[f"{name}/predict"])
        return json.loads((folder / "metrics.json").read_text())["classification"]

    def localize(self, name, screen, masks):
        """Mean IU of what is asked for against the true masks, on the batch held out."""
        folder = self.output / "runs" / name / masks
        pattern = self.output / screen / "masks" / masks / "{Plate}_{Well}_s{Site}.tif"
        options = {"output": str(folder), "model": str(self.output / "runs" / name / "model"), "truth-masks": str(pattern),
                   "select": "Metadata_Control=trt"} | PLACES[masks]
        self.steps.run(f"{name}/localize-{masks}", "localize", options | self.manifest(screen, True), [folder / "localization.json"],
                       after=[f"{name}/train"])
        return json.loads((folder / "localization.json").read_text())["mean_iou"]

    def one_label(self, variant, screen, seed):
        name = f"{variant}_seed{seed}"
        levels = self.fit(name, screen, VARIANTS[variant] | {"seed": str(seed)}, {})
        whole = levels.get("treatment") or levels["well"]  # the same where a treatment has one well in the batch
        figures = {"field": levels["field"]["accuracy"]["accuracy"], "treatment": whole["accuracy"]["accuracy"]}
        if variant == REFERENCE:
            figures["iou"] = self.localize(name, screen, "cells")
            figures["responding"] = self.localize(name, screen, "responding")
        self.report.add(TITLES.get(variant, variant), seed, figures, self.steps.stamp(f"{name}/train").get("seconds"))

    def several_labels(self, screen, seed):
        name = f"several_seed{seed}"
        learning = VARIANTS[REFERENCE] | SEVERAL_LABELS | {"seed": str(seed)}
        field = self.fit(name, screen, learning, SEVERAL_LABELS | {"replicates-of": "Metadata_Strain"})["field"]
        figures = {"map": field["map"], "exact": field["accuracy"]["accuracy"], "iou": self.localize(name, screen, "cells")}
        self.report.add(SEVERAL, seed, figures, self.steps.stamp(f"{name}/train").get("seconds"))

    def fractions(self, seed):
        """The share of a class' cells that responded, as they were drawn."""
        counts = {}
        with open(self.output / f"screen_seed{seed}" / "truth.csv", newline="") as file:
            for row in csv.DictReader(file):
                if row["Metadata_Control"] == "trt":
                    entry = counts.setdefault(row["Metadata_MOA"], [0, 0])
                    entry[0] += row["responded"] == "1"
                    entry[1] += 1
        return {label: responded / cells for label, (responded, cells) in counts.items()}

    def thresholds(self, variant, seed):
        return thresholds_of(self.output / "runs" / f"{variant}_seed{seed}" / "model")

    def draw(self, learned, truth):
        """learned: {a: {label: b}}, beside the true fractions."""
        axes = Axes(0, 1, 1)
        at = lambda share: LEFT + (WIDTH - RIGHT - LEFT) * share  # noqa: E731
        parts = axes.frame() + [line(at(0), axes.y(0), at(1), axes.y(1), "#bbb", 'stroke-dasharray="4 4"')]
        for (a, values), color in zip(learned.items(), COLORS):
            parts += [f'<circle cx="{at(truth[label]):.1f}" cy="{axes.y(min(1, max(0, b))):.1f}" r="4" fill="{color}"/>'
                      for label, b in values.items()]
        parts += [text(at(share / 5), HEIGHT - BOTTOM + 18, f"{20 * share} %") for share in range(6)]
        parts += titles("true share of responding cells, class by class", "threshold b that noisy-AND learned", 40)
        parts += [text(at(0.5), 24, "Thresholds of noisy-AND of steepness a", more='font-size="15"')]
        parts += [text(120 + 160 * i, HEIGHT - 24, f"● a = {a}", color=color) for i, (a, color) in enumerate(zip(learned, COLORS))]
        write_atomically(self.output / "thresholds.svg", svg(parts))

    def pairs(self):
        """The other variants beside the reference, field by field."""
        def files(variant):
            return [self.output / "runs" / f"{variant}_seed{seed}" / "predicted.csv" for seed in self.seeds]

        if REFERENCE not in self.arguments.variants:
            return {}
        return {TITLES.get(variant, variant): compare(files(REFERENCE), files(variant))
                for variant in self.arguments.variants if variant != REFERENCE}

    def run(self):
        for seed in self.seeds:
            screen = self.simulate("screen", seed, {})
            for variant in self.arguments.variants:
                self.one_label(variant, screen, seed)
            self.several_labels(self.simulate("strains", seed, STRAINS), seed)
        self.finish()

    def finish(self):
        adaptive = {name.rpartition("-")[2]: name for name in self.arguments.variants if name.startswith("noisy-and")}
        learned = {a: [self.thresholds(name, seed) for seed in self.seeds] for a, name in adaptive.items()}
        truths = [self.fractions(seed) for seed in self.seeds]
        first = {a: by_screen[0] for a, by_screen in learned.items()}
        if first:
            self.draw(first, truths[0])
        correlations = {a: mean_and_sd(list(map(correlation, truths, by_screen))) for a, by_screen in learned.items()}
        pairs = self.pairs()
        remarks = [f"b (a = {a}) and the true share of responding cells: correlation "
                   f"{', '.join(f'{value:.2f}' for value in of_a['values'])}." for a, of_a in correlations.items() if of_a]
        remarks += [f"Of {pair['fields']} fields, {TITLES[REFERENCE]} alone tells {pair['only_reference']}, {other} alone "
                    f"{pair['only_other']} (p = {pair['p']:.2g}, McNemar's exact test)." for other, pair in pairs.items()]
        self.report.finish("kraus", self.arguments.quick, {"thresholds": first, "fractions": truths[0], "correlations": correlations,
                                                           "pairs": pairs}, remarks)
