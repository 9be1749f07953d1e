"""What the tests of images and masks share: small screens of images that are made here, `segment` on them, and its table of cells.

Environment: CYTOSCALE_PROGRAM (set by CTest), CYTOSCALE_TEST_DATA.
"""
import csv
import os
import pathlib
import shutil
import subprocess
import sys

try:
    import h5py
    import numpy as np
    import tifffile
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

PROGRAM = os.environ["CYTOSCALE_PROGRAM"]
DATA = pathlib.Path(os.environ.get("CYTOSCALE_TEST_DATA", "")) if os.environ.get("CYTOSCALE_TEST_DATA") else None


def run(job, *options, expect=0):
    done = subprocess.run([PROGRAM, job, *map(str, options)], capture_output=True, text=True, timeout=300)
    assert done.returncode == expect, (job, options, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def columns(output):
    with h5py.File(pathlib.Path(output) / "cells.h5") as file:
        return {name: table[name][:] for table in (file["cells"], file["fields"]) for name in table}


def segment(name, manifest, *options, expect=0):
    """(the cell table, what was said)."""
    output = pathlib.Path("out") / name
    shutil.rmtree(output, ignore_errors=True)
    said = run("segment", f"--manifest={manifest}", f"--output={output}", "--dna-channel=DNA", *options, expect=expect)
    return (columns(output) if expect == 0 else None), said


def screen(name, images, **metadata):
    """A manifest with a row for each dict of images (channel: file) and its metadata; returns its path."""
    folder = pathlib.Path("screens") / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = []
    for i, files in enumerate(images):
        rows.append({"Metadata_Plate": "P1", "Metadata_Well": "A01", "Metadata_Site": str(i + 1), "Metadata_Compound": "DMSO",
                     **{f"Metadata_{key}": values[i] for key, values in metadata.items()},
                     **{f"FileName_{channel}" if channel else "FileName": file for channel, file in files.items()}})
    with open(folder / "screen.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder / "screen.csv"


def blobs(seed=0, size=200, count=12, height=2000):
    """Gray discs on a dim ground, 16 bits."""
    draw = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size]
    plane = draw.normal(100, 5, (size, size))
    for i in range(count):
        cy, cx = 25 + 50 * (i // 4) + draw.uniform(-5, 5), 25 + 50 * (i % 4) + draw.uniform(-5, 5)
        plane += height * ((y - cy) ** 2 + (x - cx) ** 2 < 81)
    return plane.clip(0).astype(np.uint16)
