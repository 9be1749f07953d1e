"""What the tests on a throw-away Slurm share: the lab, a small simulated screen, submitting, waiting, and judging what is left.

Environment: CYTOSCALE_PROGRAM, CYTOSCALE_SOURCE_DIR (set by CTest).
"""
import collections
import hashlib
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
SLURM = SOURCE / "slurm"
JOBS = ("prepare", "train", "embed", "evaluate")
SCREEN = {"seed": 7, "moas": 2, "compounds-per-moa": 2, "concentrations": 1, "batches": 2, "replicates": 2,
          "single-group-moas": 0, "plates-per-batch": 1, "controls-per-plate": 3, "fields-per-well": 1, "field-size": 160,
          "cells-per-field": 8}
TRAINING = {"crop-size": 32, "steps": 3, "batch-size": 16, "shard-size": 4, "validation-cells": 20}
Start = collections.namedtuple("Start", "time id restart event detail")


def call(*command, **more):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=500, **more)


def text_of(path):
    return path.read_text(errors="replace") if path.exists() else ""


class SlurmCase(unittest.TestCase):
    nodes = 3
    screen, training = SCREEN, TRAINING

    @classmethod
    def setUpClass(cls):
        # A short path: Slurm and PMIx put sockets below it.
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="cyslurm.", dir="/tmp"))
        cls.folder.chmod(0o755)  # munge insists that its socket can be reached
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.lab = cls.folder / "lab"
        started = call(LAB, "start", cls.lab, cls.nodes)
        cls.addClassCleanup(call, LAB, "stop", cls.lab)
        print(started.stdout + started.stderr, flush=True)
        if started.returncode:
            raise RuntimeError(f"slurm_lab.sh start: exit code {started.returncode}")
        cls.environment = {**os.environ, "SLURM_CONF": str(cls.lab / "slurm.conf"), "CYTOSCALE_PROGRAM": PROGRAM}
        for name in [name for name in cls.environment if name.startswith(("OMP", "SLURM_JOB"))]:  # run.sbatch's own are tried
            del cls.environment[name]
        cls.config = cls.folder / "screen.cfg"
        keys = {"manifest": cls.folder / "screen" / "screen.csv", **cls.screen, **cls.training}
        cls.config.write_text("".join(f"{key} = {value}\n" for key, value in keys.items()))
        simulated = call(PROGRAM, "simulate", "--config", cls.config, "--output", cls.folder / "screen")
        if simulated.returncode:
            raise RuntimeError("simulate: " + simulated.stdout + simulated.stderr)

    def setUp(self):
        began = time.monotonic()
        self.addCleanup(lambda: print(f"{time.monotonic() - began:.0f} s ", end="", flush=True))

    @classmethod
    def slurm(cls, *command):
        """A command of Slurm, or one that calls them, in the folder of the test."""
        return call(*command, env=cls.environment, cwd=cls.folder)

    def checked(self, *command):
        done = self.slurm(*command)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def cluster(self, name="lab", **more):
        """The lab's cluster file, with further lines; `__` in a key stands for a dot."""
        path = self.folder / f"{name}.cluster"
        lines = [f"{key.replace('__', '.').replace('_', '-')} = {value}\n" for key, value in more.items()]
        keys = [line.split(" =")[0] for line in lines]
        base = (SOURCE / "config" / "clusters" / "lab.cfg").read_text().splitlines(keepends=True)
        path.write_text("".join([line for line in base if line.split(" =")[0] not in keys] + lines))
        return path

    def submit(self, output, *overrides, cluster=None, config=None):
        return self.slurm(SLURM / "submit", config or self.config, "--cluster", cluster or self.cluster(), "--output", output,
                          *overrides)

    def ids(self, output):
        """The jobs of the last submission: name to Slurm's id."""
        rows = [line.split("\t") for line in text_of(output / "state" / "slurm" / "jobs.tsv").splitlines()]
        return {name: number for _, name, number in rows}

    def starts(self, output, job):
        rows = text_of(output / "state" / "slurm" / f"{job}.tsv").splitlines()
        return [Start(*row.split("\t")) for row in rows]

    def log(self, output, job):
        return text_of(output / "log" / f"{job}.log")

    def logs(self, output):
        return "".join(f"--- {job}\n{self.log(output, job)}" for job in JOBS)

    def wait_for(self, condition, what, seconds=240, output=None):
        """What the condition gives once it is true. `output`: whose jobs must not leave the queue before."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            queued = output is None or self.in_queue(output)
            found = condition()
            if found:
                return found
            if not queued:
                again = self.slurm("squeue")
                self.fail(f"{what}: no job is left\n{again.stdout}{again.stderr}{self.logs(output)}")
            time.sleep(0.1)
        self.fail(f"{what}: not within {seconds} s\n{self.slurm('squeue').stdout}{self.logs(output) if output else ''}")

    def in_queue(self, output):
        ids = ",".join(self.ids(output).values())
        if not ids:
            return ""
        done = self.slurm("squeue", "--noheader", "--format=%i %T %r", f"--jobs={ids}")
        if done.returncode and "Invalid job id" not in done.stderr:
            return f"not known: {done.stderr}"  # a controller that is slow to answer
        return done.stdout

    def wait_for_end(self, output, seconds=400):
        """Until no job of this output is queued; the exit code and words of slurm/status."""
        self.wait_for(lambda: not self.in_queue(output), f"the chain of {output}", seconds)
        status = self.slurm(SLURM / "status", output)
        return status.returncode, status.stdout

    def results(self, output):
        """Name to digest of every file that the chain leaves, but for times and records."""
        files = [path for path in output.rglob("*") if path.is_file()]
        names = {str(path.relative_to(output)): path for path in files}
        return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sorted(names.items())
                if not name.startswith(("state/", "log/")) and name not in ("model/train_log.csv", "report.html")}


def main():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for needed in ("slurmctld", "slurmd", "sbatch", "munged"):
        if not shutil.which(needed):
            print(f"skipped: {needed} is not installed (tools/setup --tests installs it)")
            sys.exit(77)
    unittest.main(verbosity=2)
