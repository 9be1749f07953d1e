"""What the tests of faults share: a screen whose stages take seconds, so that a fault meets them at work, its undisturbed results,
and the judgement of a disturbed chain.
"""
import concurrent.futures
import contextlib
import os
import pathlib
import re
import signal

from slurm_case import PROGRAM, SlurmCase, call

SCREEN = {"seed": 7, "moas": 2, "compounds-per-moa": 2, "concentrations": 1, "batches": 2, "replicates": 2,
          "single-group-moas": 0, "plates-per-batch": 1, "controls-per-plate": 3, "fields-per-well": 10, "field-size": 320,
          "cells-per-field": 10}
TRAINING = {"architecture": "wscnn4", "layers": "conv3", "crop-size": 48, "steps": 60, "batch-size": 16, "shard-size": 4,
            "validation-cells": 20, "checkpoint-every": 5, "validate-every": 30, "device": "cpu"}


def ranks(output):
    """Processes of the program that write into this folder, on all nodes of the lab."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (os.readlink(process / "exe") == os.path.realpath(PROGRAM) and
                    str(output).encode() in (process / "cmdline").read_bytes().split(b"\0")):
                found.append(int(process.name))
        except OSError:
            pass  # it ended meanwhile
    return found


@contextlib.contextmanager
def frozen(output):
    """Ranks stand still meanwhile, as on a file system that hangs."""
    held = ranks(output)
    for rank in held:
        os.kill(rank, signal.SIGSTOP)
    try:
        yield held
    finally:
        for rank in held:
            try:
                os.kill(rank, signal.SIGCONT)
            except ProcessLookupError:
                pass


class FaultCase(SlurmCase):
    maxDiff = None
    screen, training = SCREEN, TRAINING
    undisturbed: concurrent.futures.Future  # of undisturbed_results()

    def undisturbed_results(self):
        """Of one process without Slurm."""
        alone = call(PROGRAM, "run", "--config", self.config, "--output", self.folder / "alone", "--threads", "1")
        self.assertEqual(alone.returncode, 0, alone.stderr)
        return self.results(self.folder / "alone")

    def chain(self, name, nodes, **cluster):
        """Submits the chain, on these nodes."""
        output = self.folder / name
        others = [f"n{number + 1}" for number in range(self.nodes) if f"n{number + 1}" not in nodes]
        keys = {"train__nodes": 2, "sbatch_options": f"--exclude={','.join(others)}", **cluster}
        done = self.submit(output, cluster=self.cluster(name, **keys))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.addCleanup(self.slurm, "scancel", *self.ids(output).values())
        return output

    @contextlib.contextmanager
    def within(self, output, job, stage):
        """Waits until the job's present start is at work on the stage, and holds its ranks there; gives the job's id."""
        def present():
            return self.log(output, job).rpartition("run.sbatch: ")[2]
        self.wait_for(lambda: re.search(rf"(^| ){stage}: (?!complete)", present(), re.M), f"{stage} of {output.name}", output=output)
        # Something is on disk that the next start goes on from; of segment not in all versions.
        files = {"segment": "*", "train": "model/checkpoint_*", "embed": "embeddings.h5ad.part"}[stage]
        self.wait_for(lambda: list(output.glob(files)), f"{stage}'s work", output=output)
        with frozen(output) as held:
            self.assertTrue(held, f"no rank is at work\n{present()}")
            self.assertNotIn(f"{stage}: done", present(), f"{stage} is too short to be met at work\n{present()}")
            yield self.ids(output)[job]

    def judge(self, output, job, starts=2):
        code, words = self.wait_for_end(output)
        self.assertEqual(code, 0, words + self.logs(output))
        self.assertEqual(self.results(output), self.undisturbed.result(), words + self.logs(output))
        self.assertGreaterEqual(sum(start.event == "start" for start in self.starts(output, job)), starts)
