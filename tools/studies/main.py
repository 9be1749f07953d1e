"""tools/study: one simulated screen, a training for each regulariser and seed, and the tables and the figure of Caicedo et al.
2018 from them. Standard library only; tools/study sets up, builds and starts this."""
import argparse
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from report import Report  # noqa: E402
from steps import Steps, Stop, read_config  # noqa: E402

HERE = Path(__file__).resolve().parents[2]
# Name, options of `train`. Regularisation rises along each family; the baseline has none.
VARIANTS = {
    "baseline": {"regularizer": "baseline"},
    "rnn-3": {"regularizer": "rnn", "rnn-cells": "3"},
    "rnn-5": {"regularizer": "rnn", "rnn-cells": "5"},
    "rnn-8": {"regularizer": "rnn", "rnn-cells": "8"},
    "mixup-0.1": {"regularizer": "mixup", "mixup-alpha": "0.1"},
    "mixup-0.2": {"regularizer": "mixup", "mixup-alpha": "0.2"},
    "mixup-0.4": {"regularizer": "mixup", "mixup-alpha": "0.4"},
}
COMPONENTS = "20"  # of factor analysis in Ljosa et al. 2013, and of PCA beside it


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tools/study", description="A simulated screen, and what each regulariser is worth on it: baseline, RNN with "
        "t = 3, 5, 8, mixup with alpha = 0.1, 0.2, 0.4, the untrained network, PCA and factor analysis. Writes study.csv, "
        "table.md and figure5.svg; the last line printed is the table as JSON. Stopped at any moment, it goes on where it was "
        "when started again; what a changed option or config touches is done anew.")
    parser.add_argument("study", choices=["chemical", "genes"])
    parser.add_argument("--quick", action="store_true", help="the same, smaller (config/study_quick.cfg, one seed): minutes")
    parser.add_argument("--output", type=Path, help="folder of everything made [study-STUDY-output; -quick-output]")
    parser.add_argument("--ranks", type=int, default=1, help="MPI ranks of each job [1, with a thread per core]; results do not depend "
                        "on it")
    parser.add_argument("--config", type=Path, help="settings of all jobs [config/study_STUDY.cfg]")
    parser.add_argument("--variants", default=",".join(VARIANTS), help="which to train, comma-separated [all]")
    parser.add_argument("--seeds", type=int, help="trainings of each, with seeds 1 to this [3; quick: 1]")
    parser.add_argument("--imagenet", type=Path, help="ImageNet weights (safetensors, torchvision's names): one more row")
    parser.add_argument("--profiles", type=Path, help="well profiles of the same screen by another tool, such as "
                        "CellProfiler (CSV or .h5ad with this screen's Metadata_ columns): three more rows")
    arguments = parser.parse_args()
    arguments.variants = [name.strip() for name in arguments.variants.split(",") if name.strip()]
    for name in arguments.variants:
        if name not in VARIANTS:
            parser.error(f"there is no variant '{name}'; known: {', '.join(VARIANTS)}")
    arguments.seeds = arguments.seeds or (1 if arguments.quick else 3)
    if arguments.seeds < 1 or arguments.ranks < 1:
        parser.error("--seeds and --ranks are 1 at least")
    for given in [arguments.imagenet, arguments.profiles]:
        if given and not given.is_file():
            parser.error(f"there is no file {given}")
    return arguments


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


def settings_of(arguments):
    config = read_config(arguments.config or HERE / f"config/study_{arguments.study}.cfg")
    return config | (read_config(HERE / "config/study_quick.cfg") if arguments.quick else {})


def main():
    arguments = parse_arguments()
    usual = f"study-{arguments.study}{'-quick' if arguments.quick else ''}-output"
    try:
        steps = Steps(os.environ.get("CYTOSCALE_PROGRAM", str(HERE / "build/release/cytoscale")),
                      os.environ.get("CYTOSCALE_MPIRUN", "mpirun --oversubscribe --bind-to none"), arguments.ranks,
                      settings_of(arguments), (arguments.output or Path(usual)).resolve(), time.time())
        Study(arguments, steps).run()
    except Stop as stop:
        print(f"study: error: {stop}", file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        print("study: stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
