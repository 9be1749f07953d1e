#!/usr/bin/env python3
"""Jobs without a network need no LibTorch: a copy of the program without its modules beside it does them, and refuses the others;
--help comes at once.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_TEST_PATIENCE (set by CTest).
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

PROGRAM, PATIENCE = pathlib.Path(os.environ["CYTOSCALE_PROGRAM"]), float(os.environ.get("CYTOSCALE_TEST_PATIENCE", 1))
SCREEN = ["--output=screen", "--moas=2", "--compounds-per-moa=2", "--concentrations=1", "--batches=2", "--replicates=1",
          "--plates-per-batch=1", "--controls-per-plate=4", "--positive-controls-per-plate=0", "--single-group-moas=0",
          "--fields-per-well=1", "--field-size=96", "--nucleus-radius=5", "--cells-per-field=8"]


class StartUp(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="start_up."))
        self.addCleanup(shutil.rmtree, self.folder)

    def run_alone(self, *arguments, code=0):
        done = subprocess.run([self.folder / "cytoscale", *arguments], capture_output=True, text=True, timeout=120, cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stderr

    def test_jobs_without_a_network_need_no_module(self):
        shutil.copy(PROGRAM, self.folder / "cytoscale")
        self.run_alone("simulate", *SCREEN)
        self.run_alone("check", "--manifest=screen/screen.csv", "--output=out")
        self.run_alone("illuminate", "--manifest=screen/screen.csv", "--output=out")
        self.run_alone("segment", "--manifest=screen/screen.csv", "--output=out", "--min-nucleus-area=15")
        embed = ["embed", "--manifest=screen/screen.csv", "--output=out", "--model=untrained", "--device=cpu"]
        for encoder in ("onednn", "torch"):
            said = self.run_alone(*embed, f"--encoder={encoder}", code=2)
            self.assertRegex(said, f"libcytoscale_{encoder}.so: cannot be loaded.*Install")
        self.assertFalse((self.folder / "out" / "embeddings.h5ad").exists())
        # As it is installed; features on a CPU need no LibTorch.
        (self.folder / "bin").mkdir()
        shutil.move(self.folder / "cytoscale", self.folder / "bin")
        (self.folder / "lib" / "cytoscale").mkdir(parents=True)
        shutil.copy(PROGRAM.parent / "libcytoscale_onednn.so", self.folder / "lib" / "cytoscale")
        (self.folder / "cytoscale").symlink_to("bin/cytoscale")
        self.run_alone(*embed)

    def test_help_comes_at_once(self):
        times = []
        for _ in range(20):
            begun = time.perf_counter()
            subprocess.run([PROGRAM, "--help"], stdout=subprocess.DEVNULL, check=True)
            times.append(time.perf_counter() - begun)
        self.assertLessEqual(min(times), 0.05 * PATIENCE, f"seconds: {sorted(times)}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
