#!/usr/bin/env python3
"""One message, one exit code, within seconds, whatever a rank throws and wherever the others are: 1, 2 and 4 ranks.

usage: test_guarded_run.py FAILING_PROBE
"""
import os
import re
import shlex
import subprocess
import sys
import time
import unittest

PROBE = sys.argv[1]
PATIENCE = float(os.environ.get("CYTOSCALE_TEST_PATIENCE", "1"))
MPIRUN = shlex.split(os.environ["CYTOSCALE_MPIRUN"])


class GuardedRun(unittest.TestCase):
    def check(self, mode, code, message, ranks=(1, 2, 4), local=False):
        """The message is printed once; `local`: with rank and host where there are several ranks."""
        for count in ranks:
            with self.subTest(mode=mode, ranks=count):
                begun = time.monotonic()
                done = subprocess.run(MPIRUN + ["-n", str(count), PROBE, mode], capture_output=True, text=True, timeout=60)
                seconds = time.monotonic() - begun
                lines = [line for line in done.stderr.splitlines() if line.startswith("cytoscale: ")]
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(len(lines), 1 if message else 0, done.stderr)
                if message:
                    self.assertIn(message, lines[0])
                if local and count > 1:
                    self.assertRegex(lines[0], r"rank \d+ on \S+")
                self.assertLess(seconds, 8 * PATIENCE, "3 s of patience, and the launcher's own time")

    def test_fine(self):
        self.check("fine", 0, "")

    def test_all_ranks_throw_the_same(self):
        self.check("all alike", 2, "model: the loss diverges. Lower the rate.")

    def test_all_ranks_throw_another(self):
        self.check("all, each its own", 2, "broken by 0", local=True)

    def test_agreed(self):
        self.check("agreed", 2, "a.tif: one image is bad", local=True)

    def test_one_rank_while_the_others_wait_for_it(self):
        self.check("one while others wait", 2, "b.h5: the disk is gone", local=True)

    def test_foreign_exception(self):
        self.check("foreign", 70, "internal failure: vector::at", local=True)

    def test_no_memory(self):
        self.check("no memory", 2, "there is not enough memory", local=True)

    def test_ends_before_it_unwinds(self):
        self.check("before it unwinds", 2, "c.h5: a batch cannot be read", ranks=(2, 4), local=True)

    def test_all_ranks_fail_at_one_moment(self):
        self.check("all at one moment", 2, "e.h5: cut short", ranks=(2, 4), local=True)

    def test_the_last_rank_fails_when_the_others_are_done(self):
        self.check("after the others are done", 2, "d.h5: late", local=True)

    def test_stopped_by_a_signal(self):
        self.check("stopped", 75, "stopped by SIGTERM")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
