#!/usr/bin/env python3
"""Submits slurm/run.sbatch to a throw-away Slurm of several nodes and judges what it leaves. Exit 77: no Slurm here.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_SOURCE_DIR (set by CTest).
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE = pathlib.Path(os.environ["CYTOSCALE_SOURCE_DIR"])
PROGRAM = os.environ["CYTOSCALE_PROGRAM"]
LAB = SOURCE / "tests" / "slurm" / "slurm_lab.sh"
NODES = 3
OUTPUTS = ["cells.h5", "illumination.h5", "model", "embeddings.h5ad", "profiles.h5ad", "profiles.csv", "metrics.json",
           "matches.csv", "failures.csv"]
SCREEN = {"seed": 7, "moas": 2, "compounds-per-moa": 2, "concentrations": 1, "batches": 2, "replicates": 2,
          "single-group-moas": 0, "plates-per-batch": 1, "controls-per-plate": 3, "fields-per-well": 1, "field-size": 160,
          "cells-per-field": 8}
TRAINING = {"crop-size": 32, "steps": 3, "batch-size": 12, "shard-size": 4, "validation-cells": 20}


def call(*command, **more):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=240, **more)


class RunSbatch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # A short path: Slurm and PMIx put sockets below it.
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="cyslurm.", dir="/tmp"))
        cls.folder.chmod(0o755)  # munge insists that its socket can be reached
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.lab = cls.folder / "lab"
        started = call(LAB, "start", cls.lab, NODES)
        cls.addClassCleanup(call, LAB, "stop", cls.lab)
        print(started.stdout + started.stderr, flush=True)
        if started.returncode:
            raise RuntimeError(f"slurm_lab.sh start: exit code {started.returncode}")
        cls.config = cls.folder / "screen.cfg"
        keys = {"manifest": cls.folder / "screen" / "screen.csv", **SCREEN, **TRAINING}
        cls.config.write_text("".join(f"{key} = {value}\n" for key, value in keys.items()))
        simulated = call(PROGRAM, "simulate", "--config", cls.config, "--output", cls.folder / "screen")
        if simulated.returncode:
            raise RuntimeError("simulate: " + simulated.stdout + simulated.stderr)

    def submit(self, *arguments, nodes=NODES):
        """Exit code and log of the batch job."""
        log = self.folder / f"job-{time.monotonic_ns()}.log"
        environment = {**os.environ, "SLURM_CONF": str(self.lab / "slurm.conf"), "CYTOSCALE_PROGRAM": PROGRAM}
        for name in [name for name in environment if name.startswith(("OMP", "SLURM_JOB"))]:  # run.sbatch's own are tried
            del environment[name]
        done = call("sbatch", "--wait", f"--nodes={nodes}", "--cpus-per-task=1", "--time=4", f"--output={log}",
                    SOURCE / "slurm" / "run.sbatch", *arguments, env=environment, cwd=self.folder)
        text = done.stdout + done.stderr + (log.read_text(errors="replace") if log.exists() else "")
        return done.returncode, text

    def test_chain_over_nodes_then_again(self):
        output = self.folder / "results"
        code, log = self.submit(self.config, output, "--seed", "3")
        self.assertEqual(code, 0, log)
        self.assertIn(f"{NODES} ranks on n[1-{NODES}]", log)
        self.assertEqual(log.count("segment: done"), 1, "the ranks ran alone, not as one\n" + log)
        for name in OUTPUTS:
            self.assertTrue((output / name).exists(), f"{name} is missing\n{log}")
        metrics = json.loads((output / "metrics.json").read_text())
        self.assertLessEqual(0, metrics["nsc"]["correct"])
        self.assertEqual(metrics["nsc"]["total"], 4)
        self.assertEqual(metrics["wells"], 2 * 4 + 2 * 3)
        code, log = self.submit(self.config, output, "--seed", "3", nodes=2)
        self.assertEqual(code, 0, log)
        for job in ("segment", "train", "embed", "reduce"):
            self.assertRegex(log, rf"{job}: complete, skipped")

    def test_refused_input_ends_with_code_2_at_once(self):
        broken = self.folder / "broken.cfg"
        broken.write_text("manifset = screen.csv\n")
        began = time.monotonic()
        code, log = self.submit(broken, self.folder / "none")
        self.assertEqual(code, 2, log)
        self.assertIn("manifset", log)
        self.assertIn("manifest", log)
        self.assertLess(time.monotonic() - began, 30)

    def test_missing_manifest_ends_with_code_2_on_every_node(self):
        code, log = self.submit(self.config, self.folder / "none", "--manifest", self.folder / "absent.csv")
        self.assertEqual(code, 2, log)
        self.assertIn("absent.csv", log)
        self.assertEqual(log.count("cytoscale: error:"), 1, log)

    def test_missing_arguments_print_the_usage(self):
        code, log = self.submit(self.config)
        self.assertEqual(code, 2, log)
        self.assertIn("usage: sbatch", log)


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for needed in ("slurmctld", "slurmd", "sbatch", "munged"):
        if not shutil.which(needed):
            print(f"skipped: {needed} is not installed (tools/setup --tests installs it)")
            sys.exit(77)
    unittest.main(verbosity=2)
