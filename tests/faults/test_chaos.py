#!/usr/bin/env python3
"""A share of what tools/chaos does: ten kills over the chain, each resumed, and the bytes of a run that was left in peace.

Environment: see fault_lab.py. CYTOSCALE_TEST_SEED: of the instants.
"""
import json
import os
import pathlib
import subprocess
import unittest

from fault_lab import SOURCE

KILLS = 10


class Chaos(unittest.TestCase):
    def test_kills_leave_no_trace(self):
        seed = os.environ.get("CYTOSCALE_TEST_SEED", "1")
        done = subprocess.run(["/usr/bin/python3", SOURCE / "tools/chaos", f"--kills={KILLS}", f"--seed={seed}", "--folder=chaos",
                               f"--lab={pathlib.Path.cwd().parent}/fault_lab"], capture_output=True, text=True, timeout=550)
        print(done.stdout, flush=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["kills"], KILLS)
        self.assertGreaterEqual(report["complete"], 1, "nothing was compared")
        self.assertGreaterEqual(len(report["jobs"]), 4, "the kills struck too few jobs")


if __name__ == "__main__":
    unittest.main(verbosity=2)
