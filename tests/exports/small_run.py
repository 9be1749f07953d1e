"""What the tests of exports share: a small screen with its run (no training: features of untrained weights), the program, and Python
interpreters that have the packages of the field.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_SOURCE_DIR (set by CTest); CYTOSCALE_TEST_PYTHON: interpreters, `:` between them.
"""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from interpreters import has, interpreter_with, interpreters  # noqa: E402,F401

PROGRAM, SOURCE = os.environ["CYTOSCALE_PROGRAM"], pathlib.Path(os.environ["CYTOSCALE_SOURCE_DIR"])
SCREEN = ["--seed=3", "--moas=2", "--compounds-per-moa=2", "--concentrations=2", "--batches=2", "--replicates=2",
          "--plates-per-batch=1", "--controls-per-plate=4", "--positive-controls-per-plate=0", "--single-group-moas=0",
          "--fields-per-well=2", "--field-size=128", "--nucleus-radius=5", "--cells-per-field=12"]


def program(folder, *arguments, check=True, ranks=0):
    launch = [*os.environ["CYTOSCALE_MPIRUN"].split(), "-n", str(ranks)] if ranks else []
    done = subprocess.run([*launch, PROGRAM, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 or not check, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done


def writes_parquet(folder):
    """Whether the program was built with Arrow C++; FOLDER as small_run() leaves it."""
    return "cannot be loaded" not in program(folder, "export", "--output=out", "--to=parquet", "--export=try", check=False).stderr


def small_run(folder):
    """FOLDER/screen and FOLDER/out with embeddings, profiles, metrics and the report."""
    program(folder, "simulate", "--output=screen", *SCREEN)
    given = ["--manifest=screen/screen.csv", "--output=out"]
    program(folder, "illuminate", *given)
    program(folder, "segment", *given, "--min-nucleus-area=15")
    program(folder, "embed", *given, "--model=untrained", "--device=cpu", "--crop-size=32", "--layers=conv2a")
    program(folder, "reduce", "--output=out", "--reduce-normalize=standardize")
    program(folder, "evaluate", "--output=out")
    program(folder, "report", *given, "--report-fields=0", "--report-cells=20")
