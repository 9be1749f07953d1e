"""What the tests of `init` share: trees of files as microscopes write them, whose images are those of a small simulated screen, so
that the pixels of each plane are known.

Environment: CYTOSCALE_PROGRAM (set by CTest); CYTOSCALE_TEST_DATA for real images.
"""
import csv
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

try:
    import numpy as np
    import tifffile
    from PIL import Image
except ImportError as problem:
    print(f"skipped: {problem}")
    sys.exit(77)

PROGRAM = os.environ["CYTOSCALE_PROGRAM"]
DATA = pathlib.Path(os.environ["CYTOSCALE_TEST_DATA"]) if os.environ.get("CYTOSCALE_TEST_DATA") else None
FOLDER = pathlib.Path("init_trees").resolve()
SOURCE = FOLDER / "source"
CHANNELS = ("DNA", "Tubulin", "Actin")
ROLES = ("Metadata_Compound", "Metadata_Concentration", "Metadata_MOA", "Metadata_Batch", "Metadata_Control")


def program(*arguments, expect=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == expect, (arguments, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def source_fields():
    """[(plate, well, site, {channel: path})] of the simulated screen."""
    fields = []
    for row in rows_of(SOURCE / "screen.csv"):
        files = {c: SOURCE / row[f"PathName_{c}"] / row[f"FileName_{c}"] for c in CHANNELS}
        fields.append((row["Metadata_Plate"], row["Metadata_Well"], row["Metadata_Site"], files))
    return fields


def fresh(name):
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def tree(name, place, decoys=(), as_png=False):
    """The screen's images under the names that `place` gives (plate, well, site, number of the channel from 1, its name); decoys are
    other places whose pixels are 0."""
    folder = fresh(name)
    for plate, well, site, files in source_fields():
        for number, channel in enumerate(CHANNELS, 1):
            target = folder / place(plate, well, int(site), number, channel)
            target.parent.mkdir(parents=True, exist_ok=True)
            pixels = tifffile.imread(files[channel])
            if as_png:
                Image.fromarray(pixels).save(target)
            else:
                shutil.copyfile(files[channel], target)
            for decoy in decoys:
                other = folder / decoy(plate, well, int(site), number, channel)
                other.parent.mkdir(parents=True, exist_ok=True)
                tifffile.imwrite(other, np.zeros_like(pixels))
    return folder


def pixels(path):
    return np.asarray(Image.open(path)) if path.suffix == ".png" else tifffile.imread(path)


class Trees(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(FOLDER, ignore_errors=True)
        SOURCE.mkdir(parents=True)
        program("simulate", "--seed=1", "--moas=2", "--compounds-per-moa=2", "--concentrations=1", "--batches=2", "--replicates=2",
                "--plates-per-batch=1", "--controls-per-plate=2", "--fields-per-well=2", "--field-size=160", "--nucleus-radius=6.5",
                "--cells-per-field=15", f"--output={SOURCE}")
        wells = {(row["Metadata_Plate"], row["Metadata_Well"]): row for row in rows_of(SOURCE / "screen.csv")}
        with open(FOLDER / "platemap.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["Metadata_Plate", "Metadata_Well", *ROLES])
            writer.writerows([plate, well, *(row[role] for role in ROLES)] for (plate, well), row in wells.items())

    def init(self, folder, *options, expect=0):
        output = FOLDER / (folder.name + ".init")
        shutil.rmtree(output, ignore_errors=True)
        said = program("init", folder, f"--output={output}", *options, expect=expect)
        return output, said

    def same_pixels(self, folder, output, names=CHANNELS):
        """Each plane of the manifest is that of the simulated screen; `names`: its channels' in the order of CHANNELS."""
        found = {(r["Metadata_Plate"], r["Metadata_Well"], r["Metadata_Site"]): r for r in rows_of(output / "screen.csv")}
        fields = source_fields()
        self.assertEqual(len(found), len(fields))
        for plate, well, site, files in fields:
            row = found[plate, well, site]
            for channel, name in zip(CHANNELS, names):
                path = folder / row[f"PathName_{name}"] / row[f"FileName_{name}"]
                np.testing.assert_array_equal(pixels(path), tifffile.imread(files[channel]), str(path))

    def passes_check(self, output):
        self.assertIn("no problem found", program("check", "--config", output / "screen.cfg"))

    def profiles(self, output, *options):
        program("run", "--config", output / "screen.cfg", f"--output={output}/out", "--steps=3", "--crop-size=32", "--batch-size=16",
                "--precision=fp32", "--bootstrap=0", *options)
        self.assertTrue((output / "out/profiles.h5ad").exists() and (output / "out/metrics.json").exists())
