"""The results of a study of networks over fields: study.csv, table.md, and the table as JSON. Nothing is computed here but means and
spreads over seeds."""
import json

from steps import write_atomically
from summary import csv_text, mean_and_sd


class FieldReport:
    """columns: (key, title) of the figures, all shares of 1; published: {method: {key: the paper's figure, in per cent}}."""

    def __init__(self, title, output, columns, published, say):
        self.title, self.output, self.columns, self.published, self.say = title, output, columns, published, say
        self.results = []

    def add(self, method, seed, figures, seconds=None):
        self.results.append({"method": method, "seed": seed, "seconds": seconds} | figures)
        text = ", ".join(f"{title} {100 * figures[key]:.2f} %" for key, title in self.columns if figures.get(key) is not None)
        self.say(f"{method}, seed {seed}: {text}")
        keys = ["method", "seed", *(key for key, _ in self.columns)]
        write_atomically(self.output / "study.csv",
                         csv_text([*keys, "train_s"], ([result.get(key) for key in [*keys, "seconds"]] for result in self.results)))

    def rows(self):
        names = list(dict.fromkeys(result["method"] for result in self.results))
        rows = []
        for name in names:
            of_it = [result for result in self.results if result["method"] == name]
            row = {"method": name, "seeds": len(of_it), "train_s": mean_and_sd([result["seconds"] for result in of_it]),
                   "published": self.published.get(name, {})}
            rows.append(row | {key: mean_and_sd([result.get(key) for result in of_it]) for key, _ in self.columns})
        return rows

    def cell(self, row, key):
        if not row[key]:
            return "–"
        text = f"{100 * row[key]['mean']:.2f}" + (f" ± {100 * row[key]['sd']:.2f}" if row[key]["sd"] is not None else "")
        return text + (f" ({row['published'][key]:g})" if key in row["published"] else "")

    def table(self, rows):
        shown = [(key, title) for key, title in self.columns if any(row[key] for row in rows)]
        lines = ["| Method | " + " | ".join(title for _, title in shown) + " | Training |", "|---" * (len(shown) + 2) + "|"]
        for row in rows:
            train = f"{row['train_s']['mean']:.0f} s" if row["train_s"] else "–"
            lines.append("| " + " | ".join([row["method"], *(self.cell(row, key) for key, _ in shown), train]) + " |")
        return f"# {self.title}\n\n" + "\n".join(lines) + (
            f"\n\nPer cent, mean ± standard deviation over {max(row['seeds'] for row in rows)} seeds; in brackets the paper's figure.\n")

    def finish(self, name, quick, more, remarks=()):
        rows = self.rows()
        table = self.table(rows) + "".join(f"\n- {remark}" for remark in remarks) + ("\n" if remarks else "")
        write_atomically(self.output / "table.md", table)
        self.say(f"results in {self.output}: study.csv, table.md\n")
        print(table)
        print(json.dumps({"study": name, "quick": quick, "rows": rows} | more), flush=True)
