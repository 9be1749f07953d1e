"""Caicedo et al. 2018, Fig. 5, Tables 1 and 2: one simulated screen, a training for each regularizer and seed, profiles, and what
they recover."""
import argparse
from pathlib import Path

from report import Report

# Name, options of `train`. Regularization rises along each family; the baseline has none.
VARIANTS = {
    "baseline": {"regularizer": "baseline"},
    "rnn-3": {"regularizer": "rnn", "rnn-cells": "3"},
    "rnn-5": {"regularizer": "rnn", "rnn-cells": "5"},
    "rnn-8": {"regularizer": "rnn", "rnn-cells": "8"},
    "mixup-0.1": {"regularizer": "mixup", "mixup-alpha": "0.1"},
    "mixup-0.2": {"regularizer": "mixup", "mixup-alpha": "0.2"},
    "mixup-0.4": {"regularizer": "mixup", "mixup-alpha": "0.4"},
}
SEEDS = 3
QUICK = "study_quick.cfg"
COMPONENTS = "20"  # of factor analysis in Ljosa et al. 2013, and of PCA beside it


def existing_file(text):
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return Path(text)


def add_arguments(parser):
    parser.add_argument("--imagenet", type=existing_file, help="ImageNet weights (safetensors, torchvision's names): one more row")
    parser.add_argument("--profiles", type=existing_file, help="well profiles of the same screen by another tool, such as "
                        "CellProfiler (CSV or .h5ad with this screen's Metadata_ columns): three more rows")


class Study:
    def __init__(self, arguments, steps):
        self.arguments, self.steps, self.output = arguments, steps, steps.output
        self.screen, self.shared = self.output / "screen", self.output / "shared"
        self.inputs = {"manifest": str(self.screen / "screen.csv"), "cells": str(self.shared / "cells.h5"),
                       "illumination": str(self.shared / "illumination.h5")}
        self.report = Report(arguments.study, arguments.quick, self.output, list(VARIANTS), steps.say)

    def prepare(self):
        """Screen and cells, once for all."""
        run = self.steps.run
        manifest = {"manifest": self.inputs["manifest"]}
        design = self.steps.config.get("design", "")
        run("screen/simulate", "simulate", {"output": str(self.screen)}, [self.screen / "screen.csv"],
            files=[design] if design.endswith(".csv") else [])
        run("shared/illuminate", "illuminate", manifest | {"output": str(self.shared)}, [self.shared / "illumination.h5"],
            after=["screen/simulate"])
        run("shared/segment", "segment", manifest | {"output": str(self.shared)}, [self.shared / "cells.h5"],
            after=["screen/simulate", "shared/illuminate"])

    def train(self, variant, seed):
        name = f"{variant}_seed{seed}"
        folder = self.output / "runs" / name
        options = {"output": str(folder), "model": str(folder / "model"), "seed": str(seed)} | self.inputs
        options |= VARIANTS[variant] | self.batch_of(variant)
        self.steps.run(f"{name}/train", "train", options, [folder / "model"], after=["shared/segment"])
        self.embed(name, str(folder / "model"), [f"{name}/train"])
        self.score(name, variant, seed)

    def batch_of(self, variant):
        """Every training sees as many cells in as many steps: a batch of groups has as many fewer of them."""
        cells = int(VARIANTS[variant].get("rnn-cells", 1))
        batch, shard = (int(self.steps.config[key]) for key in ("batch-size", "shard-size"))
        in_shard = max(1, shard // cells)
        return {"batch-size": str(batch // shard * in_shard), "shard-size": str(in_shard)}

    def embed(self, name, model, after, more={}, files=()):
        folder = self.output / "runs" / name
        options = {"output": str(folder), "model": model, "embeddings": str(folder / "embeddings.h5ad")} | self.inputs | more
        self.steps.run(f"{name}/embed", "embed", options, [folder / "embeddings.h5ad"], after=[*after, "shared/segment"],
                       files=files)
        self.reduce(name, {"embeddings": str(folder / "embeddings.h5ad")}, [f"{name}/embed"])

    def reduce(self, name, options, after, files=()):
        folder = self.output / "runs" / name
        self.steps.run(f"{name}/reduce", "reduce", {"output": str(folder), "profiles": str(folder / "profiles.h5ad")} | options,
                       [folder / "profiles.h5ad"] + ([folder / "wells.h5ad"] if "embeddings" in options else []),
                       after=after, files=files)
        self.steps.run(f"{name}/evaluate", "evaluate",
                       {"output": str(folder), "profiles": str(folder / "profiles.h5ad"), "metrics": str(folder / "metrics.json")},
                       [folder / "metrics.json"], after=[f"{name}/reduce"])

    def transforms(self, method, seed, name, options, after, files=()):
        """PCA and factor analysis of the same profiles."""
        components = self.steps.config.get("components", COMPONENTS)
        for transform, title in [("pca", "PCA"), ("factor_analysis", "factor analysis")]:
            self.reduce(f"{name}_{transform}", options | {"reduce-transform": transform, "components": components}, after, files)
            self.score(f"{name}_{transform}", f"{method}, {title}", seed)

    def untrained(self, seed):
        name = f"untrained_seed{seed}"
        self.embed(name, "untrained", [], {"seed": str(seed)})
        self.score(name, "untrained network", seed)
        wells = {"profiles-in": str(self.output / "runs" / name / "wells.h5ad")}
        self.transforms("untrained network", seed, name, wells, [f"{name}/reduce"])

    def given(self):
        """What the user brings: ImageNet weights, another tool's profiles."""
        if self.arguments.imagenet:
            self.embed("imagenet", str(self.arguments.imagenet), [], files=[self.arguments.imagenet])
            self.score("imagenet", "ImageNet weights", None)
        if self.arguments.profiles:
            source = {"profiles-in": str(self.arguments.profiles)}
            self.reduce("given", source, [], files=[self.arguments.profiles])
            self.score("given", "given profiles", None)
            self.transforms("given profiles", None, "given", source, [], files=[self.arguments.profiles])

    def score(self, name, method, seed):
        stamps = {job: self.steps.stamp(f"{name}/{job}") for job in ("train", "embed")}
        self.report.add(self.output / "runs" / name, method, seed, {job: s.get("seconds") for job, s in stamps.items()})

    def run(self):
        self.prepare()
        self.given()
        for seed in range(1, self.arguments.seeds + 1):  # every method has a figure before one has three
            self.untrained(seed)
            for variant in self.arguments.variants:
                self.train(variant, seed)
        self.report.finish()
