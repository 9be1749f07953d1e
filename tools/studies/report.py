"""What a study found: study.csv (a line per method and seed), table.md (the paper's Table 1 or 2, over seeds), figure5.svg, and
the table as JSON. Nothing is computed here but means and spreads over seeds: the scores are those of `evaluate`."""
import csv
import json
import statistics

from figure import draw_figure
from steps import write_atomically
from summary import csv_text, mean_and_sd

# Column, key in metrics.json, title; the first is the study's main goal.
GOALS = {
    "chemical": [("nscb", "nscb_disjoint", "NSCB"), ("nsc", "nsc", "NSC"),
                 ("replicate_accuracy", "replicate_accuracy", "Replicate acc.")],
    "genes": [("gene_accuracy", "gene_accuracy", "Gene acc."),
              ("replicate_accuracy", "replicate_accuracy", "Replicate acc.")],
}
TITLES = {"baseline": "Baseline CNN", "rnn": "Recurrent model (t = {})", "mixup": "Mixup (α = {})"}


def title_of(method):
    family, dash, strength = method.partition("-")
    return TITLES[family].format(strength) if family in TITLES else method[0].upper() + method[1:]


def last_validation(folder):
    """Accuracy in the auxiliary task on held-out wells, at the end of training; None where nothing was trained."""
    log = folder / "model" / "train_log.csv"
    if not log.exists():
        return None
    with open(log, newline="") as file:
        values = [row["validation_accuracy"] for row in csv.DictReader(file) if row.get("validation_accuracy")]
    return float(values[-1]) if values else None


def score_of(metrics, key):
    """Accuracy and its bootstrap interval (None where this evaluate gives none); None where the metric does not apply."""
    entry = metrics.get(key)
    if not entry or not entry["total"]:
        return None
    low, high = entry.get("ci95") or (None, None)
    return {"accuracy": entry["correct"] / entry["total"], "total": entry["total"], "low": low, "high": high}


class Report:
    def __init__(self, study, quick, output, variants, say):
        self.study, self.quick, self.output, self.variants, self.say = study, quick, output, variants, say
        self.columns = GOALS[study]
        self.results = []

    def add(self, folder, method, seed, seconds):
        metrics = json.loads((folder / "metrics.json").read_text())
        result = {"method": method, "seed": seed, "validation_accuracy": last_validation(folder),
                  "features": metrics["features"], "train_s": seconds["train"], "embed_s": seconds["embed"]}
        for column, key, _ in self.columns:
            result[column] = score_of(metrics, key)
        self.results.append(result)
        self.write_csv()
        goal, _, title = self.columns[0]
        if result[goal]:
            self.say(f"{method}{f', seed {seed}' if seed else ''}: {title} {100 * result[goal]['accuracy']:.1f} %")

    def write_csv(self):
        parts = [f"{column}{part}" for column, _, _ in self.columns for part in ("", "_low", "_high", "_total")]
        rows = []
        for result in self.results:
            scores = [(result[column] or {}).get(part) for column, _, _ in self.columns
                      for part in ("accuracy", "low", "high", "total")]
            rows.append([result["method"], result["seed"], result["validation_accuracy"], *scores,
                         result["features"], result["train_s"], result["embed_s"]])
        header = ["method", "seed", "validation_accuracy", *parts, "features", "train_s", "embed_s"]
        write_atomically(self.output / "study.csv", csv_text(header, rows))

    def rows(self):
        """One per method, what was not trained first and then the variants as they are regularized more."""
        names = []
        for result in self.results:
            if result["method"] not in names:
                names.append(result["method"])
        names.sort(key=lambda name: self.variants.index(name) if name in self.variants else -1)
        return [self.row(name, [r for r in self.results if r["method"] == name]) for name in names]

    def row(self, name, results):
        row = {"method": name, "title": title_of(name), "seeds": len(results),
               "validation_accuracy": mean_and_sd([r["validation_accuracy"] for r in results]),
               "features": results[0]["features"], "train_s": mean_and_sd([r["train_s"] for r in results])}
        for column, _, _ in self.columns:
            scores = [r[column] for r in results if r[column]]
            row[column] = mean_and_sd([s["accuracy"] for s in scores])
            if row[column]:
                row[column]["total"] = scores[0]["total"]
                intervals = [(s["low"], s["high"]) for s in scores if s["low"] is not None]
                # The mean of the seeds' intervals: treatments are drawn anew, seeds are not.
                row[column]["ci95"] = [statistics.mean(bound) for bound in zip(*intervals)] if intervals else None
        return row

    def table(self, rows):
        shown = [(column, title) for column, _, title in reversed(self.columns)] if self.study == "genes" else \
            [("nsc", "NSC"), ("nscb", "NSCB"), ("replicate_accuracy", "Replicate acc.")]
        lines = ["| Method | " + " | ".join(title for _, title in shown) + " | Validation acc. | Dim. | Training |",
                 "|---" * (len(shown) + 4) + "|"]
        for row in rows:
            train = f"{row['train_s']['mean']:.0f} s" if row["train_s"] else "–"
            lines.append("| " + " | ".join([row["title"], *(self.cell(row[column]) for column, _ in shown),
                                            self.cell(row["validation_accuracy"]), str(row["features"]), train]) + " |")
        best = {column: row[column]["total"] for row in rows for column, _ in shown if row[column]}
        notes = [f"Per cent, mean ± standard deviation over {max(row['seeds'] for row in rows)} seeds; in brackets the 95 % "
                 "bootstrap interval over what is matched, mean of the seeds' intervals. Matched: "
                 + ", ".join(f"{title} {best[column]}" for column, title in shown if column in best) + ".",
                 "Validation: single cells of held-out wells, told apart by treatment (the auxiliary task)."]
        name = {"chemical": "Chemical screen (the paper's Table 2)", "genes": "Gene screen (the paper's Table 1)"}[self.study]
        return f"# {name}{', quick' if self.quick else ''}\n\n" + "\n".join(lines) + "\n\n" + "\n".join(notes) + "\n"

    @staticmethod
    def cell(summary):
        if not summary:
            return "–"
        spread = f" ± {100 * summary['sd']:.1f}" if summary["sd"] is not None else ""
        interval = " [{:.0f}–{:.0f}]".format(*(100 * bound for bound in summary["ci95"])) if summary.get("ci95") else ""
        return f"{100 * summary['mean']:.1f}{spread}{interval}"

    def finish(self):
        rows = self.rows()
        table = self.table(rows)
        write_atomically(self.output / "table.md", table)
        goal, _, title = self.columns[0]
        write_atomically(self.output / "figure5.svg", draw_figure(rows, goal, title, self.study))
        self.say(f"results in {self.output}: study.csv, table.md, figure5.svg\n")
        print(table)
        print(json.dumps({"study": self.study, "quick": self.quick, "rows": rows}), flush=True)
