#!/usr/bin/env python3
"""cmake --install: a tree that works from wherever it is moved, with modules, configs, manuals and completion, and that knows no folder
of this checkout.

usage: test_install.py BUILD_FOLDER. Environment: CYTOSCALE_SOURCE_DIR (set by CTest).
"""
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD, SOURCE = sys.argv.pop(), pathlib.Path(os.environ["CYTOSCALE_SOURCE_DIR"])
SMALL = ["--moas=2", "--compounds-per-moa=2", "--concentrations=1", "--batches=2", "--replicates=2", "--plates-per-batch=1",
         "--controls-per-plate=4", "--positive-controls-per-plate=0", "--single-group-moas=0", "--away-compounds=0", "--fields-per-well=1",
         "--field-size=128", "--nucleus-radius=5", "--cells-per-field=12"]
SHORT = ["--crop-size=32", "--steps=2", "--batch-size=8", "--shard-size=8", "--min-nucleus-area=15", "--validation-cells=8",
         "--compare-untrained=false"]


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="install."))
        subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.folder / "first"], check=True, capture_output=True)
        cls.prefix = cls.folder / "moved"
        shutil.move(cls.folder / "first", cls.prefix)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def run_installed(self, *words):
        environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
        done = subprocess.run([self.prefix / "bin" / "cytoscale", *words], capture_output=True, text=True, timeout=200,
                              cwd=self.folder, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_what_is_installed(self):
        for name in ("bin/cytoscale", "lib/cytoscale/libcytoscale_torch.so", "lib/cytoscale/libcytoscale_onednn.so",
                     "share/cytoscale/config/quickstart.cfg", "share/cytoscale/config/sbs.csv", "share/cytoscale/slurm/lib/chain.sh",
                     "share/doc/cytoscale/copyright", "share/doc/cytoscale/docs/user-guide.md", "share/doc/cytoscale/README.md"):
            self.assertTrue((self.prefix / name).is_file(), name)
        self.assertTrue(os.access(self.prefix / "share/cytoscale/slurm/submit", os.X_OK))
        if (pathlib.Path(BUILD) / "documents" / "written").exists():
            for job in (SOURCE / "jobs" / "manual").glob("*.txt"):
                self.assertTrue((self.prefix / f"share/man/man1/cytoscale-{job.stem}.1").is_file(), job.stem)
            for name in ("bash-completion/completions/cytoscale", "zsh/site-functions/_cytoscale", "fish/vendor_completions.d/cytoscale.fish"):
                self.assertTrue((self.prefix / "share" / name).is_file(), name)

    def test_no_folder_of_this_machine_is_in_it(self):
        for name in ("bin/cytoscale", "lib/cytoscale/libcytoscale_torch.so", "lib/cytoscale/libcytoscale_onednn.so"):
            said = subprocess.run(["readelf", "-d", self.prefix / name], capture_output=True, text=True, check=True).stdout
            for path in re.findall(r"(?:RPATH|RUNPATH).*\[(.*)\]", said):
                self.assertNotIn(str(SOURCE), path, name)
                self.assertNotIn(str(BUILD), path, name)
        for config in (self.prefix / "share/cytoscale/config").glob("*.cfg"):
            self.assertNotRegex(config.read_text(), r"(?m)^[^#\n]*(\.\./|TEST_DATA|= */)", config.name)

    def test_it_finds_its_modules_and_configs(self):
        self.assertNotIn("not installed", self.run_installed("--version"))
        self.assertIn("cytoscale help JOB", self.run_installed("--help"))
        self.run_installed("simulate", "--config=quickstart.cfg", "--output=quickstart-output/screen", *SMALL)
        self.run_installed("run", "--config=config/quickstart.cfg", "--output=quickstart-output", *SHORT)
        for name in ("metrics.json", "model/model.safetensors", "embeddings.h5ad"):
            self.assertTrue((self.folder / "quickstart-output" / name).is_file(), name)

    def test_the_designs_of_the_studies_come_with_it(self):
        for study, treatments in (("chemical", 103), ("genes", 26)):
            self.run_installed("simulate", f"--config=study_{study}.cfg", f"--output={study}",
                               "--fields-per-well=1", "--field-size=64", "--nucleus-radius=4", "--cells-per-field=1", "--debris=0")
            with open(self.folder / study / "screen.csv", newline="") as file:
                rows = [row for row in csv.DictReader(file) if row["Metadata_Control"] != "negcon"]
            names = ("Metadata_Compound", "Metadata_Concentration") if study == "chemical" else ("Metadata_Allele",)
            self.assertEqual(len({tuple(row[name] for name in names) for row in rows}), treatments)

    def test_the_manifest_of_sbs_comes_with_it(self):
        done = subprocess.run([self.prefix / "bin" / "cytoscale", "check", "--config=sbs.cfg"], capture_output=True, text=True, timeout=60,
                              cwd=self.folder, env={**os.environ, "SBS": "/nowhere"})
        self.assertIn("/nowhere/Channel1-01-A-01.tif", done.stdout)
        self.assertIn("48 wells", done.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
