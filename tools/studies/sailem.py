"""Sailem et al. 2017, Tables 1 and 3: ellipses, in half of the images with some circles among them; which pool finds the circles, and
where."""
import json

from field_report import FieldReport

VARIANTS = {
    "max": {"architecture": "wscnn4", "pool": "max"},
    "avg": {"architecture": "wscnn4", "pool": "mean"},
    "fc": {"architecture": "wscnn4", "pool": "fc"},
}
SEEDS = 1
QUICK = "study_sailem_quick.cfg"
SCREENS = {"sim1": {"circle-share": "0.1", "seed": "1"}, "sim2": {"circle-share": "0.2", "seed": "2"}}
COLUMNS = [("accuracy", "Accuracy"), ("precision", "Precision"), ("recall", "Recall")]
TITLES = {"max": "Max", "avg": "Avg", "fc": "FC"}
PUBLISHED = {
    "Sim 1, Max": {"accuracy": 99.62, "precision": 99.26, "recall": 99.92},
    "Sim 1, Avg": {"accuracy": 51.03, "precision": 2.19, "recall": 1.45},
    "Sim 1, FC": {"accuracy": 86.73, "precision": 99.40, "recall": 74.60},
    "Sim 2, Max, trained on Sim 1": {"accuracy": 99.5, "precision": 99.2, "recall": 99.7},
    "Sim 1, Max, localization": {"accuracy": 99.995, "precision": 93.00, "recall": 97.19},
}


def add_arguments(parser):
    pass


class Study:
    def __init__(self, arguments, steps):
        self.arguments, self.steps, self.output = arguments, steps, steps.output
        title = "Ellipses and circles (the paper's Tables 1 and 3)" + (", quick" if arguments.quick else "")
        self.report = FieldReport(title, self.output, COLUMNS, PUBLISHED, steps.say)

    def manifest(self, screen):
        return {"manifest": str(self.output / screen / "screen.csv")}

    def prepare(self):
        for name, options in SCREENS.items():
            self.steps.run(f"{name}/simulate", "simulate-shapes", options | {"output": str(self.output / name)},
                           [self.output / name / "screen.csv"])

    def train(self, variant, seed):
        name = f"{variant}_seed{seed}"
        folder = self.output / "runs" / name
        options = {"output": str(folder), "model": str(folder / "model"), "seed": str(seed), "plates": "train,validation"}
        self.steps.run(f"{name}/train", "train", options | self.manifest("sim1") | VARIANTS[variant], [folder / "model"],
                       after=["sim1/simulate"])
        return name

    def score(self, name, screen, method, seed):
        """The test images of a screen, told apart."""
        folder, model = self.output / "runs" / name / screen, self.output / "runs" / name / "model"
        options = {"output": str(folder), "model": str(model), "plates": "test"}
        self.steps.run(f"{name}/{screen}-predict", "predict", options | self.manifest(screen), [folder / "predictions.h5ad"],
                       after=[f"{name}/train", f"{screen}/simulate"])
        self.steps.run(f"{name}/{screen}-evaluate", "evaluate",
                       {"output": str(folder), "predictions": str(folder / "predictions.h5ad"), "metrics": str(folder / "metrics.json")},
                       [folder / "metrics.json"], after=[f"{name}/{screen}-predict"])
        figures = json.loads((folder / "metrics.json").read_text())["classification"]["field"]
        positive = figures["per_label"]["positive"]
        self.report.add(method, seed, {"accuracy": figures["accuracy"]["accuracy"], "precision": positive["precision"],
                                       "recall": positive["recall"]}, self.steps.stamp(f"{name}/train").get("seconds"))

    def localize(self, name, screen, method, seed):
        """The circles of its positive test images, by the rule of 90 % of a box."""
        folder, model = self.output / "runs" / name / f"{screen}-places", self.output / "runs" / name / "model"
        options = {"output": str(folder), "model": str(model), "plates": "test", "select": "Metadata_Class=positive", "label": "positive",
                   "truth-boxes": str(self.output / screen / "truth.csv"), "truth-target": "shape=circle"}
        self.steps.run(f"{name}/{screen}-localize", "localize", options | self.manifest(screen), [folder / "localization.json"],
                       after=[f"{name}/train", f"{screen}/simulate"])
        boxes = json.loads((folder / "localization.json").read_text())["boxes"]
        self.report.add(method, seed, {key: boxes[key] for key, _ in COLUMNS})

    def run(self):
        self.prepare()
        for seed in range(1, self.arguments.seeds + 1):
            for variant in self.arguments.variants:
                name, title = self.train(variant, seed), TITLES[variant]
                self.score(name, "sim1", f"Sim 1, {title}", seed)
                if variant != "max":
                    continue
                self.score(name, "sim2", f"Sim 2, {title}, trained on Sim 1", seed)
                self.localize(name, "sim1", f"Sim 1, {title}, localization", seed)
        self.report.finish("sailem", self.arguments.quick, {})
