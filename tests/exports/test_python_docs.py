#!/usr/bin/env python3
"""Every block of Python in docs/python.md runs on a small simulated screen, and finds there what the text says.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_SOURCE_DIR (set by CTest); CYTOSCALE_TEST_PYTHON, interpreters that have the packages
(`:` between them), beside the system's. A block whose packages no interpreter has is skipped, with the reason.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

from small_run import SOURCE, interpreter_with, program, small_run

blocks = re.findall(r"^```python\n(.*?)^```", (SOURCE / "docs/python.md").read_text(), re.M | re.S)
assert len(blocks) >= 8, len(blocks)
ran, skipped, failures = 0, [], []
with tempfile.TemporaryDirectory(prefix="python_docs.") as folder:
    small_run(pathlib.Path(folder))
    forms = ["csv", "parquet", "deepprofiler"]
    if "cannot be loaded" in program(folder, "export", "--output=out", "--to=parquet", check=False).stderr:
        forms.remove("parquet")
    program(folder, "export", "--output=out", "--to=" + ",".join(forms))
    for number, block in enumerate(blocks, 1):
        packages = sorted(set(re.findall(r"^(?:import|from) (\w+)", block, re.M)))
        if ".parquet" in block:
            packages.append("pyarrow")
        python = interpreter_with(packages)
        if ".parquet" in block and "parquet" not in forms:
            skipped.append(f"block {number}: the program has no Arrow C++")
        elif not python:
            skipped.append(f"block {number}: no interpreter has {', '.join(packages)}")
        else:
            code = "import matplotlib; matplotlib.use('Agg')\n" + block if "scanpy" in packages else block
            done = subprocess.run([python, "-W", "ignore", "-c", code], cwd=folder, capture_output=True, text=True, timeout=600)
            ran += done.returncode == 0
            if done.returncode:
                failures.append(f"block {number} by {python}:\n{block}\n{done.stderr[-3000:]}")
print(f"{ran} blocks of docs/python.md ran")
print("\n".join(["skipped " + reason for reason in skipped]))
if failures:
    sys.exit("\n".join(failures))
sys.exit(0 if ran else 77)
