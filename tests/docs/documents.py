"""What the test of commands changes of each document, and why. All else runs as it stands.

Of a document: `setup` makes what the text takes for given; `words` are replaced by what stands for them here; `more` is what a job is
given beside the document's own options, to be over in seconds; `left_out` are commands that are not run, with the reason.
"""
import csv
import dataclasses
import pathlib
import random
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "exports"))
from small_run import small_run, writes_parquet  # noqa: E402
from markdown import SOURCE, blocks  # noqa: E402

SMALL = {"--moas": 2, "--compounds-per-moa": 2, "--concentrations": 2, "--batches": 2, "--replicates": 2, "--plates-per-batch": 1,
         "--controls-per-plate": 4, "--positive-controls-per-plate": 0, "--single-group-moas": 0, "--away-compounds": 0,
         "--fields-per-well": 1, "--field-size": 128, "--nucleus-radius": 5, "--cells-per-field": 12}
TRAINING = {"--steps": 3, "--batch-size": 16, "--shard-size": 8, "--validation-cells": 16}
SHORT = {**TRAINING, "--min-nucleus-area": 15, "--bootstrap": 100, "--null-size": 100}
BUILDS = "installs packages as root and builds; what it runs then is run by other tests"


@dataclasses.dataclass
class Document:
    setup: object = lambda session: None
    words: dict = dataclasses.field(default_factory=dict)
    more: dict = dataclasses.field(default_factory=dict)
    left_out: dict = dataclasses.field(default_factory=dict)  # beginning of the command: reason


def images_of_readme(session):
    """FOLDER: images without a plate map; those that the example of a manifest lists, where it lists them."""
    session.simulate("painted")
    (session.folder / "painted/images").rename(session.folder / "FOLDER")
    images = sorted((session.folder / "FOLDER").rglob("*.tif"))
    example = next(block for block in blocks("README.md") if block.language == "csv")
    header, *rows = [line.split(",") for line in example.text.splitlines()]
    for row in rows:
        for name, value in zip(header, row):
            if name.startswith("FileName_"):
                (session.folder / value).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(images.pop(), session.folder / value)


def my_screen(session):
    """my.cfg of a small screen, and profiles of another tool (of the same wells)."""
    session.simulate("screen")
    (session.folder / "my.cfg").write_text("manifest = screen/screen.csv\ncrop-size = 32\nprecision = fp32\n")
    with open(session.folder / "screen/screen.csv", newline="") as file:
        wells = [{key: value for key, value in row.items() if key.startswith("Metadata_")} for row in csv.DictReader(file)]
    chance = random.Random(1)
    rows = [{**well, "Metadata_moa": well["Metadata_MOA"], **{f"Cells_{i}": chance.gauss(0, 1) for i in range(8)}} for well in wells]
    for name in ("profiles.csv", "cellprofiler.csv"):
        with open(session.folder / name, "w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)


def results_of_a_run(session):
    """out: a run without a training; and whether this program can write Parquet."""
    small_run(session.folder)
    if not writes_parquet(session.folder):
        session.words["csv,parquet,deepprofiler"] = "csv,deepprofiler"


DOCUMENTS = {
    "README.md": Document(
        setup=images_of_readme,
        more={"run": SHORT},
        left_out={"tools/quickstart": BUILDS, "tools/test": BUILDS, "tools/package/deb": BUILDS,
                  "apt install": "needs root and the package"}),
    "docs/tutorial.md": Document(
        more={"run": {"--steps": 4, "--bootstrap": 100, "--null-size": 100}}),
    "docs/user-guide.md": Document(
        setup=my_screen,
        words={"/local/scratch": "scratch"},
        more={"run": SHORT, "train": TRAINING, "simulate-shapes": {"--fields-per-class": 12},
              "localize": {"--overlays": 2}, "evaluate": {"--components": 4}},
        left_out={"cytoscale JOB": "a synopsis", "mpirun -n RANKS": "a synopsis", "cytoscale help JOB": "a synopsis",
                  "tools/study": "builds, hours; the tests study and field_studies run it",
                  "import torch, torchvision": "of 5 channels and 26 labels; the test network_foreign_weights runs it",
                  "slurm/": "needs a Slurm; the tests slurm_submit and slurm_faults run it on one",
                  "sbatch": "needs a Slurm; the test slurm_run_sbatch runs it on one"}),
    "docs/install.md": Document(
        setup=lambda session: shutil.copyfile(SOURCE / "config/quickstart.cfg", session.folder / "quickstart.cfg"),
        more={"simulate": SMALL, "run": {**SHORT, "--compare-untrained": "false"}},
        left_out={"tools/setup": "needs root, downloads", "tools/package/deb": BUILDS, "apt install": "needs root and the package",
                  "cmake": "builds; the test install installs what was built", "python3 -m venv": "downloads"}),
    "docs/python.md": Document(setup=results_of_a_run),
}

# Documents of which no command is run here: the reason. Their commands' options are looked at all the same.
NOT_RUN = {
    "docs/networks.md": "published weights are downloaded by hand; the test network_timm runs its Python on files of the same layout",
    "docs/performance.md": "hours, on a machine with nothing beside it; the test bench runs the tools",
    "docs/results.md": "hours; the tests study, faults_chaos and fuzz_regressions run the tools",
    "docs/results-fields.md": "hours; the test field_studies runs the tools",
    "docs/scale.md": "many ranks and gigabytes; the tests preflight, screen_file and many_rows run what the programs do",
    "docs/slurm.md": "need a Slurm; the tests slurm_* run them on one",
    "tools/bench/gpu/README.md": "need a GPU",
}

